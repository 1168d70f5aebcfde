import pytest

from hub.routing.scenario import Asked, Broadcast, Direct, GetAll, OpenRouting, Scenario, scenario
from ocpi.errors import NotRoutable
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId

HUB, CPO = PartyId("FR", "HUB"), PartyId("FR", "CPO")
S, R = Side.SENDER, Side.RECEIVER


def ask(to: PartyId | None, method: str, module: str, side: Side, *, is_list: bool = False) -> Scenario:
    return scenario(Asked(to, method, module, side, is_list), HUB)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "POST", "DELETE"])
@pytest.mark.parametrize("side", [S, R])
def test_a_named_party_is_direct(method: str, side: Side) -> None:
    assert ask(CPO, method, "cdrs", side) == Direct(CPO)


@pytest.mark.parametrize("module", ["locations", "tariffs", "tokens"])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "POST", "DELETE"])
def test_a_push_to_the_hub_is_for_everybody(module: str, method: str) -> None:
    assert ask(HUB, method, module, R) == Broadcast()


def test_a_list_from_the_hub_is_everything() -> None:
    assert ask(HUB, "GET", "locations", S, is_list=True) == GetAll()


def test_without_a_receiver_the_hub_finds_one() -> None:
    assert ask(None, "POST", "tokens", S) == OpenRouting()
    assert ask(None, "PUT", "sessions", R) == OpenRouting()


@pytest.mark.parametrize("module", ["locations", "tariffs", "tokens"])
def test_without_a_receiver_what_is_for_everybody_is_broadcast(module: str) -> None:
    assert ask(None, "PUT", module, R) == Broadcast()
    assert ask(None, "GET", module, R) == OpenRouting()


def test_a_list_without_a_receiver_is_refused() -> None:
    """C-056."""
    with pytest.raises(NotRoutable, match="list"):
        ask(None, "GET", "locations", S, is_list=True)


def test_a_get_cannot_be_broadcast() -> None:
    """C-055."""
    with pytest.raises(NotRoutable, match="broadcast"):
        ask(HUB, "GET", "locations", R)


@pytest.mark.parametrize("module", ["sessions", "cdrs"])
def test_sessions_and_bills_are_never_for_everybody(module: str) -> None:
    """C-058."""
    with pytest.raises(NotRoutable, match="not for everybody"):
        ask(HUB, "POST", module, R)
