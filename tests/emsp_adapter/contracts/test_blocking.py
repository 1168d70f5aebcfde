"""What every CPO receives when a card or a contract is blocked and unblocked."""

from datetime import datetime
from typing import Any

import pytest

from passerelle.admin_client import AdminRefused
from schemas.times import parse
from tests.emsp_adapter.contracts.issuing import SHARED_LOOP, Issuer

pytestmark = SHARED_LOOP


def _at(token: Any) -> datetime:
    return parse(token["last_updated"])


async def test_a_blocked_card_is_not_valid_at_any_cpo_of_any_version_at_once(issuer: Issuer) -> None:
    uid, _ = await issuer.card()
    before = [_at(issuer.last(cpo, uid)) for cpo in issuer.cpos]
    told = await issuer.ask("/cards/block", uid=uid, reason="stolen")
    await issuer.all_heard(uid, valid=False)
    assert told["token"]["valid"] is False
    assert told["block"]["reason"] == "stolen"
    for cpo, then in zip(issuer.cpos, before, strict=True):
        assert _at(issuer.last(cpo, uid)) > then
        assert "stolen" not in str(issuer.last(cpo, uid))


async def test_an_unblocked_card_is_valid_again_everywhere(issuer: Issuer) -> None:
    uid, _ = await issuer.card()
    await issuer.ask("/cards/block", uid=uid)
    await issuer.all_heard(uid, valid=False)
    blocked = _at(issuer.last(issuer.cpos[0], uid))
    await issuer.ask("/cards/unblock", uid=uid)
    await issuer.all_heard(uid, valid=True)
    assert _at(issuer.last(issuer.cpos[0], uid)) > blocked


async def test_a_blocked_contract_takes_all_its_cards_along_and_no_others(issuer: Issuer) -> None:
    uid, contract = await issuer.card()
    stranger, _ = await issuer.card()
    second, _ = issuer.fresh()
    await issuer.ask("/contracts", contract_id=contract, driver="fleet")
    await issuer.ask("/cards", uid=second, contract_id=contract.lower().replace("-", "*"))
    await issuer.all_heard(second, valid=True)
    told = await issuer.ask("/contracts/block", contract_id=contract.replace("-", ""), reason="unpaid")
    assert (told["state"], told["reason"]) == ("BLOCKED", "unpaid")
    await issuer.all_heard(uid, valid=False)
    await issuer.all_heard(second, valid=False)
    await issuer.ask("/contracts/unblock", contract_id=contract)
    await issuer.all_heard(uid, valid=True)
    await issuer.all_heard(second, valid=True)
    assert all(token["valid"] for cpo in issuer.cpos for token in issuer.told(cpo, stranger))


async def test_a_card_that_was_blocked_alone_stays_so_when_its_contract_is_unblocked(issuer: Issuer) -> None:
    uid, contract = await issuer.card()
    await issuer.ask("/contracts", contract_id=contract)
    await issuer.ask("/cards/block", uid=uid)
    await issuer.ask("/contracts/block", contract_id=contract)
    await issuer.ask("/contracts/unblock", contract_id=contract)
    shown = (await issuer.get("/cards", uid=uid))[0]
    assert (shown["token"]["valid"], shown["valid"]) == (False, True)
    await issuer.ask("/cards/unblock", uid=uid)
    await issuer.all_heard(uid, valid=True)


async def test_a_card_is_not_good_before_its_contract_is(issuer: Issuer) -> None:
    _, contract = issuer.fresh()
    await issuer.ask("/contracts", contract_id=contract)
    await issuer.ask("/contracts/block", contract_id=contract)
    uid, _ = issuer.fresh()
    told = await issuer.ask("/cards", uid=uid, contract_id=contract)
    assert told["token"]["valid"] is False
    assert (await issuer.ask("/cards/unblock", uid=uid))["token"]["valid"] is False


async def test_an_ended_contract_is_ended_for_good(issuer: Issuer) -> None:
    uid, contract = await issuer.card()
    await issuer.ask("/contracts", contract_id=contract)
    await issuer.ask("/contracts/end", contract_id=contract, reason="moved away")
    await issuer.all_heard(uid, valid=False)
    with pytest.raises(AdminRefused, match="ended, which is for good"):
        await issuer.ask("/contracts/unblock", contract_id=contract)


async def test_blocking_what_is_blocked_tells_nobody_again(issuer: Issuer) -> None:
    uid, contract = await issuer.card()
    await issuer.ask("/contracts", contract_id=contract)
    await issuer.ask("/cards/block", uid=uid, reason="first")
    await issuer.all_heard(uid, valid=False)
    before = issuer.told_in_all()
    again = await issuer.ask("/cards/block", uid=uid, reason="second")
    await issuer.ask("/contracts", contract_id=contract)
    marker, _ = await issuer.card()
    assert again["block"]["reason"] == "first"
    assert issuer.told_in_all() == before + len(issuer.told(issuer.cpos[0], marker)) * len(issuer.cpos)


async def test_a_block_goes_before_a_thousand_cards_that_wait(issuer: Issuer) -> None:
    """(C-065) What is urgent is not held up by what is merely new."""
    uid, _ = await issuer.card()
    rows = "".join(f"09{number:08X},NL-MSP-C1\n" for number in range(1000))
    for cpo in issuer.cpos:
        cpo.is_online = False
    await issuer.send("/cards/import", f"uid,contract_id\n{rows}")
    await issuer.ask("/cards/block", uid=uid)
    for cpo in issuer.cpos:
        cpo.received.clear()
        cpo.is_online = True
    await issuer.all_heard(uid, valid=False)
    for cpo in issuer.cpos:
        place = [put.json()["uid"] for put in cpo.heard("tokens", "PUT")].index(uid)
        assert place <= 20, "no more than what was on its way when it came"


