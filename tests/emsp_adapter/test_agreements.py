"""An issuer that deals directly with a CPO, and what happens when that ends."""

from schemas import codec
from tests import build
from tests.emsp_adapter.conftest import Issuing
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually
from tests.platforms import CPO, EMSP, operate

PAIR = {"cpo": str(CPO), "emsp": str(EMSP)}
THEN = {"start_date_time": "2026-01-01T12:00:00Z"}


async def end(issuing: Issuing, clock: ManualClock) -> None:
    await operate(issuing.emsp, "/agreements/end", PAIR)
    await clock.leap(hours=24)
    await clock.advance(seconds=8)


def told(issuing: Issuing) -> dict[str, bool]:
    """The last word about each card."""
    return {each.json()["uid"]: each.json()["valid"] for each in issuing.cpo.heard("tokens", "PUT")}


async def test_its_cards_are_invalid_there(issuing: Issuing, clock: ManualClock) -> None:
    await eventually(lambda: told(issuing) == {"04AA": True, "04BB": True, "04CC": False})
    await end(issuing, clock)
    await eventually(lambda: not any(told(issuing).values()))


async def test_charges_of_then_are_told_to_their_end_and_no_others(
    issuing: Issuing, clock: ManualClock
) -> None:
    await end(issuing, clock)
    where = ("FR", "CPO", "S1")
    for method, module, path, body, status in (
        ("PUT", "sessions", where, build.session(**THEN), 1000),
        ("PATCH", "sessions", where, {"kwh": 9, "last_updated": "2026-03-02T00:00:00Z"}, 1000),
        ("POST", "cdrs", (), build.cdr(**THEN), 1000),
        ("POST", "cdrs", (), build.cdr(id="OUT", start_date_time="2026-01-02T00:00:00Z"), 2001),
        ("PUT", "sessions", ("FR", "CPO", "S2"), build.session(id="S2"), 2001),
        ("PUT", "locations", ("FR", "CPO", "LOC1"), build.location(), 2001),
    ):
        sent = body if isinstance(body, dict) else codec.dump(body)
        assert (await issuing.push(method, module, *path, body=sent)).status == status, (method, path)
    assert (await issuing.push("GET", "sessions", *where, body=None)).status == 1000


async def test_a_module_outside_of_the_terms_is_refused(issuing: Issuing) -> None:
    await operate(issuing.emsp, "/agreements/change", {**PAIR, "terms": {"modules": ["tokens", "cdrs"]}})
    refused = await issuing.push("PUT", "locations", "FR", "CPO", "LOC1", body=codec.dump(build.location()))
    assert refused.status == 2001
    assert (await issuing.push("POST", "cdrs", body=codec.dump(build.cdr()))).status == 1000
