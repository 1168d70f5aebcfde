"""Two eMSPs at one connector, each charged by its own tariff and told of that alone; over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from schemas import codec
from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner
from tests import build
from tests.cpo_adapter.sessions.charging import TARIFFS, UID, Charging, running_charging
from tests.cpo_adapter.sessions.test_from_tap_to_bill import ago, stop
from tests.fakes.eventually import eventually
from tests.platforms import CPO, EMSP, agree, connect, operate

OTHER = PartyId("DE", "XYZ")
OWN = TARIFFS + TARIFFS.replace('"AC"', '"AC"\nemsp = "DE*XYZ"').replace("0.40", "0.10")


@dataclass
class TwoIssuers:
    charging: Charging
    other: SimulatedPartner

    async def charge(self, uid: str) -> None:
        """11 kWh in the last hour."""
        async with self.charging.station() as station:
            told = {"connectorId": 1, "idTag": uid, "meterStart": 1000, "timestamp": ago(60)}
            begun = await station.call("StartTransaction", told)
            assert begun[2]["idTagInfo"]["status"] == "Accepted"
            await station.call("StopTransaction", stop(begun[2]["transactionId"], ago(0), 12_000))

    async def listed(self, partner: SimulatedPartner, party: PartyId) -> list[Any]:
        told = await partner.call("GET", "tariffs", Side.SENDER, routing=Routing(to=CPO, sender=party))
        return list(told.data)


def price(tariff: Any) -> float:
    return float(tariff["elements"][0]["price_components"][0]["price"])


def told(partner: SimulatedPartner) -> list[float]:
    return [price(put.json()) for put in partner.heard("tariffs", "PUT")]


@asynccontextmanager
async def two_issuers(mongo: Mongo, folder: Path, tariffs: str = OWN) -> AsyncIterator[TwoIssuers]:
    """The second has a card and, unless told otherwise, a tariff of its own."""
    async with (
        running_charging(mongo, folder, "ALWAYS", tariffs=tariffs) as charging,
        SimulatedPartner(("EMSP", OTHER)) as other,
    ):
        await connect(charging.cpo, other, "another-emsp", "EMSP")
        await agree(charging.cpo, CPO, OTHER)
        token = build.token(
            uid="THEIRS", country_code="DE", party_id="XYZ", whitelist="ALWAYS", group_id="VANS"
        )
        path = ("DE", "XYZ", "THEIRS")
        routing = Routing(to=CPO, sender=OTHER)
        heard = await other.call(
            "PUT", "tokens", Side.RECEIVER, *path, routing=routing, body=codec.dump(token)
        )
        assert heard.status == 1000, heard.body
        yield TwoIssuers(charging, other)


async def test_two_emsps_are_charged_and_told_different_prices_at_one_connector(
    mongo: Mongo, tmp_path: Path
) -> None:
    async with two_issuers(mongo, tmp_path) as both:
        await both.charge(UID)
        await both.charge("THEIRS")
        await eventually(lambda: both.charging.bills() and both.other.heard("cdrs", "POST"))
        (bill,), (post,) = both.charging.bills(), both.other.heard("cdrs", "POST")
        assert (bill["total_cost"]["before_taxes"], price(bill["tariffs"][0])) == (4.4, 0.4)
        theirs = post.json()
        assert (theirs["total_cost"]["before_taxes"], price(theirs["tariffs"][0])) == (1.1, 0.1)

        assert set(told(both.charging.emsp)) == {0.4}
        assert set(told(both.other)) == {0.1}
        (own,) = both.other.heard("tariffs", "PUT")
        assert own.routing == Routing(to=OTHER, sender=CPO)
        assert [price(each) for each in await both.listed(both.other, OTHER)] == [0.1]
        assert [price(each) for each in await both.listed(both.charging.emsp, EMSP)] == [0.4]


async def test_a_group_of_cards_is_charged_by_its_own_tariff_that_is_put_by_the_api(
    mongo: Mongo, tmp_path: Path
) -> None:
    async with two_issuers(mongo, tmp_path) as both:
        vans = OWN.split("[[tariffs]]")[2].replace('"AC"', '"VANS"').replace("0.10", "0.05")
        text = f'[[tariffs]]\ninstead_of = "AC"\ngroup = "VANS"{vans}'
        await operate(both.charging.cpo, "/tariffs", {"file": "vans.toml", "text": text})
        await eventually(lambda: 0.05 in told(both.other))
        await both.charge("THEIRS")
        await eventually(lambda: both.other.heard("cdrs", "POST"))
        assert both.other.heard("cdrs", "POST")[0].json()["total_cost"]["before_taxes"] == 0.55
        assert 0.05 not in told(both.charging.emsp)


async def test_a_change_never_alters_a_session_that_runs(mongo: Mongo, tmp_path: Path) -> None:
    async with two_issuers(mongo, tmp_path, "") as both, both.charging.station() as station:
        await operate(both.charging.cpo, "/tariffs", {"text": OWN})
        begun = {"connectorId": 1, "idTag": "THEIRS", "meterStart": 1000, "timestamp": ago(60)}
        number = (await station.call("StartTransaction", begun))[2]["transactionId"]
        await operate(both.charging.cpo, "/tariffs", {"text": OWN.replace("0.10", "9.99")})
        await eventually(lambda: told(both.other)[-1] == 9.99)
        await station.call("StopTransaction", stop(number, ago(0), 12_000))
        await eventually(lambda: both.other.heard("cdrs", "POST"))
        assert both.other.heard("cdrs", "POST")[0].json()["total_cost"]["before_taxes"] == 1.1


async def test_an_emsp_whose_own_tariff_is_removed_has_everybodys_again(mongo: Mongo, tmp_path: Path) -> None:
    async with two_issuers(mongo, tmp_path, TARIFFS) as both:
        own = OWN.removeprefix(TARIFFS)
        await operate(both.charging.cpo, "/tariffs", {"text": own})
        await eventually(lambda: told(both.other)[-1:] == [0.1])
        await operate(both.charging.cpo, "/tariffs/remove", {"id": "AC", "emsp": "DE*XYZ"})
        await eventually(lambda: told(both.other)[-1] == 0.4)
        assert len(both.other.heard("tariffs", "DELETE")) == 1
        assert [price(each) for each in await both.listed(both.other, OTHER)] == [0.4]


async def test_what_is_wrong_with_tariffs_is_told_and_changes_nothing(mongo: Mongo, tmp_path: Path) -> None:
    async with two_issuers(mongo, tmp_path) as both:
        cpo = both.charging.cpo
        with pytest.raises(AdminRefused, match=r"tariffs.toml:6:\d+: price"):
            await operate(cpo, "/tariffs", {"text": OWN.replace("0.40", '"much"')})
        with pytest.raises(AdminRefused, match="is authored in the file"):
            await operate(cpo, "/tariffs", {"text": TARIFFS})
        listed = await asyncio.to_thread(cpo.admin.get, "/tariffs")
        assert [(each["id"], each["emsp"]) for each in listed] == [("AC", None), ("AC", "DE*XYZ")]
