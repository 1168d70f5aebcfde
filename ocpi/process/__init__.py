"""What a long-running process stands on: time, tasks, settings, logs, metrics, health, database, the way out.

Nothing in here knows OCPI. What touches the machine (clock, loop, sockets, child processes, environment)
does it here, so that the rooms above can be handed a replacement.
"""
