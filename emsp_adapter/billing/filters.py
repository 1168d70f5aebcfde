"""Which bills somebody means: the names and values of a query, as a filter of rows. Pure.

cpo=FR*CPO contract=… token=… currency=EUR since=2026-01-01 until=2026-02-01 (by the end of the charge)
dispute=OPEN|none finding=total_cost_differs place=LIVE credit=true clean=false
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from emsp_adapter.billing.chain import Place
from emsp_adapter.billing.dispute import DisputeState
from ocpi.errors import InvalidParameters
from schemas.kinds import PartyId
from schemas.times import parse

Filter = dict[str, Any]


def wanted(query: Mapping[str, str], *more: str) -> Filter:
    """`more` are names that somebody else reads. Raises InvalidParameters."""
    if others := query.keys() - _READ.keys() - {*more}:
        known = ", ".join((*_READ, *more))
        raise InvalidParameters(f"there is no filter {min(others)!r}; known are {known}")
    parts = [_READ[name](written) for name, written in query.items() if name in _READ]
    return {"$and": parts} if parts else {}


def instant(written: str) -> datetime:
    """A day is meant from its beginning, in UTC. Raises InvalidParameters."""
    try:
        return parse(written if "T" in written else f"{written}T00:00:00Z")
    except (ValueError, OverflowError) as error:
        raise InvalidParameters(f"{written[:40]!r} is neither a day nor an instant") from error


def _flag(written: str) -> bool:
    if written not in {"true", "false"}:
        raise InvalidParameters(f"{written[:40]!r} is neither true nor false")
    return written == "true"


def _cpo(written: str) -> Filter:
    return {"cpo": str(PartyId.parse(written))}


def _dispute(written: str) -> Filter:
    if written == "none":
        return {"dispute.state": {"$exists": False}}
    return {"dispute.state": _one_of(written, DisputeState, "none")}


def _finding(written: str) -> Filter:
    return {"$or": [{"codes": written}, {"chain_codes": written}]}


def _clean(written: str) -> Filter:
    clean: Filter = {"clean": True, "chain_codes": {"$in": [None, []]}}
    return clean if _flag(written) else {"$nor": [clean]}


def _one_of(written: str, known: Any, *more: str) -> str:
    names = (*(str(each) for each in known), *more)
    if written not in names:
        raise InvalidParameters(f"{written[:40]!r} is none of {', '.join(names)}")
    return written


_READ: Final[Mapping[str, Callable[[str], Filter]]] = {
    "cpo": _cpo,
    "contract": lambda written: {"contract": written.lower()},
    "token": lambda written: {"uid": written.lower()},
    "currency": lambda written: {"currency": written.upper()},
    "since": lambda written: {"end": {"$gte": instant(written)}},
    "until": lambda written: {"end": {"$lt": instant(written)}},
    "dispute": _dispute,
    "finding": _finding,
    "place": lambda written: {"place": _one_of(written, Place)},
    "credit": lambda written: {"credit": _flag(written)},
    "clean": _clean,
}
