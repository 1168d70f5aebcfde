"""What becomes of a push: PUT, PATCH, DELETE and bills, in order, out of order, and at the same time."""

import asyncio
from dataclasses import replace
from typing import Any

import pydantic
import pytest

from ocpi.errors import InvalidParameters, UnknownObject
from ocpi.objects.address import Address
from ocpi.objects.intake import MAX_OBJECT_BYTES
from ocpi.objects.kinds import key_of
from ocpi.objects.record import Outcome, Record
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind
from schemas.times import parse
from tests import build
from tests.ocpi.objects.conftest import LOCATION, Keeping, at, location
from tests.platforms import CPO, EMSP

HERE = Address(LOCATION)


async def test_a_put_keeps_the_bytes_that_came_and_replaces_everything(keeping: Keeping) -> None:
    """C-032, C-034."""
    first = codec.encode({**location(), "odd": codec.decode(b"1.50")})
    assert (await keeping.put(codec.decode(first), HERE)).outcome is Outcome.CREATED  # type: ignore[arg-type]
    record = await keeping.store.get(LOCATION)
    assert record is not None
    assert record.body == first

    assert (await keeping.put(location(name=None, last_updated=at(9)))).outcome is Outcome.UPDATED
    assert "odd" not in await keeping.held()
    assert "name" not in await keeping.held()


async def test_an_older_put_is_refused_and_changes_nothing(keeping: Keeping) -> None:
    """S-19: out of order."""
    await keeping.put(location(name="new", last_updated=at(10)))
    with pytest.raises(InvalidParameters) as refused:
        await keeping.put(location(name="old", last_updated=at(9)))
    assert refused.value.pointer == "/last_updated"
    assert (await keeping.held())["name"] == "new"


async def test_of_many_first_puts_at_once_the_newest_stays(keeping: Keeping) -> None:
    """Two inserts of one id collide in the database: the loser is compared, not refused."""
    values = [location(name=f"{hour}", last_updated=at(hour)) for hour in (8, 12, 10, 9, 11)]
    await asyncio.gather(*(keeping.put(value) for value in values), return_exceptions=True)
    assert (await keeping.held())["name"] == "12"


async def test_a_patch_changes_its_fields_and_no_other_byte(keeping: Keeping) -> None:
    """C-035, C-066: number spelling and key order of the owner survive."""
    body = codec.encode(location())[:-1] + b', "odd" : {"b":1.50, "a": 1e2}}'
    await keeping.intake.put(HERE, body, codec.decode(body))  # type: ignore[arg-type]
    await keeping.intake.patch(HERE, {"name": "new", "last_updated": at(9)})
    record = await keeping.store.get(LOCATION)
    assert record is not None
    assert b'{"b":1.50, "a": 1e2}' in record.body
    assert record.value()["name"] == "new"
    assert record.value()["city"] == "Paris"


async def test_a_patch_of_nothing_asks_for_a_put(keeping: Keeping) -> None:
    with pytest.raises(UnknownObject, match="PUT it first"):
        await keeping.intake.patch(HERE, {"name": "new", "last_updated": at(9)})


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": "x"}, "/last_updated"),
        ({"last_updated": at(7)}, "/last_updated"),
        ({"id": "LOC2", "last_updated": at(9)}, "/id"),
        ({"party_id": "XYZ", "last_updated": at(9)}, "/country_code"),
        ({"country_code": "DE", "last_updated": at(9)}, "/country_code"),
    ],
)
async def test_a_patch_cannot_make_another_object_of_it(
    keeping: Keeping, change: dict[str, Any], pointer: str
) -> None:
    """C-033, S-19, J-50."""
    await keeping.put(location())
    with pytest.raises(InvalidParameters) as refused:
        await keeping.intake.patch(HERE, change)
    assert refused.value.pointer == pointer
    assert await keeping.held() == location()


@pytest.mark.parametrize(
    "change", [{"coordinates": 5}, {"last_updated": 5}, {"evses": [5]}, {"publish": "x"}]
)
async def test_a_patch_that_would_break_the_object_is_refused(
    keeping: Keeping, change: dict[str, Any]
) -> None:
    await keeping.put(location())
    with pytest.raises((pydantic.ValidationError, InvalidParameters)):
        await keeping.intake.patch(HERE, {"last_updated": at(9), **change})
    assert await keeping.held() == location()


async def test_patches_at_once_are_all_kept(keeping: Keeping) -> None:
    await keeping.put(location(evses=[build.evse(uid=f"E{n}") for n in range(4)]))
    patches = [
        keeping.intake.patch(Address(LOCATION, (f"E{n}",)), {"status": "CHARGING", "last_updated": at(9)})
        for n in range(4)
    ]
    await asyncio.gather(*patches)
    assert {evse["status"] for evse in (await keeping.held())["evses"]} == {"CHARGING"}


