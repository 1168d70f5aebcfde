"""The real-time answer. C-081 … C-088, as far as they are the issuer's part."""

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from tests.emsp_adapter.conftest import Issuing
from tests.platforms import EMSP


async def test_a_good_card_is_allowed_with_a_reference_and_its_token(issuing: Issuing) -> None:
    """C-087."""
    heard = await issuing.authorize("04AA", {"location_id": "LOC1", "evse_uids": ["E1"]})
    assert (heard.http, heard.status) == (200, 1000)
    assert heard.data["allowed"] == "ALLOWED"
    assert heard.data["token"]["contract_id"] == "NL-MSP-C1"
    assert heard.data["location"] == {"location_id": "LOC1", "evse_uids": ["E1"]}
    assert len(heard.data["authorization_reference"]) <= 36


async def test_every_answer_has_a_reference_of_its_own(issuing: Issuing) -> None:
    references = {(await issuing.authorize("04AA")).data["authorization_reference"] for _ in range(3)}
    assert len(references) == 3


async def test_a_blocked_card_is_told_so_and_gets_no_reference(issuing: Issuing) -> None:
    heard = await issuing.authorize("04CC", {"location_id": "LOC1"})
    assert (heard.http, heard.status, heard.data["allowed"]) == (200, 1000, "BLOCKED")
    assert "authorization_reference" not in heard.data
    assert "location" not in heard.data


async def test_an_unknown_card_is_404_and_2004_without_data(issuing: Issuing) -> None:
    """C-088."""
    heard = await issuing.authorize("FFFF")
    assert (heard.http, heard.status, heard.data) == (404, 2004, None)


async def test_card_uids_are_equal_without_case(issuing: Issuing) -> None:
    """C-042."""
    assert (await issuing.authorize("04aa")).data["allowed"] == "ALLOWED"


async def test_a_card_of_another_type_is_another_card(issuing: Issuing) -> None:
    assert (await issuing.authorize("04AA", type="APP_USER")).http == 404


async def test_an_answer_is_kept(issuing: Issuing) -> None:
    reference = (await issuing.authorize("04AA", {"location_id": "LOC1"})).data["authorization_reference"]
    kept = await issuing.emsp.foundation.mongo.collection("authorizations").find_one({"_id": reference})
    assert kept is not None
    assert (kept["uid"], kept["cpo"], kept["location_id"], kept["allowed"]) == (
        "04AA",
        "FR*CPO",
        "LOC1",
        "ALLOWED",
    )


async def test_a_cpo_without_an_agreement_learns_nothing(issuing: Issuing) -> None:
    routing = Routing(to=EMSP, sender=PartyId("DE", "XYZ"))
    heard = await issuing.cpo.call("POST", "tokens", Side.SENDER, "04AA", "authorize", routing=routing)
    assert (heard.status, heard.data) == (2001, None)


async def test_a_malformed_place_is_refused_with_its_pointer(issuing: Issuing) -> None:
    heard = await issuing.authorize("04AA", {"evse_uids": ["E1"]})
    assert (heard.http, heard.status) == (200, 2001)
    assert "/location_id" in heard.envelope["status_message"]
