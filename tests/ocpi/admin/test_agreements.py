"""Agreements, their terms and groups of locations, as an operator sets them."""

from typing import Any

from tests.ocpi.admin.test_admin import PAIR, ask
from tests.platforms import CPO, EMSP, Running, operate

USUAL: dict[str, Any] = {
    "modules": None,
    "tariffs": None,
    "location_groups": None,
    "holds": [],
    "is_asked": False,
}
NIGHT = f"/location-groups/{CPO}/night"


async def shown(hub: Running, path: str = "/agreements") -> list[Any]:
    listed: list[Any] = (await ask(hub, "GET", path)).json()
    return listed


async def test_an_agreement_without_terms_has_the_usual_ones(hub: Running) -> None:
    added = await operate(hub, "/agreements", PAIR)
    assert added["terms"] == USUAL
    assert await shown(hub) == [added]


async def test_terms_that_are_not_named_stay_as_they_are(hub: Running) -> None:
    """Also when an agreement is added again, so that nobody opens it up by prolonging it."""
    await operate(hub, NIGHT, {"locations": ["LOC1"]})
    terms = {"modules": ["cdrs"], "location_groups": ["night"], "holds": ["too_old"], "is_asked": True}
    await operate(hub, "/agreements", {**PAIR, "terms": terms})
    changed = await operate(
        hub, "/agreements/change", {**PAIR, "terms": {"tariffs": ["T1"], "modules": None}}
    )
    expected = {**USUAL, **terms, "tariffs": ["T1"], "modules": None}
    assert changed["terms"] == expected
    prolonged = await operate(hub, "/agreements", {**PAIR, "last_day": "2026-12-31"})
    assert (prolonged["terms"], prolonged["last_day"]) == (expected, "2026-12-31")
    assert (await shown(hub))[0]["terms"] == expected


async def test_the_days_stay_when_terms_change(hub: Running) -> None:
    days = {"first_day": "2025-06-01", "last_day": "2026-06-01"}
    await operate(hub, "/agreements", {**PAIR, **days})
    changed = await operate(hub, "/agreements/change", {**PAIR, "terms": {"is_asked": True}})
    assert {name: changed[name] for name in days} == days


async def test_mistakes_in_terms_are_told_with_their_pointers(hub: Running) -> None:
    for path, body, pointer, said in (
        ("/agreements", {**PAIR, "terms": {"modules": ["cars"]}}, "/terms/modules/0", "locations"),
        ("/agreements", {**PAIR, "terms": {"holds": ["nonsense"]}}, "/terms/holds/0", "total_cost_differs"),
        ("/agreements", {**PAIR, "terms": {"tariffs": [""]}}, "/terms/tariffs/0", "character"),
        ("/agreements", {**PAIR, "terms": {"location_groups": ["night"]}}, "/terms/location_groups", "night"),
        ("/agreements", {**PAIR, "terms": {"groups": []}}, "/terms/groups", "not permitted"),
        ("/agreements/change", PAIR, "/terms", "required"),
        (NIGHT, {"locations": []}, "/locations", "at least 1"),
        (NIGHT, {"locations": ["x" * 37]}, "/locations/0", "36"),
    ):
        answer = await ask(hub, "POST", path, body)
        assert answer.status_code == 422, (path, body)
        assert answer.headers["Content-Type"] == "application/problem+json"
        (error,) = answer.json()["errors"]
        assert (error["pointer"], said in error["detail"]) == (pointer, True), error
    assert await shown(hub) == []


async def test_what_is_not_there_cannot_be_changed(hub: Running) -> None:
    answer = await ask(hub, "POST", "/agreements/change", {**PAIR, "terms": {}})
    assert (answer.status_code, str(EMSP) in answer.json()["detail"]) == (404, True)
    assert (await ask(hub, "DELETE", NIGHT)).status_code == 404


async def test_a_group_is_set_listed_and_removed(hub: Running) -> None:
    await operate(hub, NIGHT, {"locations": ["LOC2", "LOC1"]})
    await operate(hub, NIGHT, {"locations": ["LOC1", "loc3"]})
    group = {"cpo": str(CPO), "name": "night", "locations": ["LOC1", "loc3"]}
    assert await shown(hub, "/location-groups") == [group]
    assert (await ask(hub, "DELETE", NIGHT)).status_code == 200
    assert await shown(hub, "/location-groups") == []


async def test_a_group_that_an_agreement_names_is_not_removed(hub: Running) -> None:
    """Its eMSP would see nothing any more."""
    await operate(hub, NIGHT, {"locations": ["LOC1"]})
    await operate(hub, "/agreements", {**PAIR, "terms": {"location_groups": ["night"]}})
    answer = await ask(hub, "DELETE", NIGHT)
    assert (answer.status_code, str(EMSP) in answer.json()["detail"]) == (409, True)
    await operate(hub, "/agreements/end", {**PAIR, "last_day": "2025-12-31"})
    assert (await ask(hub, "DELETE", NIGHT)).status_code == 200


async def test_a_group_has_a_name_and_a_party(hub: Running) -> None:
    for path in ("/location-groups/FRCPO/night", f"/location-groups/{CPO}/a%20b"):
        assert (await ask(hub, "POST", path, {"locations": ["LOC1"]})).status_code == 422
