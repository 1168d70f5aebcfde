"""C-081 … C-098: who may charge. The CPO's part at a real station, the issuer's part at its door.

Spec: 2.3.0 mod_tokens; ocpi.md 5.5.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from simulators.partner import Reply
from tests.conformance import wire
from tests.conformance.charging import Charging, charging_on
from tests.conformance.far_side import FarSide
from tests.conformance.issuing import CARDS, Issuing, cpo_of, issuing_on
from tests.conformance.sites import site
from tests.conformance.stages import SHARED_LOOP
from tests.conformance.versions import ALL, SINCE_2_2_1, V3, spoken
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually
from tests.lent import lent
from tests.platforms import running_emsp

pytestmark = SHARED_LOOP

ACCEPTED = "Accepted"
AT = {"location_id": "GARE", "evse_uids": ["CP-1-1", "CP-1-2"]}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def issuing(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Issuing]:
    async with issuing_on(mongo_url, tmp_path_factory.mktemp("emsp")) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def charging(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Charging]:
    sites = site("GARE", "CP-1", ["AC"], ["AC"])
    async with charging_on(mongo_url, tmp_path_factory.mktemp("cpo"), sites=sites) as found:
        yield found


@ALL
async def test_c081_never_means_that_the_issuer_is_asked_every_time(charging: Charging, version: str) -> None:
    issuer, card = charging.issuers[version], await charging.card(version, whitelist="NEVER")
    for times in (1, 2):
        assert (await charging.charge(card)).card == ACCEPTED
        assert len(issuer.asked(card)) == times
    issuer.answers[card.uid] = issuer.info(card.uid, "BLOCKED")
    assert (await charging.charge(card)).card == "Blocked"


@ALL
async def test_c081_never_means_no_when_the_issuer_cannot_be_reached(
    charging: Charging, version: str
) -> None:
    issuer, card = charging.issuers[version], await charging.card(version, whitelist="NEVER")
    assert (await charging.charge(card)).card == ACCEPTED
    issuer.answers[card.uid] = Reply(http=503, raw=b"")
    assert (await charging.charge(card)).card == "Invalid"


@ALL
async def test_c082_always_means_that_nobody_is_asked(charging: Charging, version: str) -> None:
    issuer, card = charging.issuers[version], await charging.card(version, whitelist="ALWAYS")
    issuer.answers[card.uid] = issuer.info(card.uid, "BLOCKED")
    assert (await charging.charge(card)).card == ACCEPTED
    assert (await charging.ended(card))["auth_method"] == "WHITELIST"
    assert issuer.asked(card) == []


@ALL
async def test_c083_allowed_is_decided_here(charging: Charging, version: str) -> None:
    """Either may decide; the sooner answer is ours."""
    issuer, card = charging.issuers[version], await charging.card(version, whitelist="ALLOWED")
    assert (await charging.charge(card)).card == ACCEPTED
    assert (await charging.ended(card))["auth_method"] == "WHITELIST"
    assert issuer.asked(card) == []


@ALL
async def test_c083_allowed_offline_asks_and_says_yes_when_nobody_answers(
    charging: Charging, version: str
) -> None:
    issuer = charging.issuers[version]
    refused, offline = [await charging.card(version, whitelist="ALLOWED_OFFLINE") for _ in range(2)]
    issuer.answers[refused.uid] = issuer.info(refused.uid, "EXPIRED")
    issuer.answers[offline.uid] = Reply(http=503, raw=b"")
    assert (await charging.charge(refused)).card == "Expired"
    assert (await charging.charge(offline)).card == ACCEPTED
    assert len(issuer.asked(refused)) == len(issuer.asked(offline)) == 1
    assert (await charging.ended(offline))["auth_method"] == "WHITELIST"


@SINCE_2_2_1
@pytest.mark.parametrize("whitelist", ["NEVER", "ALLOWED_OFFLINE"])
async def test_c084_a_token_that_is_not_valid_is_asked_about_all_the_same(
    charging: Charging, version: str, whitelist: str
) -> None:
    issuer, card = charging.issuers[version], await charging.card(version, whitelist=whitelist, valid=False)
    assert (await charging.charge(card)).card == ACCEPTED
    assert len(issuer.asked(card)) == 1
    assert (await charging.ended(card))["auth_method"] == "AUTH_REQUEST"


@SINCE_2_2_1
@pytest.mark.parametrize("whitelist", ["ALWAYS", "ALLOWED"])
async def test_c085_a_token_that_is_not_valid_is_refused_where_nobody_is_asked(
    charging: Charging, version: str, whitelist: str
) -> None:
    issuer, card = charging.issuers[version], await charging.card(version, whitelist=whitelist, valid=False)
    assert (await charging.charge(card)).card == "Blocked"
    assert issuer.asked(card) == []


@ALL
async def test_c086_a_yes_names_no_place_that_was_not_asked_for(issuing: Issuing, version: str) -> None:
    cpo = issuing.cpo(version)
    heard = await cpo.sender("POST", "tokens", "04AA", "authorize", body=AT)
    assert heard.data["location"] == AT
    without = await cpo.sender("POST", "tokens", "04AA", "authorize")
    assert (without.data["allowed"], "location" in without.data) == ("ALLOWED", False)


@ALL
async def test_c086_a_no_names_no_place(issuing: Issuing, version: str) -> None:
    heard = await issuing.cpo(version).sender("POST", "tokens", "04CC", "authorize", body=AT)
    assert (heard.data["allowed"], "location" in heard.data) == ("BLOCKED", False)


@ALL
async def test_c086_a_card_charges_only_where_its_issuer_allows_it(charging: Charging, version: str) -> None:
    issuer, card = charging.issuers[version], await charging.card(version, whitelist="NEVER")
    only = {"location_id": "GARE", "evse_uids": ["CP-1-2"]}
    issuer.answers[card.uid] = issuer.info(card.uid, location=only)
    assert (await charging.charge(card, connector=2)).transaction_id is not None
    assert (await charging.ended(card))["status"] == "COMPLETED"
    elsewhere = await charging.charge(card, connector=1)
    assert elsewhere.card == "Invalid"


@SINCE_2_2_1
async def test_c087_the_answer_holds_the_whole_token(issuing: Issuing, version: str) -> None:
    heard = await issuing.cpo(version).sender("POST", "tokens", "04AA", "authorize", body=AT)
    token = heard.data["token"]
    assert (token["country_code"], token["party_id"], token["uid"]) == ("NL", "MSP", "04AA")
    assert (token["contract_id"], token["whitelist"], token["valid"]) == ("NL-MSP-C1", "NEVER", True)


@SINCE_2_2_1
async def test_c087_an_answer_without_a_token_is_no_yes(charging: Charging, version: str) -> None:
    issuer, card = charging.issuers[version], await charging.card(version, whitelist="NEVER")
    issuer.answers[card.uid] = Reply({"allowed": "ALLOWED"})
    assert (await charging.charge(card)).card == "Invalid"


@SINCE_2_2_1
async def test_c088_a_card_that_is_not_ours_is_404_and_2004_without_data(
    issuing: Issuing, version: str
) -> None:
    heard = await issuing.cpo(version).sender("POST", "tokens", "FFFF", "authorize", body=AT)
    assert (heard.http, heard.status, heard.data) == (404, 2004, None)


@SINCE_2_2_1
@pytest.mark.parametrize(
    "reply",
    [Reply(http=404, status_code=2004), Reply(http=404, raw=b"not here"), Reply(status_code=2004)],
    ids=["404 and 2004", "404 alone", "200 and 2004"],
)
async def test_c088_a_card_that_its_issuer_does_not_know_is_refused_however_that_is_said(
    charging: Charging, version: str, reply: Reply
) -> None:
    """Not even by a token that may charge while nobody answers: somebody did."""
    issuer, card = charging.issuers[version], await charging.card(version, whitelist="ALLOWED_OFFLINE")
    issuer.answers[card.uid] = reply
    assert (await charging.charge(card)).card == "Invalid"


@ALL
async def test_c089_a_refusal_is_an_answer_and_no_error(issuing: Issuing, version: str) -> None:
    heard = await issuing.cpo(version).sender("POST", "tokens", "04CC", "authorize", body=AT)
    assert (heard.http, heard.status, heard.data["allowed"]) == (200, 1000, "BLOCKED")


@ALL
@pytest.mark.parametrize(
    ("allowed", "card_status"),
    [("BLOCKED", "Blocked"), ("EXPIRED", "Expired"), ("NO_CREDIT", "Invalid"), ("NOT_ALLOWED", "Invalid")],
)
async def test_c089_every_kind_of_no_is_a_no_at_the_station(
    charging: Charging, version: str, allowed: str, card_status: str
) -> None:
    issuer, card = charging.issuers[version], await charging.card(version, whitelist="ALLOWED_OFFLINE")
    issuer.answers[card.uid] = issuer.info(card.uid, allowed)
    assert (await charging.charge(card)).card == card_status
    assert issuer.told("sessions", card) == []


@ALL
async def test_c090_the_issuer_is_always_told_where_the_card_is(charging: Charging, version: str) -> None:
    """So that none has to answer 2002; of one that does all the same, nothing can be charged."""
    issuer, card = charging.issuers[version], await charging.card(version, whitelist="NEVER")
    issuer.answers[card.uid] = Reply(status_code=2002)
    assert (await charging.charge(card)).card == "Invalid"
    assert [each.json() for each in issuer.asked(card)] == [AT]


@SINCE_2_2_1
async def test_c091_a_token_is_known_by_its_uid_and_type_and_the_usual_type_is_rfid(
    charging: Charging, version: str
) -> None:
    issuer = charging.issuers[version]
    card, far = charging.stranger(version), issuer.far
    told = {kind: issuer.token(card.uid, type=kind, issuer=kind) for kind in ("RFID", "APP_USER")}
    assert (await far.push("PUT", "tokens", card.uid, body=told["RFID"])).http == 201
    assert (await far.push("PUT", "tokens", card.uid, body=told["APP_USER"], type="APP_USER")).http == 201
    change = {"valid": False, "last_updated": wire.LATER}
    assert (await far.push("PATCH", "tokens", card.uid, body=change)).http == 200
    assert (await far.shown("tokens", card.uid))["issuer"] == "RFID"
    assert (await far.shown("tokens", card.uid))["valid"] is False
    assert await far.shown("tokens", card.uid, type="APP_USER") == told["APP_USER"]


@SINCE_2_2_1
async def test_c091_an_authorization_asks_of_rfid_unless_it_names_another_type(
    issuing: Issuing, version: str
) -> None:
    cpo = issuing.cpo(version)
    assert (await cpo.sender("POST", "tokens", "APP1", "authorize", body=AT)).http == 404
    named = await cpo.sender("POST", "tokens", "APP1", "authorize", body=AT, type="APP_USER")
    assert named.data["allowed"] == "ALLOWED"


@SINCE_2_2_1
async def test_c092_the_issuer_leaves_it_to_the_cpo_whether_a_place_is_open(
    issuing: Issuing, version: str
) -> None:
    cpo = issuing.cpo(version)
    closed = {
        "twentyfourseven": False,
        "regular_hours": [{"weekday": 1, "period_begin": "03:00", "period_end": "03:01"}],
    }
    out_of_order = wire.evse(version, status="OUTOFORDER")
    told = wire.location(version, cpo.party, id="C092", evses=[out_of_order], opening_times=closed)
    assert (await cpo.push("PUT", "locations", "C092", body=told)).is_success
    heard = await cpo.sender(
        "POST", "tokens", "04AA", "authorize", body={"location_id": "C092", "evse_uids": ["E1"]}
    )
    assert heard.data["allowed"] == "ALLOWED"


@SINCE_2_2_1
async def test_c093_a_card_may_charge_where_nothing_was_published(issuing: Issuing, version: str) -> None:
    cpo = issuing.cpo(version)
    unseen = {"location_id": "NOWHERE", "evse_uids": ["E9"]}
    heard = await cpo.sender("POST", "tokens", "04AA", "authorize", body=unseen)
    assert (heard.status, heard.data["allowed"], heard.data["location"]) == (1000, "ALLOWED", unseen)


@ALL
async def test_c094_a_token_is_never_deleted(charging: Charging, version: str) -> None:
    issuer, card = charging.issuers[version], await charging.card(version)
    assert (await issuer.far.push("DELETE", "tokens", card.uid)).http == 405
    assert (await issuer.far.shown("tokens", card.uid))["valid"] is True


@ALL
async def test_c094_a_card_that_is_blocked_is_told_as_one_that_is_not_valid(
    mongo_url: str, tmp_path: Path, version: str
) -> None:
    cards, clock = tmp_path / "cards.csv", ManualClock()
    cards.write_text(CARDS)
    async with lent(mongo_url) as mongo, AsyncExitStack() as cpos:
        async with running_emsp(mongo, clock, tmp_path, cards) as emsp:
            cpo = await cpo_of(emsp, version, cpos)
            await eventually(lambda: _valid(cpo, "04BB") == [True])
        await clock.advance(seconds=5)
        cards.write_text(CARDS.replace("0002,ALLOWED,true", "0002,ALLOWED,false"))
        async with running_emsp(mongo, clock, tmp_path, cards):
            await clock.stroll(minutes=1)
            await eventually(lambda: _valid(cpo, "04BB") == [True, False])


def _valid(cpo: FarSide, uid: str) -> list[bool]:
    puts = cpo.partner.heard("tokens", "PUT")
    return [put.json()["valid"] for put in puts if put.path.endswith(f"/{uid}")]


@SINCE_2_2_1
async def test_c095_the_last_reference_of_the_issuer_stands_in_session_and_bill(
    charging: Charging, version: str
) -> None:
    issuer, card = charging.issuers[version], await charging.card(version, whitelist="NEVER")
    for reference in ("REF-1", "REF-2"):
        issuer.answers[card.uid] = issuer.info(card.uid, authorization_reference=reference)
        await charging.charge(card)
        await eventually(lambda: len(issuer.told("cdrs", card)) == len(issuer.asked(card)))
        for module in ("sessions", "cdrs"):
            assert issuer.told(module, card)[-1]["authorization_reference"] == reference


@spoken(V3)
async def test_c098_a_contract_in_a_car_is_authorized_and_not_pushed(issuing: Issuing, version: str) -> None:
    cpo = issuing.cpo(version)
    heard = await cpo.sender("POST", "tokens", "NL-MSP-C5", "authorize", body=AT, type="EMAID")
    assert (heard.data["allowed"], heard.data["token"]["type"]) == ("ALLOWED", "EMAID")
    await eventually(lambda: len(cpo.partner.heard("tokens", "PUT")) >= 4)
    assert "NL/MSP/NL-MSP-C5" not in [put.path for put in cpo.partner.heard("tokens", "PUT")]
