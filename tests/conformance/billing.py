"""A charge billed to our eMSP adapter, once rightly and once wrongly, and what the audit makes of either.

The bill comes through the door, after the location and the tariff that it rests on. Totals are worked out by
hand in the tests; only sums of volumes are added up here.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.conformance import wire
from tests.conformance.far_side import FarSide
from tests.conformance.issuing import Issuing
from tests.conformance.versions import V1
from tests.conformance.wire import Json
from tests.platforms import EMSP

MONDAY = "2026-02-23"
_OF_NO_PRICE = frozenset({"session_unknown", "overlaps_other_cdr", "power_implausible"})
"""No session was told before these bills, which are all of one card at one place."""
_KNOWN_SINCE = "2026-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Total:
    net: str
    gross: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """`elements` are those of its one tariff, unless whole `tariffs` are given by id and elements.

    The place is in Paris, an hour ahead of UTC in February. `terms` are further fields of the tariff.
    """

    begin: str
    end: str
    periods: Sequence[Json]
    elements: Sequence[Json] = ()
    tariffs: dict[str, Sequence[Json]] = field(default_factory=dict)
    terms: Json = field(default_factory=dict)

    def volume(self, kind: str) -> Decimal:
        dimensions = (each for period in self.periods for each in period["dimensions"])
        return sum((each["volume"] for each in dimensions if each["type"] == kind), Decimal())


def at(clock: str, day: str = MONDAY) -> str:
    """An instant of that day in UTC."""
    return f"{day}T{clock}:00Z"


async def findings(issuing: Issuing, cpo: FarSide, charge: Charge, **total: Any) -> list[Json]:
    """What is said of the price of the charge under such totals, but what is merely worth knowing."""
    cdr_id, tariffs = uuid.uuid4().hex, _tariffs(cpo, charge)
    await _told(cpo, "locations", wire.location(cpo.version, cpo.party, id="PARIS"))
    for tariff in tariffs:
        await _told(cpo, "tariffs", tariff)
    heard = await cpo.bill(_cdr(cpo, charge, id=cdr_id, tariffs=tariffs, **total))
    assert heard.http == 201, heard.body
    verdict = await issuing.verdict(cdr_id, cpo)
    doubts = (each for each in verdict["findings"] if each["severity"] != "INFO")
    return [each for each in doubts if each["code"] not in _OF_NO_PRICE]


async def comes_to(
    issuing: Issuing, version: str, charge: Charge, right: Total, *, wrong: Total, also: Sequence[str] = ()
) -> None:
    """Nothing is said against the right total; of the wrong one, what it should have been.

    `also` are codes that both bills deserve for what else is in them.
    """
    cpo = issuing.cpo(version)
    of_right = await findings(issuing, cpo, charge, total_cost=wire.cost(version, right.net, right.gross))
    assert [each["code"] for each in of_right] == list(also), of_right
    of_wrong = await findings(issuing, cpo, charge, total_cost=wire.cost(version, wrong.net, wrong.gross))
    assert [each["code"] for each in of_wrong if each["code"] != "total_cost_differs"] == list(also), of_wrong
    assert _differences(of_wrong) == _expected(version, right, wrong)


def _differences(found: Sequence[Json]) -> set[tuple[Decimal, Decimal]]:
    """What the total should be, and what it is, on each side that differs."""
    named = (each for each in found if each["code"] == "total_cost_differs")
    return {(Decimal(each["expected"]), Decimal(each["actual"])) for each in named}


def _expected(version: str, right: Total, wrong: Total) -> set[tuple[Decimal, Decimal]]:
    sides = (
        [(right.net, wrong.net)] if version == V1 else [(right.net, wrong.net), (right.gross, wrong.gross)]
    )
    return {(Decimal(one), Decimal(other)) for one, other in sides if one != other}


def _tariffs(cpo: FarSide, charge: Charge) -> list[Json]:
    told = charge.tariffs or {f"T-{uuid.uuid4().hex[:8]}": charge.elements}
    return [
        wire.tariff(
            cpo.version, cpo.party, *elements, id=tariff_id, last_updated=_KNOWN_SINCE, **charge.terms
        )
        for tariff_id, elements in told.items()
    ]


def _cdr(cpo: FarSide, charge: Charge, **changes: Any) -> Json:
    stop = "stop_date_time" if cpo.version == V1 else "end_date_time"
    place: Json = {"location": wire.location(cpo.version, cpo.party, id="PARIS")}
    if cpo.version != V1:
        place = {"cdr_location": wire.cdr_location(id="PARIS")}
    told: Json = {
        "start_date_time": charge.begin,
        stop: charge.end,
        "charging_periods": list(charge.periods),
        "total_energy": charge.volume("ENERGY"),
        "total_time": _hours(charge),
        "total_parking_time": charge.volume("PARKING_TIME"),
        "last_updated": charge.end,
        **place,
    }
    return wire.cdr(cpo.version, cpo.party, EMSP, **{**told, **changes})


def _hours(charge: Charge) -> Decimal:
    """From start to end, without the time for which the place was only reserved."""
    lasted = datetime.fromisoformat(charge.end) - datetime.fromisoformat(charge.begin)
    whole = Decimal(int(lasted.total_seconds())) / 3600 - charge.volume("RESERVATION_TIME")
    return whole.quantize(Decimal("0.0001"))


async def _told(cpo: FarSide, module: str, told: Json) -> None:
    heard = await cpo.push("PUT", module, str(told["id"]), body=told)
    assert heard.is_success, heard.body
