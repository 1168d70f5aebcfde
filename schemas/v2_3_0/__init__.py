"""OCPI 2.3.0, edition 2, with Payments 1: the canonical model that the whole program thinks in.

One file per module of the specification, classes in its spelling, fields in its order. Older versions
in `schemas.v2_2_1` and `schemas.v2_1_1` define only what differs from here.
"""