async def test_a_put_during_a_patch_is_not_lost(keeping: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    """The patch is laid over what is there when it is written."""
    await keeping.put(location())
    read = keeping.store.get

    async def read_and_be_overtaken(*names: Any) -> Any:
        held = await read(*names)
        monkeypatch.undo()
        await keeping.put(location(city="Lyon", last_updated=at(9)))
        return held

    monkeypatch.setattr(type(keeping.store), "get", lambda _, *names: read_and_be_overtaken(*names))
    await keeping.intake.patch(HERE, {"name": "new", "last_updated": at(10)})
    held = await keeping.held()
    assert (held["name"], held["city"]) == ("new", "Lyon")


async def test_a_session_patch_that_comes_again_adds_nothing(keeping: Keeping) -> None:
    """Its answer was lost: periods are appended once."""
    value = codec.decode(codec.dump(build.session(charging_periods=[])))
    assert isinstance(value, dict)
    session = Address(ObjectKey(ObjectKind.SESSION, CPO, "S1"), audience=EMSP)
    await keeping.put(value, session)
    period = {"start_date_time": at(8), "dimensions": [{"type": "ENERGY", "volume": 1}]}
    for _ in range(2):
        await keeping.intake.patch(session, {"charging_periods": [period], "last_updated": at(9)})
    record = await keeping.store.get(session.key, EMSP)
    assert record is not None
    assert record.value()["charging_periods"] == [period]


async def test_an_object_cannot_be_patched_beyond_all_measure(keeping: Keeping) -> None:
    await keeping.put(location())
    big = "x" * (MAX_OBJECT_BYTES // 3)
    for name in ("a", "b"):
        await keeping.intake.patch(HERE, {name: big, "last_updated": at(9)})
    with pytest.raises(InvalidParameters, match="larger"):
        await keeping.intake.patch(HERE, {"c": big, "last_updated": at(9)})


async def test_a_deleted_object_is_gone_and_may_come_back(keeping: Keeping) -> None:
    """Deleting again is no error, or a push whose answer was lost could never be made good."""
    await keeping.put(location())
    assert (await keeping.intake.delete(HERE)).outcome is Outcome.UPDATED
    again = await keeping.intake.delete(HERE)
    assert (again.outcome, again.record.deleted) == (Outcome.UNCHANGED, True)
    with pytest.raises(UnknownObject):
        await keeping.intake.patch(HERE, {"name": "x", "last_updated": at(9)})

    await keeping.put(location())
    record = await keeping.store.get(LOCATION)
    assert record is not None
    assert not record.deleted


async def test_nothing_that_was_never_there_is_deleted(keeping: Keeping) -> None:
    with pytest.raises(UnknownObject):
        await keeping.intake.delete(HERE)


async def test_a_bill_is_kept_once_whatever_order_its_keys_have(keeping: Keeping) -> None:
    value = codec.decode(codec.dump(build.cdr()))
    assert isinstance(value, dict)
    key = key_of(ObjectKind.CDR, value)
    bill = Record(key, parse(value["last_updated"]), codec.encode(value), EMSP)  # type: ignore[arg-type]
    outcomes = await asyncio.gather(*(keeping.intake.bill(bill) for _ in range(10)))
    assert sorted(each.outcome for each in outcomes) == [Outcome.CREATED] + 9 * [Outcome.UNCHANGED]

    turned = replace(bill, body=codec.encode(dict(reversed(value.items()))))
    assert (await keeping.intake.bill(turned)).outcome is Outcome.UNCHANGED
    with pytest.raises(InvalidParameters, match="another content"):
        await keeping.intake.bill(replace(bill, body=codec.encode({**value, "total_energy": 9})))
    record = await keeping.store.get(key, EMSP)
    assert record is not None
    assert record.body == codec.encode(value)


@pytest.mark.parametrize("name", ["", ".", "..", "...", "a\x00b", "a\nb", "\u202e", "x" * 256])
async def test_an_id_that_could_be_something_else_is_refused(name: str) -> None:
    """H-56, J-44: as the database's, or as somebody's path."""
    for kind, value, pointer in (
        (ObjectKind.CDR, build.cdr(id=name).to_wire(), "/id"),
        (ObjectKind.TOKEN, build.token(uid=name).to_wire(), "/uid"),
    ):
        with pytest.raises(InvalidParameters) as refused:
            key_of(kind, value)
        assert refused.value.pointer == pointer


async def test_a_type_of_token_has_no_slash() -> None:
    """A/B with uid C would be A with uid B/C."""
    with pytest.raises(InvalidParameters) as refused:
        key_of(ObjectKind.TOKEN, build.token(type="A/B").to_wire())
    assert refused.value.pointer == "/type"


async def test_ids_are_equal_without_case(keeping: Keeping) -> None:
    """C-042."""
    await keeping.put(location(id="loc1"), Address(ObjectKey(ObjectKind.LOCATION, CPO, "LOC1")))
    assert (await keeping.held())["id"] == "loc1"
