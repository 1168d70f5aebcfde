"""Commands to stations of CPOs: start, stop, reserve, cancel, unlock."""
