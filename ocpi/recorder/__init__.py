"""The flight recorder: what every message was, how it ended, and the story that messages tell together.

A request only leaves its facts in memory; a task reads, redacts and writes them in batches. A crash may cost
the last second, and overload the oldest of what is not yet written; nobody ever waits.
"""
