"""What OCPI says, as types: pure, no I/O, no clock, no loop.

`v2_3_0` is the canonical model that the program thinks in; `v2_2_1` and `v2_1_1` hold only what differs,
and `translation` crosses between them and tells what was lost. Around them: `codec` (JSON without losing a
digit), `validation` (what makes an object unreadable), `conformance` (what it says against the
specification although it can be read), `kinds` (how an object is named in the whole program).
"""
