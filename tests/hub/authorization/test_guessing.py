"""Somebody tries uids until one opens."""

import asyncio
from collections import Counter
from pathlib import Path

from structlog.testing import capture_logs

from ocpi.process.mongo import Mongo
from schemas.kinds import PartyId
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually_so
from tests.hub.authorization.issuers import UNKNOWN, asked, authorize, issuers_at, says, tell_token
from tests.platforms import CPO, EMSP
from tests.roaming import roaming_on

SECOND = PartyId("BE", "MSP")
MOST, TRIED = 20, 500


async def test_guessed_cards_are_refused_and_no_issuer_is_flooded(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    """Attack 61: all at once, and each refused with 429 once there were too many. Good cards still charge."""
    async with (
        roaming_on(mongo, clock, tmp_path, unknown_cards_per_minute=MOST) as roaming,
        issuers_at(roaming, [SECOND]) as (second,),
    ):
        await tell_token(roaming.emsp, EMSP, "GOOD", whitelist="ALLOWED")
        with capture_logs() as logs:
            guesses = (authorize(roaming, f"04{number:06}") for number in range(TRIED))
            heard = await asyncio.gather(*guesses)
        assert Counter(each.http for each in heard) == {404: MOST, 429: TRIED - MOST}
        refused = next(each for each in heard if each.http == 429)
        assert (refused.status, refused.headers["Retry-After"]) == (2000, "60")
        assert len(asked(second)) == MOST
        assert (await authorize(roaming, "GOOD")).data["allowed"] == "ALLOWED"
        told = [each for each in logs if each["event"] == "cards are being guessed"]
        assert [each["party"] for each in told] == [str(CPO)]

        async def is_told() -> bool:
            found = await asyncio.to_thread(roaming.hub.admin.get, "/tokens/alarms")
            return [(each["kind"], each["asker"]) for each in found] == [("GUESSING", str(CPO))]

        await eventually_so(is_told)
        await clock.leap(minutes=1)
        assert (await authorize(roaming, "04FFFF")).status == 2004


async def test_guesses_at_one_issuer_are_refused_too(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    """Whether it is named, or named by the contracts that are guessed. Its known cards charge on."""
    async with roaming_on(mongo, clock, tmp_path, unknown_cards_per_minute=MOST) as roaming:
        says(roaming.emsp, "ALLOWED")
        assert (await authorize(roaming, "KNOWN", to=EMSP)).status == 1000
        says(roaming.emsp, UNKNOWN)
        guesses = [authorize(roaming, f"04{number:06}", to=EMSP) for number in range(2 * MOST)]
        guesses += [authorize(roaming, f"NL-MSP-{number}") for number in range(2 * MOST)]
        heard = await asyncio.gather(*guesses)
        assert Counter(each.http for each in heard) == {404: MOST, 429: 3 * MOST}
        assert len(asked(roaming.emsp)) == 1 + MOST
        says(roaming.emsp, "ALLOWED")
        assert (await authorize(roaming, "KNOWN", to=EMSP)).status == 1000
        assert (await authorize(roaming, "KNOWN")).status == 1000
