"""The bills of one session: which of them is owed, which are taken back, which are one too many. Pure.

Whoever came first counts. A credit takes back the bill that it names, once; of what then stands the first is
the one live bill of the session, and every other one is a duplicate until that is taken back too. So the
order in which a replacement and the credit before it arrive does not matter in the end.
Spec: 2.3.0 mod_cdrs, Credit CDRs; ids are equal without case.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

CREDIT_WITHOUT_ORIGINAL: Final = "credit_without_original"
CREDITED_TWICE: Final = "credited_twice"
CREDIT_OF_A_CREDIT: Final = "credit_of_a_credit"
CREDIT_WITHOUT_REFERENCE: Final = "credit_without_reference"
SESSION_BILLED_TWICE: Final = "session_billed_twice"


class Place(StrEnum):
    """Of a bill in its chain.

    LIVE: the one that is owed. CREDITED: taken back. DUPLICATE: of a session that is billed already.
    CREDIT: it takes a bill back. LOOSE: a credit that takes nothing back.
    """

    LIVE = "LIVE"
    CREDITED = "CREDITED"
    DUPLICATE = "DUPLICATE"
    CREDIT = "CREDIT"
    LOOSE = "LOOSE"


@dataclass(frozen=True, slots=True)
class Link:
    """`id` and `credits` in lower case; `seq` is the order in which the bills came."""

    id: str
    seq: int
    is_credit: bool = False
    credits: str | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """`codes` are findings that follow from the others in the chain; `other` is the one they are about."""

    link: Link
    place: Place
    codes: tuple[str, ...] = ()
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """In the order in which they came."""

    bills: tuple[Placed, ...]

    @property
    def live(self) -> str | None:
        return next((each.link.id for each in self.bills if each.place is Place.LIVE), None)


def chained(links: Sequence[Link]) -> Chain:
    in_order = sorted(links, key=lambda link: (link.seq, link.id))
    debits = [link for link in in_order if not link.is_credit]
    credits_of = _credits(in_order, {link.id for link in debits})
    standing = [link.id for link in debits if link.id not in credits_of]
    live = standing[0] if standing else None
    known = {link.id: link for link in in_order}
    return Chain(
        tuple(
            _credit(link, credits_of, known) if link.is_credit else _debit(link, credits_of, live)
            for link in in_order
        )
    )


def _credits(in_order: Sequence[Link], debits: set[str]) -> dict[str, str]:
    """The first credit of each bill that has one."""
    found: dict[str, str] = {}
    for link in in_order:
        if link.is_credit and link.credits in debits:
            found.setdefault(link.credits, link.id)
    return found


def _debit(link: Link, credits_of: dict[str, str], live: str | None) -> Placed:
    if link.id in credits_of:
        return Placed(link, Place.CREDITED, other=credits_of[link.id])
    if link.id == live:
        return Placed(link, Place.LIVE)
    return Placed(link, Place.DUPLICATE, (SESSION_BILLED_TWICE,), live)


def _credit(link: Link, credits_of: dict[str, str], known: dict[str, Link]) -> Placed:
    if link.credits is None:
        return Placed(link, Place.LOOSE, (CREDIT_WITHOUT_REFERENCE,))
    original = known.get(link.credits)
    if original is None:
        return Placed(link, Place.LOOSE, (CREDIT_WITHOUT_ORIGINAL,), link.credits)
    if original.is_credit:
        return Placed(link, Place.LOOSE, (CREDIT_OF_A_CREDIT,), link.credits)
    first = credits_of[link.credits]
    if first == link.id:
        return Placed(link, Place.CREDIT, other=link.credits)
    return Placed(link, Place.LOOSE, (CREDITED_TWICE,), first)
