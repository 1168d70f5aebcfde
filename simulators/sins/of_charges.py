"""Sins against the order of messages: repeated, lost, late, early, and ends that never come.

All but the names differ between the versions, so most of these are of both.
"""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Final

from simulators.sins.model import NEW, OLD, Act, AtOnce, Part, Say, Script, Sin, Step, moved, with_payload

_OFFLINE_FOR: Final = timedelta(days=3)
_TOLD: Final = (Part.START, Part.READING, Part.END)


def _twice(script: Script, _: Random) -> Script:
    return script.each(lambda say: (say, say), *_TOLD)


def _unheard(script: Script, _: Random) -> Script:
    """With another id the second time, as by MicroOcpp."""
    return script.each(lambda say: (replace(say, is_unheard=True), say), Part.START, Part.END)


def _unheard_alike(script: Script, _: Random) -> Script:
    """With the same id, as by Tinkerforge's."""

    def again(say: Say) -> tuple[Step, ...]:
        named = replace(say, name=f"again-{say.part.value}-{script.began.timestamp():.0f}")
        return replace(named, is_unheard=True), named

    return script.each(again, Part.START, Part.END)


def _end_first(script: Script, _: Random) -> Script:
    """The start was queued, and had no number yet."""
    start, end = script.said(Part.START)[0], script.said(Part.END)[0]
    rest = script.without(end, *script.said(Part.READING))
    early = with_payload(end, transactionId=-1) if script.ocpp == OLD else end
    return rest.each(lambda say: (early, say) if say is start else say)


def _shuffled(script: Script, chance: Random) -> Script:
    events = [*script.said(Part.START), *script.said(Part.READING), *script.said(Part.END)]
    chance.shuffle(events)
    rest = script.without(*events)
    return replace(rest, steps=(*rest.steps, *events))


def _start_lost(script: Script, _: Random) -> Script:
    """What the car took before the first event that came is nowhere told."""
    (start,), first = script.said(Part.START), script.said(Part.READING)[0]
    card = start.payload["idToken"]
    told = script.without(start).each(
        lambda say: with_payload(say, idToken=card) if say is first else say, Part.READING
    )
    return replace(told, counted_wh=script.counted_wh - (first.register_wh - start.register_wh))


def _gaps(script: Script, _: Random) -> Script:
    return script.without(*script.said(Part.READING)[::2])


def _unended(script: Script, _: Random) -> Script:
    """Its power went: what it has told last is all that anybody knows."""
    start, last = script.said(Part.START)[0], script.said(Part.READING)[-1]
    told = script.without(*script.said(Part.END), *script.said(Part.STATUS)[1:])
    return replace(told, counted_wh=last.register_wh - start.register_wh, is_open=True)


def _rebooted(script: Script, chance: Random) -> Script:
    """It boots in the midst, and has forgotten."""
    open_ = _unended(script, chance)
    return replace(open_, steps=(*open_.steps, Act.CUT, Act.BOOT))


def _cut_everywhere(script: Script, _: Random) -> Script:
    return script.each(lambda say: (say, Act.CUT), *_TOLD)


def _late(script: Script, _: Random) -> Script:
    """All of it days later, the statuses first, and in 2.x marked or not."""

    def older(say: Say) -> Say:
        return moved(say, -_OFFLINE_FOR)

    statuses = [older(each) for each in script.said(Part.STATUS)]
    rest = script.without(*script.said(Part.STATUS)).each(older)
    if script.ocpp != OLD:
        rest = rest.each(lambda say: with_payload(say, offline=True), Part.START, Part.READING)
    steps = (*statuses, Act.CUT, *rest.steps)
    return replace(rest, steps=steps, began=script.began - _OFFLINE_FOR)


def _readings_after_end(script: Script, _: Random) -> Script:
    readings = script.said(Part.READING)
    return script.without(*readings).after(Part.END, *readings)


def _readings_before_start(script: Script, _: Random) -> Script:
    start = script.said(Part.START)[0]
    return script.without(start).each(lambda say: (say, start) if say is first_of(script) else say)


def first_of(script: Script) -> Say:
    return script.said(Part.READING)[0]


def _number_forgotten(script: Script, chance: Random) -> Script:
    number = chance.choice((0, -1, 2**31 - 1))
    return script.each(lambda say: with_payload(say, transactionId=number), Part.END)


def _readings_unnumbered(script: Script, chance: Random) -> Script:
    """None at all, or that of no transaction."""
    number = chance.choice((None, 0))

    def unnumbered(say: Say) -> Say:
        kept = {name: value for name, value in say.payload.items() if name != "transactionId"}
        return replace(say, payload=kept | ({} if number is None else {"transactionId": number}))

    return script.each(unnumbered, Part.READING)


def _two_ends(script: Script, _: Random) -> Script:
    end = script.said(Part.END)[0]
    other = with_payload(end, meterStop=end.register_wh + 50_000)
    return script.after(Part.END, other)


def _without_waiting(script: Script, _: Random) -> Script:
    """The readings go out together."""
    readings = script.said(Part.READING)
    first, *others = readings
    return script.without(*others).each(lambda say: AtOnce(tuple(readings)) if say is first else say)


SINS: Final = (
    Sin("repeats", "says each message of a transaction twice", (60, 61, 83), spoil=_twice),
    Sin("loses-answers", "hears no answer to start and end, and tells them anew", (81,), spoil=_unheard),
    Sin(
        "loses-answers-same-id",
        "hears no answer to start and end, and tells them again under the same message id",
        (35, 81),
        spoil=_unheard_alike,
    ),
    Sin("ends-first", "tells the end of a transaction before its start", (69, 85), spoil=_end_first),
    Sin("shuffles", "tells the events of a transaction in any order", (85,), NEW, _shuffled),
    Sin("loses-starts", "never tells that a transaction has started", (84,), NEW, _start_lost),
    Sin("leaves-gaps", "loses every second reading for good", (86,), spoil=_gaps),
    Sin("never-stops", "never tells the end of a transaction, and begins another", (66, 78), spoil=_unended),
    Sin(
        "reboots-and-forgets",
        "boots in the midst of a transaction and has lost it",
        (43, 78, 104),
        spoil=_rebooted,
    ),
    Sin("loses-the-line", "loses its line after each message", (36, 40), spoil=_cut_everywhere),
    Sin("tells-days-later", "tells a transaction and its statuses days later", (52, 62, 87), spoil=_late),
    Sin("reads-after-the-end", "tells readings after the end", (76, 85), spoil=_readings_after_end),
    Sin("reads-before-the-start", "tells a reading before the start", (85,), NEW, _readings_before_start),
    Sin(
        "forgets-the-number",
        "ends a transaction under the number 0, -1 or another",
        (67,),
        (OLD,),
        _number_forgotten,
    ),
    Sin(
        "reads-for-nothing", "tells readings under no number or under 0", (75,), (OLD,), _readings_unnumbered
    ),
    Sin(
        "ends-twice", "ends a transaction twice, the second time with another meter", (68,), (OLD,), _two_ends
    ),
    Sin("does-not-wait", "sends the next message before the last is answered", (29,), spoil=_without_waiting),
)
