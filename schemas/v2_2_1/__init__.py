"""OCPI 2.2.1 (with the corrections of its 2026 text): only what differs from 2.3.0.

A class that is missing here is the one of `schemas.v2_3_0`. Lists of values stand in `enums` as 2.2.1 closes
them, for translation and conformance; fields read them with the open lists of 2.3.0, because what a partner
says beyond its version is no reason to refuse an object. `schemas.lists` knows what
a version lists, `schemas.translation.registry` which class is which.
"""
