"""Partners of 2.1.1: a registration for each remote party that they may deal with, made and ended with agreements."""
