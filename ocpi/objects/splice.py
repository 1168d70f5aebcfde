"""A changed object as JSON in which everything that was not changed keeps its bytes.

Number spelling, key order and unknown members of the owner survive a merge that way.
"""

from typing import Any, Final

import msgspec

from schemas import codec

_members: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


def spliced(body: bytes, old: dict[str, Any], new: dict[str, Any]) -> bytes:
    """`body` is the JSON of `old`; members of `new` that are the very same objects keep their bytes."""
    written = _members.decode(body)
    members = (codec.encode(name) + b":" + _value(name, written, old, new) for name in new)
    return b"{" + b",".join(members) + b"}"


def _value(name: str, written: dict[str, msgspec.Raw], old: dict[str, Any], new: dict[str, Any]) -> bytes:
    if name in written and new[name] is old[name]:
        return bytes(written[name])
    return codec.encode(new[name])
