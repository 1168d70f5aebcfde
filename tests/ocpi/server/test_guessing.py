"""A-9: whoever guesses tokens is told to wait, and harms nobody who has a good one."""

import base64

import pytest

from ocpi.process.clock import SystemClock
from ocpi.server.attempts import ALLOWED, Attempts
from ocpi.wire.credentials_token import CredentialsToken
from simulators.partner import Heard, SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.platforms import Running, connect, invited


async def guess(hub: Running, partner: SimulatedPartner) -> Heard:
    shown = CredentialsToken.generate().header()
    return await partner.plain("GET", f"{hub.url}/ocpi/2.3.0/sender/tokens", shown)


async def test_guessing_is_refused_and_good_tokens_from_there_still_open(
    hub: Running, cpo: SimulatedPartner, clock: ManualClock
) -> None:
    await connect(hub, cpo, "the-cpo", "CPO")
    answers = [(await guess(hub, cpo)).http for _ in range(ALLOWED + 5)]
    assert answers == [401] * ALLOWED + [429] * 5
    refused = await guess(hub, cpo)
    assert (refused.status, refused.headers["Retry-After"]) == (2000, "60")

    assert cpo.their_token is not None
    assert (await cpo.send("GET", hub.versions_url, cpo.their_token)).http == 200
    await clock.leap(seconds=61)
    assert (await guess(hub, cpo)).http == 401


async def test_an_invitation_opens_also_while_somebody_guesses_there(
    hub: Running, cpo: SimulatedPartner
) -> None:
    token = await invited(hub, "the-cpo", "CPO")
    for _ in range(ALLOWED + 1):
        await guess(hub, cpo)
    assert (await cpo.send("GET", hub.versions_url, token)).http == 200


async def test_one_address_is_nothing_to_another() -> None:
    attempts = Attempts(ManualClock())
    for _ in range(ALLOWED):
        attempts.failed("192.0.2.1")
    assert attempts.are_too_many("192.0.2.1")
    assert not attempts.are_too_many("192.0.2.2")


async def test_the_memory_of_addresses_is_bounded() -> None:
    attempts = Attempts(SystemClock())
    for number in range(20_000):
        attempts.failed(str(number))
    assert len(attempts._windows) <= 10_000  # noqa: SLF001 - what it holds is what this is about


@pytest.mark.parametrize("spelled", ["raw", "base64", "newline"])
async def test_a_partner_may_spell_its_token_as_it_is_used_to(
    hub: Running, cpo: SimulatedPartner, spelled: str
) -> None:
    """A-3, C-006, C-007: indulged without a flag, since it costs nothing and gives nobody access."""
    await connect(hub, cpo, "the-cpo", "CPO")
    assert cpo.their_token is not None
    secret = cpo.their_token.reveal()
    shown = {
        "raw": secret,
        "base64": base64.b64encode(secret.encode()).decode(),
        "newline": base64.b64encode(f"{secret}\n".encode()).decode(),
    }[spelled]
    assert (await cpo.plain("GET", hub.versions_url, f"Token {shown}")).http == 200
