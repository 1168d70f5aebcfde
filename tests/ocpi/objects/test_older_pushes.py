"""What partners of 2.2.1 and 2.1.1 push: kept in 2.3.0 for everybody, in their own words for themselves."""

from decimal import Decimal
from typing import Any

import pydantic
import pytest

from ocpi.errors import InvalidParameters
from ocpi.objects.address import Address
from ocpi.objects.reading import Older
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind
from schemas.translation.context import Context
from schemas.v2_3_0.enums import VersionNumber
from tests.ocpi.objects.conftest import LOCATION, Keeping, at
from tests.platforms import CPO

V2_2_1 = Older(VersionNumber.V2_2_1, Context(owner=CPO))
V2_1_1 = Older(VersionNumber.V2_1_1, Context(owner=CPO))
HERE = Address(LOCATION)
TARIFF = Address(ObjectKey(ObjectKind.TARIFF, CPO, "T1"))
SESSION = Address(ObjectKey(ObjectKind.SESSION, CPO, "S1"))


def location_2_1_1(**changes: Any) -> dict[str, Any]:
    connector = {
        "id": "1",
        "standard": "IEC_62196_T2",
        "format": "SOCKET",
        "power_type": "AC_3_PHASE",
        "voltage": 230,
        "amperage": 16,
        "last_updated": at(8),
    }
    return {
        "id": "LOC1",
        "type": "ON_STREET",
        "address": "1 rue de la Paix",
        "city": "Paris",
        "postal_code": "75002",
        "country": "FRA",
        "coordinates": {"latitude": "48.868000", "longitude": "2.330000"},
        "evses": [
            {"uid": "E1", "status": "AVAILABLE", "connectors": [connector], "last_updated": at(8)},
        ],
        "last_updated": at(8),
        **changes,
    }


def tariff_2_2_1(**changes: Any) -> dict[str, Any]:
    return {
        "country_code": "FR",
        "party_id": "CPO",
        "id": "T1",
        "currency": "EUR",
        "min_price": {"excl_vat": Decimal("0.5"), "incl_vat": Decimal("0.6")},
        "elements": [
            {"price_components": [{"type": "FLAT", "price": Decimal(1), "vat": 20, "step_size": 1}]}
        ],
        "last_updated": at(8),
        **changes,
    }


async def put(keeping: Keeping, address: Address, value: dict[str, Any], older: Older) -> bytes:
    body = codec.encode(value)
    await keeping.intake.put(address, body, value, older)
    return body


async def test_what_came_in_2_2_1_is_kept_in_2_3_0_and_as_it_came(keeping: Keeping) -> None:
    body = await put(keeping, TARIFF, {**tariff_2_2_1(), "their_own": "field"}, V2_2_1)
    held = await keeping.store.get(TARIFF.key)
    assert held is not None
    assert held.value()["min_price"] == {"before_taxes": Decimal("0.5"), "after_taxes": Decimal("0.6")}
    assert held.value()["tax_included"] == "NO"
    assert held.in_version(VersionNumber.V2_2_1) == body
    assert held.in_version(VersionNumber.V2_1_1) is None


async def test_an_object_of_2_1_1_is_owned_by_whom_its_url_names(keeping: Keeping) -> None:
    """C-003: no object of 2.1.1 names its owner."""
    body = await put(keeping, HERE, location_2_1_1(), V2_1_1)
    held = await keeping.store.get(LOCATION)
    assert held is not None
    assert (held.value()["country_code"], held.value()["party_id"]) == ("FR", "CPO")
    assert held.value()["evses"][0]["connectors"][0]["max_voltage"] == 230
    assert held.in_version(VersionNumber.V2_1_1) == body


async def test_a_connector_is_changed_in_the_words_of_its_owner(keeping: Keeping) -> None:
    """C-036: its parents change with it, in both versions."""
    await put(keeping, HERE, location_2_1_1(), V2_1_1)
    at_connector = Address(LOCATION, ("E1", "1"))
    await keeping.intake.patch(at_connector, {"voltage": 400, "last_updated": at(9)}, V2_1_1)

    held = await keeping.store.get(LOCATION)
    assert held is not None
    assert held.value()["evses"][0]["connectors"][0]["max_voltage"] == 400
    theirs = codec.decode(held.in_version(VersionNumber.V2_1_1) or b"")
    assert isinstance(theirs, dict)
    assert theirs["evses"][0]["connectors"][0]["voltage"] == 400  # type: ignore[index, call-overload]
    assert theirs["last_updated"] == at(9)


async def test_a_patch_of_2_1_1_without_a_time_happened_when_it_came(keeping: Keeping) -> None:
    """ocpi.md 6.0: required since 2.2 only."""
    await put(keeping, HERE, location_2_1_1(last_updated="2025-12-01T00:00:00Z"), V2_1_1)
    await keeping.intake.patch(HERE, {"name": "new"}, V2_1_1)
    assert (await keeping.held())["name"] == "new"
    assert (await keeping.held())["last_updated"] == "2026-01-01T00:00:00Z"
    with pytest.raises(InvalidParameters, match="when the object changed"):
        await keeping.intake.patch(HERE, {"name": "newer"}, V2_2_1)


async def test_charging_periods_are_appended_but_in_2_1_1_replaced(keeping: Keeping) -> None:
    """C-099, ocpi.md 6.0."""

    def period(hour: int) -> dict[str, Any]:
        return {"start_date_time": at(hour), "dimensions": [{"type": "ENERGY", "volume": 1}]}

    older = Older(VersionNumber.V2_1_1, Context(owner=CPO, counterpart=CPO))
    session = {
        "id": "S1",
        "start_datetime": at(8),
        "kwh": 1,
        "auth_id": "C1",
        "auth_method": "WHITELIST",
        "location": location_2_1_1(),
        "currency": "EUR",
        "charging_periods": [period(8)],
        "status": "ACTIVE",
        "last_updated": at(8),
    }
    await put(keeping, SESSION, session, older)
    await keeping.intake.patch(
        SESSION, {"charging_periods": [period(8), period(9)], "last_updated": at(9)}, older
    )
    held = await keeping.store.get(SESSION.key)
    assert held is not None
    assert [each["start_date_time"] for each in held.value()["charging_periods"]] == [at(8), at(9)]


async def test_what_is_wrong_is_told_in_the_words_that_came(keeping: Keeping) -> None:
    bad = tariff_2_2_1(min_price={"incl_vat": 1})
    with pytest.raises(pydantic.ValidationError) as refused:
        await put(keeping, TARIFF, bad, V2_2_1)
    assert refused.value.errors()[0]["loc"] == ("min_price", "excl_vat")
    assert await keeping.store.get(TARIFF.key) is None


async def test_a_change_in_another_version_keeps_both_in_step(keeping: Keeping) -> None:
    """A partner may change its version: what it says now counts."""
    await put(keeping, TARIFF, tariff_2_2_1(), V2_2_1)
    value = {**tariff_2_2_1(last_updated=at(9)), "min_price": {"before_taxes": 2}, "tax_included": "N/A"}
    await keeping.intake.put(TARIFF, codec.encode(value), value)
    held = await keeping.store.get(TARIFF.key)
    assert held is not None
    assert held.in_version(VersionNumber.V2_2_1) is None
    assert held.value()["min_price"] == {"before_taxes": 2}
