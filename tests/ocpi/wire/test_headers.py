import pytest

from ocpi.errors import NotRoutable
from ocpi.wire.headers import CORRELATION_ID, REQUEST_ID, MessageIds, Routing
from schemas.kinds import PartyId

CPO, EMSP = PartyId("FR", "CPO"), PartyId("NL", "EMP")


def test_a_forwarded_message_has_a_new_request_id_and_the_same_correlation_id() -> None:
    """C-049."""
    ids = MessageIds.read({REQUEST_ID: "r1", CORRELATION_ID: "c1"})
    assert ids.forwarded().correlation_id == "c1"
    assert ids.forwarded().request_id != "r1"


@pytest.mark.parametrize("absurd", ["", "x" * 129, "line\nbreak", "é", "\udcff"])
def test_an_absurd_id_is_replaced(absurd: str) -> None:
    """H-57."""
    ids = MessageIds.read({REQUEST_ID: absurd, CORRELATION_ID: absurd})
    assert ids.request_id not in ("", absurd)
    assert ids.correlation_id not in ("", absurd)


def test_routing_headers_are_turned_round_for_the_answer() -> None:
    assert Routing(to=CPO, sender=EMSP).reversed() == Routing(to=EMSP, sender=CPO)


def test_routing_headers_survive_writing_and_reading() -> None:
    routing = Routing(to=CPO, sender=EMSP)
    assert Routing.read(routing.write()) == routing
    assert Routing().write() == {}


def test_a_party_without_its_country_is_refused() -> None:
    with pytest.raises(NotRoutable, match="come together"):
        Routing.read({"OCPI-to-party-id": "CPO"})


def test_parties_are_equal_without_case() -> None:
    assert Routing.read({"OCPI-to-party-id": "cpo", "OCPI-to-country-code": "fr"}).to == CPO


@pytest.mark.parametrize("party_id", ["C/O", "TOOLONG", "C|O", "é11"])
def test_headers_that_name_no_party_are_refused(party_id: str) -> None:
    with pytest.raises(NotRoutable, match="name no party"):
        Routing.read({"OCPI-to-party-id": party_id, "OCPI-to-country-code": "FR"})
