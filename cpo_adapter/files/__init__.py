"""Files to and from stations: diagnostics and logs that they send, firmware that they fetch.

A file travels under an address that nobody can guess, that is good for one station and one file, once, and
not for long. What a station calls a file is told, and never used as a place on our disk.
"""
