"""The charging-station door: OCPP in, version-neutral facts out.

Only this folder (and the simulated station) knows the `ocpp` package. Framing, correlation, limits and
dispatch are our own, because one bad frame may not end a station's connection and a slow answer may not stop
its reading.
"""
