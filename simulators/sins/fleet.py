"""Many stations in one process, each with sins of its own: told by name, or by a seed and a probability."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle, islice
from typing import Final

from simulators.sins.honest import LASTS
from simulators.sins.model import Sin
from simulators.sins.sinner import Sinner

APART: Final = 2 * LASTS
AT_ONCE: Final = 100
"""Stations that tell of charges at the same time: thousands that never pause are more than any real fleet."""


@dataclass(slots=True)
class Sinned:
    """How many charges were told, in how many messages, their energy as the stations count, and how often
    with each sin.
    """

    charges: int = 0
    messages: int = 0
    counted_wh: int = 0
    by_sin: dict[str, int] = field(default_factory=dict)


async def charge_all(sinners: Sequence[Sinner], charges: int | None, until: datetime) -> Sinned:
    """Many at once, each station one charge after the other, for the last to end `until` then; they stay
    connected.

    Without a number of `charges` each commits every sin of telling that it has once.
    """
    sinned, places = Sinned(), asyncio.Semaphore(AT_ONCE)

    async def charge(sinner: Sinner) -> None:
        async with places:
            await _charge(sinner, charges, until, sinned)

    await asyncio.gather(*map(charge, sinners))
    return sinned


async def _charge(sinner: Sinner, wanted: int | None, until: datetime, sinned: Sinned) -> None:
    """Its sins of telling in turn. Its last charge is told well, for it closes what an earlier left open."""
    telling = [sin for sin in sinner.settings.sins if sin.is_of_telling]
    charges = len(telling) + 1 if wanted is None else wanted
    wrongs: list[Sin | None] = [*islice(cycle(telling or [None]), charges - 1), None]
    for turn, sin in enumerate(wrongs):
        began, said = (until - APART * (charges - turn)).replace(microsecond=0), sinner.answered
        script = await sinner.charge(began, sin)
        sinned.charges += 1
        sinned.messages += sinner.answered - said
        sinned.counted_wh += script.counted_wh
        if sin is not None:
            sinned.by_sin[sin.name] = sinned.by_sin.get(sin.name, 0) + 1