async def test_cards_take_the_whitelist_of_their_contract_unless_they_have_one(issuer: Issuer) -> None:
    _, contract = issuer.fresh()
    plain, own = issuer.fresh()[0], issuer.fresh()[0]
    await issuer.ask("/contracts", contract_id=contract, whitelist="ALLOWED", language="nl", group_id="VANS")
    await issuer.ask("/cards", uid=plain, contract_id=contract)
    await issuer.ask("/cards", uid=own, contract_id=contract, whitelist="ALWAYS", language="fr")
    await issuer.all_heard(plain, whitelist="ALLOWED", language="nl")
    await issuer.all_heard(own, whitelist="ALWAYS", language="fr")
    assert issuer.last(issuer.cpos[0], plain)["group_id"] == "VANS"
    await issuer.ask("/contracts", contract_id=contract, whitelist="NEVER", language="nl", group_id="VANS")
    await issuer.all_heard(plain, whitelist="NEVER")
    assert issuer.last(issuer.cpos[0], own)["whitelist"] == "ALWAYS"


@pytest.mark.parametrize(
    ("kind", "cpos_told"), [("APP_USER", 3), ("AD_HOC_USER", 3), ("OTHER", 3), ("EMAID", 0)]
)
async def test_cards_of_every_type_reach_cpos_but_contracts_of_cars(
    issuer: Issuer, kind: str, cpos_told: int
) -> None:
    """What a car shows is authorized in real time. Spec: mod_tokens, TokenType."""
    uid, contract = issuer.fresh()
    uid = contract if kind == "EMAID" else uid
    shown = await issuer.ask("/cards", uid=uid, contract_id=contract, type=kind, visual_number="0001")
    assert shown["token"]["type"] == kind
    await issuer.card()
    told = [token for cpo in issuer.cpos for token in issuer.told(cpo, uid)]
    assert len(told) == cpos_told
    assert {token["visual_number"] for token in told} <= {"0001"}


async def test_all_of_a_card_is_told(issuer: Issuer) -> None:
    uid, _ = await issuer.card(
        group_id="VANS",
        visual_number="DF000-2001-8999",
        default_profile_type="GREEN",
        energy_supplier="Greenchoice",
        energy_contract_id="0123456789",
    )
    token = issuer.last(issuer.cpos[0], uid)
    assert token["energy_contract"] == {"supplier_name": "Greenchoice", "contract_id": "0123456789"}
    assert token["default_profile_type"] == "GREEN"
    assert (token["group_id"], token["visual_number"]) == ("VANS", "DF000-2001-8999")


@pytest.mark.parametrize(
    ("path", "wanted", "complaint"),
    [
        ("/cards", {"uid": "04", "contract_id": "NL-TNM-C00122045-X"}, "/contract_id"),
        ("/cards", {"uid": "NL-TNM-C00122045-X", "contract_id": "C1", "type": "EMAID"}, "/uid"),
        ("/cards", {"uid": "..", "contract_id": "C1"}, "/uid"),
        ("/cards", {"uid": "04", "contract_id": "C1", "type": "NFC"}, "/type"),
        ("/cards", {"uid": "04", "contract_id": "C1", "energy_contract_id": "7"}, "energy_supplier"),
        ("/cards/block", {"uid": "nobody has this"}, "no such card"),
        ("/contracts", {"contract_id": "NL-TNM-C00122045-X"}, "/contract_id"),
        ("/contracts", {"contract_id": "C1", "state": "ENDED"}, "/state"),
        ("/contracts", {"contract_id": "C1", "limits": {"credit": 5}}, "/limits"),
        ("/contracts", {"contract_id": "C1", "limits": {"countries": ["NL"]}}, "/limits/countries/0"),
        ("/contracts/block", {"contract_id": "nobody has this"}, "no contract"),
        ("/contracts/end", {}, "/contract_id"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_place(
    issuer: Issuer, path: str, wanted: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(AdminRefused, match=complaint):
        await issuer.ask(path, **wanted)


async def test_a_contract_without_an_id_is_given_one_that_is_right(issuer: Issuer) -> None:
    told = await issuer.ask("/contracts", driver="D1")
    assert told["contract_id"].startswith("NL-MSP-")
    again = await issuer.ask("/contracts", contract_id=told["contract_id"], driver="D2")
    assert (again["driver"], again["created_at"]) == ("D2", told["created_at"])


async def test_contracts_and_cards_are_listed_by_page(issuer: Issuer) -> None:
    uid, contract = await issuer.card()
    await issuer.ask("/contracts", contract_id=contract)
    (shown,) = await issuer.get("/contracts", contract_id=contract)
    assert [card["uid"] for card in shown["cards"]] == [uid]
    first = await issuer.get("/cards", limit="1")
    following = await issuer.get("/cards", limit="1", after=first[0]["name"])
    assert first != following
    await issuer.ask("/contracts/block", contract_id=contract)
    blocked = await issuer.get("/contracts", state="BLOCKED", limit="1000")
    assert contract in [each["contract_id"] for each in blocked]
