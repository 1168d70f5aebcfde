"""All sins that a simulated station can be told to have, and what of the numbered behaviours is none.

The numbers are those of `docs/station-behaviours.md`.
"""

from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Final

from simulators.sins import of_answers, of_charges, of_lines, of_meters, of_statuses, of_words
from simulators.sins.model import Sin

SINS: Final[Mapping[str, Sin]] = {
    sin.name: sin
    for sin in (
        *of_charges.SINS,
        *of_meters.SINS,
        *of_words.SINS,
        *of_statuses.SINS,
        *of_lines.SINS,
        *of_answers.SINS,
    )
}

NO_SINS: Final[Mapping[int, str]] = {
    8: "whether a key is a text is its operator's choice, not the station's",
    11: "so is its name",
    12: "the adapter's own rotation of keys, while the answer gets lost",
    13: "whether it must use TLS is set at the adapter; a station without TLS is as good as any",
    14: "TLS: these stations have none",
    15: "TLS: these stations have none",
    20: "no station, but a great many of them at once: what a fleet is for",
    22: "the adapter goes away",
    39: "only before its first boot was ever accepted, which happens once in the life of a station",
    79: "the adapter's numbers",
    80: "the card's doing",
    82: "the adapter dies",
    98: "two partners want the same",
    99: "the partner's long name of a card",
    101: "what a good station does when it is told to ask",
    102: "the issuer is slow",
    103: "a station that is away; `loses-the-line` goes on as soon as it has something to say",
    112: "what a station cannot do is no sin",
}


class NoSuchSin(ValueError):
    """The text says which, and of what version."""


def of_version(ocpp: str) -> list[Sin]:
    return [sin for sin in SINS.values() if ocpp in sin.ocpp]


def named(names: Iterable[str], *ocpp: str) -> list[Sin]:
    """Each of one of these versions at least. Raises NoSuchSin."""
    return [_named(each, ocpp) for each in names]


def _named(name: str, ocpp: Sequence[str]) -> Sin:
    found = SINS.get(name)
    if found is None:
        raise NoSuchSin(f"there is no sin {name}")
    if not set(ocpp) & set(found.ocpp):
        raise NoSuchSin(f"{name} is no sin of OCPP {' or '.join(ocpp)}")
    return found


def by_chance(ocpp: str, probability: float, chance: Random) -> list[Sin]:
    """Each with this probability."""
    return [sin for sin in of_version(ocpp) if chance.random() < probability]


def shown_by(sins: Sequence[Sin]) -> set[int]:
    return {number for sin in sins for number in sin.shows}
