"""Crossing between 2.1.1, 2.2.1 and 2.3.0: pure, and honest about what does not arrive.

`registry.translate` is the door. It answers with `Translated(value, losses)` or `Withheld(reason)`, and
wants a `Context` of facts that the object does not tell. Between neighbours the work is done in `v211_v221`
and `v221_v230`, by `…_up` and `…_down` functions in a file per module of the specification; `paths` joins
them, and `patches` says which partial update may skip all of it.
"""
