"""Bills that are pulled from a CPO of any version, and kept in its words beside ours."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ocpi.objects.record import Original
from ocpi.partners.documents import Admission, Scope
from ocpi.process.mongo import Mongo
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.interfaces import Side
from ocpi.wire.quirks import Quirk
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind
from schemas.translation.context import Context
from schemas.v2_3_0.cdrs import CDR
from schemas.v2_3_0.enums import VersionNumber
from simulators.partner import Reply, SimulatedPartner
from tests import build
from tests.emsp_adapter.conftest import CARDS
from tests.fakes.clock import ManualClock
from tests.ocpi.client.connected import VERSIONS, partner_at, told_in
from tests.platforms import CPO, EMSP, Running, agree, operate, running_emsp

OF_THE_CPO = Context(owner=CPO, counterpart=EMSP, location=build.location())


@dataclass(frozen=True, slots=True)
class Pulling:
    emsp: Running
    cpo: SimulatedPartner

    def serve(self, *bills: Any, at_most: int = 2) -> list[bytes]:
        """What stands in the list, to the byte."""
        self.cpo.publishes("cdrs", bills, at_most=at_most)
        return [codec.encode(bill) for bill in bills]

    def wire(self, **changes: Any) -> dict[str, Any]:
        return told_in(self.cpo.version, CDR, build.cdr(**changes), OF_THE_CPO)

    async def pull(self) -> Any:
        return (await operate(self.emsp, "/cdrs/pull", {}))["FR*CPO"]

    async def held(self, cdr_id: str) -> Any:
        return await self.emsp.foundation.store.get(ObjectKey(ObjectKind.CDR, CPO, cdr_id))


@pytest.fixture(params=VERSIONS)
async def pulling(
    request: pytest.FixtureRequest, mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> AsyncIterator[Pulling]:
    cards = tmp_path / "cards.csv"
    cards.write_text(CARDS)
    async with (
        running_emsp(mongo, clock, tmp_path, cards) as emsp,
        SimulatedPartner(("CPO", CPO), versions=(request.param,)) as cpo,
    ):
        await known_to(emsp, cpo)
        await agree(emsp)
        yield Pulling(emsp, cpo)


async def known_to(emsp: Running, cpo: SimulatedPartner, *quirks: Quirk) -> None:
    """Registered, as if the handshake had been."""
    partner = partner_at(cpo, *quirks)
    assert partner.connection is not None
    store, now = emsp.foundation.partners, emsp.foundation.clock.now()
    token = Admission.of(CredentialsToken.generate(), Scope.FULL)
    seen = await store.add(partner, Admission.of(CredentialsToken.generate(), Scope.HANDSHAKE))
    await store.connect(seen, partner.connection, token, now)
    await emsp.foundation.directory.refresh()


async def test_bills_of_every_version_are_kept_as_ours_and_as_they_came(pulling: Pulling) -> None:
    bodies = pulling.serve(*(pulling.wire(id=f"CDR{number}") for number in range(5)))
    assert await pulling.pull() == {"seen": 5, "new": 5, "bad": 0}
    assert len(pulling.cpo.heard("cdrs", "GET")) == 3
    held = await pulling.held("CDR3")
    bill = CDR.model_validate(held.value())
    assert (bill.country_code, int(bill.total_energy), int(bill.total_cost.before_taxes)) == ("FR", 8, 2)
    version = VersionNumber(pulling.cpo.version)
    if version == VersionNumber.V2_3_0:
        assert (held.body, held.original) == (bodies[3], None)
    else:
        assert held.original == Original(version, bodies[3])
    assert await pulling.pull() == {"seen": 5, "new": 0, "bad": 0}


@pytest.mark.parametrize("pulling", ["2.1.1"], indirect=True)
async def test_the_card_of_a_bill_is_found_by_its_contract(pulling: Pulling) -> None:
    """2.1.1 tells the contract alone."""
    token = {**build.CDR_TOKEN, "uid": "04AA", "contract_id": "NL-MSP-C1"}
    pulling.serve(pulling.wire(cdr_token=token))
    await pulling.pull()
    assert (await pulling.held("CDR1")).value()["cdr_token"]["uid"] == "04AA"


async def test_a_bad_bill_does_not_cost_the_others(pulling: Pulling) -> None:
    """C-048; a key that stands twice shows different readers different bills: J-42."""
    good = [pulling.wire(id="A"), pulling.wire(id="C")]
    doubled = codec.encode(pulling.wire(id="B")).replace(b'"currency"', b'"id":"X","currency"', 1)
    items = [codec.encode(good[0]), b'{"id":"broken"}', doubled, b"7", codec.encode(good[1])]
    raw = b'{"status_code":1000,"data":[' + b",".join(items) + b"]}"
    pulling.cpo.answer("GET", "cdrs", Side.SENDER, lambda _: Reply(raw=raw))
    assert await pulling.pull() == {"seen": 5, "new": 2, "bad": 3}


@pytest.mark.parametrize("pulling", ["2.1.1"], indirect=True)
async def test_a_pull_that_broke_off_begins_again_where_it_began(
    pulling: Pulling, clock: ManualClock
) -> None:
    pulling.serve(pulling.wire(last_updated="2025-12-31T00:00:00Z"))
    await pulling.pull()
    await clock.stroll(minutes=10)
    pulling.cpo.answer("GET", "cdrs", Side.SENDER, lambda _: Reply(http=500))
    assert await pulling.pull() == "HTTP 500"
    await clock.stroll(minutes=10)
    pulling.serve(pulling.wire(last_updated="2025-12-31T00:00:00Z"))
    await pulling.pull()
    asked = [each.query.get("date_from") for each in pulling.cpo.heard("cdrs", "GET")]
    assert asked == [None, "2025-12-30T00:00:00Z", "2025-12-30T00:00:00Z"]
    assert {each.query["limit"] for each in pulling.cpo.heard("cdrs", "GET")} == {"100"}
