"""Sins of spelling: times, cards, numbers of events, reasons, and what no schema knows."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, Final

from schemas.times import datetime_text
from simulators.sins.model import NEW, OLD, Part, Payload, Say, Script, Sin, moved, with_payload

_WITHIN: Final = (Part.START, Part.READING, Part.END)
_NOBODYS: Final = "NOBODYS-CARD"


def restamped(say: Say, spell: Any) -> Say:
    """With every time spelled by `spell`, of the text that stood there."""
    changes: Payload = {}
    if "timestamp" in say.payload:
        changes["timestamp"] = spell(say.payload["timestamp"])
    if "meterValue" in say.payload:
        changes["meterValue"] = [
            block | {"timestamp": spell(block["timestamp"])} for block in say.payload["meterValue"]
        ]
    return with_payload(say, **changes)


def _in_1970(script: Script, chance: Random) -> Script:
    wrong = chance.choice(("1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "yesterday"))
    return script.each(lambda say: restamped(say, lambda _: wrong), *_WITHIN)


def _oddly_stamped(script: Script, chance: Random) -> Script:
    spell = chance.choice((_no_zone, _fine, _of_another_zone))
    return script.each(lambda say: restamped(say, spell), *_WITHIN)


def _no_zone(stamp: str) -> str:
    return stamp.removesuffix("Z")


def _fine(stamp: str) -> str:
    return f"{_no_zone(stamp)}.123456789Z"


def _of_another_zone(stamp: str) -> str:
    return f"{_no_zone(stamp)}+00:00"


def _slow_clock(script: Script, _: Random) -> Script:
    by = timedelta(minutes=-20)
    return replace(script.each(lambda say: moved(say, by)), began=script.began + by)


def _lower_case(script: Script, _: Random) -> Script:
    return script.each(lambda say: _with_card(say, script.card.lower()), Part.START, Part.END)


def _nobodys(script: Script, _: Random) -> Script:
    """Of a card that no issuer knows: what it takes is written off."""
    return script.each(lambda say: _with_card(say, _NOBODYS), Part.START, Part.END)


def _ended_by_another(script: Script, _: Random) -> Script:
    if script.ocpp == OLD:
        return script.each(lambda say: _with_card(say, "ANOTHER-CARD"), Part.END)
    token = {"idToken": "ANOTHER-CARD", "type": "ISO14443"}
    return script.each(lambda say: with_payload(say, idToken=token), Part.END)


def _with_card(say: Say, card: str) -> Say:
    if "idTag" in say.payload:
        return with_payload(say, idTag=card)
    if "idToken" in say.payload:
        return with_payload(say, idToken=say.payload["idToken"] | {"idToken": card})
    return say


def _card_later(script: Script, _: Random) -> Script:
    start, first = script.said(Part.START)[0], script.said(Part.READING)[0]
    card = start.payload["idToken"]

    def change(say: Say) -> Say:
        if say is first:
            return with_payload(say, idToken=card)
        return replace(say, payload={k: v for k, v in say.payload.items() if k != "idToken"})

    return script.each(change, *_WITHIN)


def _no_place(script: Script, chance: Random) -> Script:
    """No EVSE after the start, and no connector in it, as by the SAP simulator."""
    del chance
    bare = script.each(
        lambda say: replace(say, payload={k: v for k, v in say.payload.items() if k != "evse"}),
        Part.READING,
        Part.END,
    )
    return bare.each(lambda say: with_payload(say, evse={"id": say.payload["evse"]["id"]}), Part.START)


def _always_zero(script: Script, _: Random) -> Script:
    return script.each(lambda say: with_payload(say, seqNo=0), *_WITHIN)


def _counts_on(script: Script, _: Random) -> Script:
    """Over transactions, and not from zero in each."""
    first = int(script.began.timestamp()) % 100_000
    return script.each(lambda say: with_payload(say, seqNo=first + say.payload["seqNo"]), *_WITHIN)


def _same_name(script: Script, _: Random) -> Script:
    return script.each(
        lambda say: with_payload(
            say, transactionInfo=say.payload["transactionInfo"] | {"transactionId": "7"}
        ),
        *_WITHIN,
    )


def _any_trigger(script: Script, _: Random) -> Script:
    return script.each(lambda say: with_payload(say, triggerReason="Authorized"), *_WITHIN)


def _any_reason(script: Script, chance: Random) -> Script:
    """One that it made up, or none."""
    if script.ocpp != OLD:
        info: Payload = {"stoppedReason": "TimeLimitReached2"}
        return script.each(
            lambda say: with_payload(say, transactionInfo=say.payload["transactionInfo"] | info), Part.END
        )
    if chance.random() < 0.5:  # noqa: PLR2004 - either
        return script.each(lambda say: with_payload(say, reason="TimeLimitReached"), Part.END)
    return script.each(
        lambda say: replace(say, payload={k: v for k, v in say.payload.items() if k != "reason"}), Part.END
    )


def _adds(script: Script, _: Random) -> Script:
    more = {"customData": {"vendorId": "V", "anything": [1]}, "vendorSays": {"$set": {"a.b": 1}}}
    return script.each(lambda say: with_payload(say, **more))


def _parked(script: Script, _: Random) -> Script:
    """A car that only stands there, without card and energy, comes before."""

    def standing(say: Say) -> Say:
        earlier = moved(say, timedelta(hours=-2))
        kept = {k: v for k, v in earlier.payload.items() if k not in ("idToken", "meterValue")}
        info = {"transactionId": f"parked-{datetime_text(script.began)}"[:36]}
        return replace(earlier, payload=kept | {"transactionInfo": info, "triggerReason": "CablePluggedIn"})

    stood = [standing(each) for each in (*script.said(Part.START), *script.said(Part.END))]
    return replace(script, steps=(*stood, *script.steps))


SINS: Final = (
    Sin("lives-in-1970", "stamps its messages by a clock that was never set", (64,), spoil=_in_1970),
    Sin("odd-times", "stamps without a zone, or to the nanosecond", (64,), spoil=_oddly_stamped),
    Sin("slow-clock", "has a clock that is twenty minutes slow", (46,), spoil=_slow_clock),
    Sin("lower-case-cards", "spells cards in its own way", (100,), spoil=_lower_case),
    Sin("charges-strangers", "charges for a card that nobody knows", (63,), spoil=_nobodys),
    Sin("ended-by-another", "lets another card end a transaction", (73,), spoil=_ended_by_another),
    Sin("shows-the-card-later", "names the card only after the start", (88, 89, 95), NEW, _card_later),
    Sin("names-no-place", "leaves out EVSE and connector", (88,), NEW, _no_place),
    Sin("never-counts", "numbers each event 0", (83,), NEW, _always_zero),
    Sin("counts-on", "numbers its events over all transactions", (83,), NEW, _counts_on),
    Sin("same-name", "calls each transaction 7", (91,), NEW, _same_name),
    Sin("one-trigger", "gives the same reason for each event", (93,), NEW, _any_trigger),
    Sin("odd-reasons", "stops for no reason, or for one of its own", (72,), spoil=_any_reason),
    Sin("adds-members", "adds members that no schema knows", (111,), spoil=_adds),
    Sin("parks", "tells of cars that only stand there", (90,), NEW, _parked),
)
