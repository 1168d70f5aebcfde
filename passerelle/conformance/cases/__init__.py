"""The cases by subject, numbered as in the project's list of C-001 to C-153."""
