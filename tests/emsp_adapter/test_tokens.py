"""Our cards on their way to CPOs, by push and by pull."""

from pathlib import Path

from yarl import URL

from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from ocpi.wire.pagination import next_page
from tests.emsp_adapter.conftest import CARDS, Issuing
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually
from tests.platforms import CPO, EMSP, running_emsp


async def test_a_cpo_with_an_agreement_is_told_every_card(issuing: Issuing) -> None:
    await eventually(lambda: len(issuing.cpo.heard("tokens", "PUT")) >= 3)
    arrived = {put.path: put for put in issuing.cpo.heard("tokens", "PUT")}
    assert set(arrived) == {"NL/MSP/04AA", "NL/MSP/04BB", "NL/MSP/04CC"}
    assert arrived["NL/MSP/04CC"].json()["valid"] is False
    assert arrived["NL/MSP/04AA"].query == {"type": "RFID"}
    assert arrived["NL/MSP/04AA"].routing == Routing(to=CPO, sender=EMSP)


async def test_cards_are_listed_page_by_page(issuing: Issuing) -> None:
    routing = Routing(to=EMSP, sender=CPO)
    heard = await issuing.cpo.call("GET", "tokens", Side.SENDER, routing=routing, query={"limit": "2"})
    assert [token["uid"] for token in heard.data] == ["04AA", "04BB"]
    assert heard.headers["X-Total-Count"] == "3"
    following = next_page(heard.headers, URL(issuing.cpo.endpoints["tokens", "SENDER"]))
    assert issuing.cpo.their_token is not None
    last = await issuing.cpo.send("GET", str(following), issuing.cpo.their_token, routing=routing)
    assert [token["uid"] for token in last.data] == ["04CC"]
    assert "Link" not in last.headers


async def test_a_card_that_is_blocked_in_the_file_is_told_at_the_next_start(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    cards = tmp_path / "cards.csv"
    cards.write_text(CARDS)
    async with running_emsp(mongo, clock, tmp_path, cards):
        pass
    await clock.advance(seconds=5)
    cards.write_text(CARDS.replace("0002,ALLOWED,true", "0002,ALLOWED,false"))
    async with running_emsp(mongo, clock, tmp_path, cards) as emsp:
        objects = emsp.foundation.mongo.collection("objects")
        changed = [row["id"] async for row in objects.find({"last_updated": clock.now()})]
    assert changed == ["RFID/04BB"]
