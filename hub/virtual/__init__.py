"""Partners of 2.1.1: a registration for each remote party, made and ended with the agreements."""
