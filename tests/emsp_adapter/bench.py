"""An eMSP with cards, and a CPO of any version: connected directly, or behind a hub."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from ocpi.process.mongo import Mongo
from schemas.kinds import PartyId
from simulators.partner import Quirks, SimulatedPartner
from tests.emsp_adapter.conftest import CARDS, Issuing
from tests.emsp_adapter.obeying import Obeying
from tests.fakes.clock import ManualClock
from tests.platforms import CPO, agree, connect, running_emsp


class Bench:
    """`obeying` is a CPO that accepts whatever it is asked to do."""

    def __init__(self, mongo: Mongo, clock: ManualClock, folder: Path) -> None:
        self._mongo = mongo
        self._clock = clock
        self._folder = folder

    @asynccontextmanager
    async def obeying(
        self, version: str, *, hub_party: PartyId | None = None, quirks: Quirks | None = None
    ) -> AsyncIterator[Obeying]:
        cards = self._folder / "cards.csv"
        cards.write_text(CARDS)
        roles = ("HUB", "CPO") if hub_party else ("CPO",)
        async with (
            running_emsp(self._mongo, self._clock, self._folder, cards) as emsp,
            SimulatedPartner(("CPO", CPO), versions=(version,), hub_party=hub_party, quirks=quirks) as cpo,
        ):
            await connect(emsp, cpo, "the-cpo", *roles)
            await agree(emsp)
            obeying = Obeying(Issuing(emsp, cpo))
            obeying.answers("ACCEPTED")
            obeying.answers("ACCEPTED", module="chargingprofiles")
            yield obeying
