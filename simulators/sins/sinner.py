"""A station that sins: it says its scripts over a lean line until all is answered, whatever becomes of it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, Final, assert_never

from ocpi.process.clock import Clock
from ocpi.process.tasks import Supervisor
from simulators.lean import Gone, Identity, LeanStation, Refused
from simulators.sins.honest import Wanted, honest
from simulators.sins.line import ErrorHeard, Line
from simulators.sins.model import (
    NUMBER,
    OLD,
    Act,
    AtOnce,
    Frames,
    Habits,
    Part,
    Payload,
    Say,
    Script,
    Sin,
    Step,
)

AGAIN_AFTER_S: Final = 0.05
ANSWERED_WITHIN_S: Final = 60.0
"""Thousands that say it once more, because the first answer was slow, would be heard never."""
_MOST_KWH: Final = 9
_LONGEST_WAIT_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SinnerSettings:
    """Who it is, how it speaks and what it does wrong. `seed` repeats its choices."""

    identity: str
    key: bytes
    card: str
    ocpp: str = OLD
    sins: Sequence[Sin] = ()
    seed: int = 0


class Sinner:
    """`counted_wh` is what it has counted in all, as far as it tells it; `answered`: how much it has said."""

    def __init__(self, settings: SinnerSettings, *, url: str, supervisor: Supervisor, clock: Clock) -> None:
        """`url` ends before the identity."""
        self.settings = settings
        self.counted_wh = self.answered = 0
        self._url = url
        self._supervisor = supervisor
        self._clock = clock
        self._chance = Random(f"{settings.identity} {settings.seed}")  # noqa: S311 - to be repeated
        self._habits = _habits(settings.sins)
        self._who = Identity(settings.identity, settings.key, f"ocpp{settings.ocpp}")
        self._line: Line | None = None
        self._dumb: list[Line] = []
        self._has_knocked = self._has_booted = False
        self._wanted_to_boot = asyncio.Event()
        self._number: int | None = None
        self._register_wh = 1000 * self._chance.randint(10, 1000)

    async def charge(self, began: datetime, sin: Sin | None = None) -> Script:
        """One charge, told with this sin. All that it says is answered when this returns."""
        settings, kwh = self.settings, self._chance.randint(3, _MOST_KWH)
        wanted = Wanted(settings.ocpp, settings.card, began, self._register_wh, kwh)
        script = honest(wanted, self._chance)
        if sin is not None:
            script = sin.spoil(script, self._chance)
        self._register_wh += 1000 * kwh
        self._number = None
        for step in script.steps:
            await self._do(step)
        self.counted_wh += script.counted_wh
        return script

    async def is_answered(self) -> bool:
        """Whether the line that it has now still works."""
        return isinstance(await self._say(Say("Heartbeat", {})), dict)

    def leave(self) -> None:
        for line in (*self._dumb, self._line):
            if line is not None:
                line.cut()

    async def _do(self, step: Step) -> None:
        match step:
            case Say():
                await self._hear_out(step)
            case AtOnce(says=says):
                await asyncio.gather(*map(self._say, says))
            case Frames():
                line = await self._connected()
                for body in step.bodies:
                    line.send(body, is_binary=step.is_binary)
            case Act():
                await self._act(step)
            case other:
                assert_never(other)

    async def _hear_out(self, say: Say) -> None:
        if say.is_unheard:
            await self._say_unheard(say)
            return
        answer = await self._say(say)
        if say.part is Part.START and self.settings.ocpp == OLD and isinstance(answer, dict):
            self._number = int(answer["transactionId"])

    async def _say_unheard(self, say: Say) -> None:
        """The central system hears it, as it hears what is said before a line is lost."""
        line = await self._connected()
        with suppress(Gone):
            line.tell(say, self._numbered(say))
            await self._clock.sleep(AGAIN_AFTER_S)
        line.cut()

    async def _say(self, say: Say) -> Any:
        """Until it is answered."""
        while True:
            try:
                line = await self._connected()
                async with asyncio.timeout(ANSWERED_WITHIN_S):
                    answer = await line.ask(say, self._numbered(say))
            except (Gone, OSError, TimeoutError):
                self._drop()
                await self._clock.sleep(AGAIN_AFTER_S)
            else:
                self.answered += 1
                return answer

    async def _act(self, act: Act) -> None:
        match act:
            case Act.CUT:
                self._drop()
            case Act.BOOT:
                await self._boot(await self._connected())
            case Act.TWIN | Act.FREEZE:
                self._dumb += [self._line] if self._line else []
                self._line = None
                await self._connected()
            case other:
                assert_never(other)

    def _drop(self) -> None:
        if self._line is not None:
            self._line.cut()
        self._line = None

    async def _connected(self) -> Line:
        if not self._has_knocked:
            self._has_knocked = True
            for guise in self._habits.knocks:
                await self._knock(guise(self._who))
        while self._line is None or self._line.is_gone:
            try:
                self._line = await self._opened()
                if not self._has_booted:
                    await self._boots(self._line)
            except Refused as refused:
                await self._clock.sleep(min(refused.retry_after_s or AGAIN_AFTER_S, _LONGEST_WAIT_S))
            except (Gone, OSError):
                await self._clock.sleep(AGAIN_AFTER_S)
        return self._line

    async def _opened(self) -> Line:
        return await Line.open(
            self._url,
            self._habits.comes_as(self._who),
            self._habits,
            boots=self._wanted_to_boot.set,
            supervisor=self._supervisor,
            clock=self._clock,
        )

    async def _knock(self, who: Identity) -> None:
        """And hear that it is not let in, one way or the other."""
        with suppress(Refused, Gone, OSError):
            lean = await LeanStation.connect(self._url, who)
            try:
                await lean.hear()
            finally:
                lean.cut()

    async def _boots(self, line: Line) -> None:
        for turn in range(self._habits.boots):
            await self._boot(line, turn)
        self._has_booted = True

    async def _boot(self, line: Line, turn: int = 0) -> None:
        """Until it is accepted."""
        say = Say("BootNotification", _boot_of(self.settings.ocpp, self._habits, turn))
        while True:
            self._wanted_to_boot.clear()
            answer = await line.ask(say, say.payload)
            if isinstance(answer, ErrorHeard) or answer["status"] == "Accepted":
                return
            if self._habits.waits_for_trigger:
                await self._wanted_to_boot.wait()
            else:
                await self._clock.sleep(min(answer.get("interval", 1), _LONGEST_WAIT_S))

    def _numbered(self, say: Say) -> Payload:
        if say.payload.get("transactionId") != NUMBER:
            return say.payload
        return say.payload | {"transactionId": -1 if self._number is None else self._number}


def _habits(sins: Sequence[Sin]) -> Habits:
    habits = Habits()
    for sin in sins:
        habits = sin.habit(habits)
    return habits


def _boot_of(ocpp: str, habits: Habits, turn: int) -> Payload:
    odd = habits.boot
    vendor, serial = odd.get("vendor", "Passerelle"), odd.get("serial")
    told = f"{turn}{serial}"[: len(serial)] if serial else None
    if ocpp == OLD:
        more = {"chargeBoxSerialNumber": told, "iccid": odd["iccid"]} if told else {}
        return {"chargePointVendor": vendor, "chargePointModel": "Sinner", **more}
    station = {"vendorName": vendor, "model": "Sinner", **({"serialNumber": told} if told else {})}
    return {"reason": "PowerUp", "chargingStation": station}
