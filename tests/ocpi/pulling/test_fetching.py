"""What is written down of a fetch, in a real database, while more is asked for."""

from ocpi.process.mongo import Mongo
from ocpi.pulling.fetching import Fetching, Told
from ocpi.pulling.rhythm import Extent, Fetched
from ocpi.pulling.store import FetchStore
from ocpi.pulling.turns import Turns
from schemas.kinds import PartyId
from tests.fakes.clock import ManualClock

ISSUER = PartyId("NL", "MSP")


async def test_what_is_wanted_while_a_fetch_goes_on_is_wanted_after_it(
    mongo: Mongo, clock: ManualClock
) -> None:
    """Even at the same instant: the fetch may have read past it. The next one answers it."""
    store = FetchStore(mongo)
    wishes = [Extent.CHANGED]

    async def fetch(party: PartyId, module: str, _: Extent, __: Fetched) -> Told:
        for wish in wishes:
            await store.want(party, module, wish)
        return {}

    turns = Turns(mongo=mongo, clock=clock, holder="this process")
    fetching = Fetching(turns=turns, store=store, fetch=fetch, clock=clock)
    await store.want(ISSUER, "tokens", Extent.ALL)
    await fetching.visit(ISSUER, [("tokens", Extent.ALL)])
    assert (await store.of(ISSUER, "tokens")).wanted is Extent.ALL

    wishes.clear()
    await fetching.visit(ISSUER, [("tokens", Extent.CHANGED)])
    assert (await store.of(ISSUER, "tokens")).wanted is Extent.ALL  # more was wanted than that
    await fetching.visit(ISSUER, [("tokens", Extent.ALL)])
    assert (await store.of(ISSUER, "tokens")).wanted is None
