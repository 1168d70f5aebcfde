"""One service as several processes: a parent that keeps them alive and speaks for them, and the workers.

Every worker serves the same port (SO_REUSEPORT: the kernel spreads connections over those that listen), and
has a private address at which the parent asks how it is. Nothing in here knows OCPI.
"""
