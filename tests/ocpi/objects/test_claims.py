"""Who came first, when several come at once."""

import asyncio

from ocpi.objects.claims import Claims
from ocpi.process.mongo import Mongo
from tests.platforms import CPO, EMSP


async def test_of_many_that_claim_a_session_at_once_each_sees_those_before_it(mongo: Mongo) -> None:
    """Through two processes, and also when the answer was lost and it is claimed again."""
    names = [f"BILL{n}" for n in range(20)]
    processes = [Claims(mongo), Claims(mongo)]
    seen = await asyncio.gather(
        *(processes[n % 2].on_session(CPO, "S1", name) for n, name in enumerate(names))
    )
    assert sorted(len(before) for before in seen) == list(range(20))
    assert await asyncio.gather(*(processes[0].on_session(CPO, "s1", name.lower()) for name in names)) == seen


async def test_sessions_credits_and_owners_are_kept_apart(mongo: Mongo) -> None:
    claims = Claims(mongo)
    await claims.on_session(CPO, "X", "A")
    assert await claims.on_session(EMSP, "X", "B") == []
    assert await claims.on_credit(CPO, "X", "B") == []
    assert await claims.on_session(CPO, "X", "B") == ["a"]
    assert await claims.on_credit(CPO, "X", "C") == ["b"]
