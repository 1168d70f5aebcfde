"""What is kept beside Locations, and how the operator looks after it."""

import asyncio

from emsp_adapter.places.upkeep import Upkeep
from tests.emsp_adapter.apps.counter import SHARED_LOOP
from tests.emsp_adapter.places.towns import Town
from tests.platforms import operate

pytestmark = SHARED_LOOP


async def test_what_an_older_release_wrote_is_made_anew(town: Town) -> None:
    await town.builds("one")
    objects = town.counter.mongo.collection("objects")
    await objects.update_one({"id": town.id("one")}, {"$unset": {"place": True}})
    assert await town.found() == []
    upkeep = Upkeep(town.counter.mongo)
    assert (await upkeep.check()).examples == [f"location/FR*CPO/{town.id('one')}"]
    await upkeep.renew()
    assert await town.found() == ["one"]
    assert (await upkeep.check()).differing == 0


async def test_the_operator_sees_what_differs_and_has_it_mended(town: Town) -> None:
    await town.builds("one")
    objects = town.counter.mongo.collection("objects")
    await objects.update_one({"id": town.id("one")}, {"$set": {"place.spots": []}})
    admin = town.counter.emsp.admin
    assert (await asyncio.to_thread(admin.get, "/places/check"))["differing"] == 1
    assert (await operate(town.counter.emsp, "/places/rebuild", {}))["differing"] == 1
    assert (await asyncio.to_thread(admin.get, "/places/check"))["differing"] == 0


async def test_bad_coordinates_are_counted_and_named(town: Town) -> None:
    await town.builds("nowhere", coordinates={"latitude": "95.00000", "longitude": "2.00000"})
    told = await asyncio.to_thread(town.counter.emsp.admin.get, "/places")
    left_out = told["left_out"]["NO_COORDINATES"]
    assert left_out["count"] == 1
    assert left_out["examples"] == [f"location/FR*CPO/{town.id('nowhere')}"]
