"""OCPI 2.1.1: what differs from 2.3.0, which is a good deal.

Objects do not say whose they are, ids are case-sensitive and may have 39 characters, costs are bare
numbers, Sessions and CDRs carry a whole Location. A class that is missing here is the one of
`schemas.v2_3_0`; lists of values are read as `schemas.v2_2_1` says.
"""
