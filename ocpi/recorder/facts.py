"""A message in either direction, told alike: its slip, and what its answer says."""

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from ocpi.recorder.answers import told_in
from ocpi.recorder.slips import Slip, has_readable_bodies
from schemas.kinds import PartyId


class Facts(NamedTuple):
    """`status` and `said` are of the answer, `data` is its JSON."""

    slip: Slip
    rest: tuple[str, ...]
    sender: PartyId | None
    to: PartyId | None
    status: int | None
    said: str | None
    data: bytes

    @property
    def has_readable_bodies(self) -> bool:
        return has_readable_bodies(self.slip.module)


def facts_of(slip: Slip) -> Facts:
    rest = slip.rest if isinstance(slip.rest, tuple) else _taken_apart(slip.rest)
    sender, to = _party(slip.sender), _party(slip.to)
    if not slip.is_envelope or not has_readable_bodies(slip.module):
        return Facts(slip, rest, sender, to, slip.status, slip.said, slip.answer)
    told = told_in(slip.answer)
    status = told.status if slip.status is None else slip.status
    return Facts(slip, rest, sender, to, status, told.said, told.data)


def _taken_apart(path: str) -> tuple[str, ...]:
    path = path.strip("/")
    return tuple(unquote(each) if "%" in each else each for each in path.split("/")) if path else ()


@lru_cache(maxsize=4096)
def _party(written: str | None) -> PartyId | None:
    return None if written is None else PartyId.parse(written)
