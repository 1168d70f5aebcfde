"""One script per promise, each printing ratios against a baseline in the same run."""
