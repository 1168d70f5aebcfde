"""The command line: start the services, manage them, see the whole thing run."""
