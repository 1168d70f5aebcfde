"""Sins of meters: units, registers that begin anew, values that are none, and too many of them."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any, Final

from simulators.sins.honest import metered
from simulators.sins.model import NEW, OLD, Part, Payload, Say, Script, Sin, with_payload

_KWH: Final = 1000
_MEASURED: Final = (Part.START, Part.READING, Part.END)


def valued(say: Say, change: Callable[[Payload], list[Payload]]) -> Say:
    """With each sampled value replaced."""
    blocks = [
        block | {"sampledValue": [each for value in block["sampledValue"] for each in change(value)]}
        for block in say.payload.get("meterValue", [])
    ]
    return with_payload(say, meterValue=blocks) if blocks else say


def reading(say: Say, register_wh: int) -> Say:
    """Of another register, wherever it tells it."""
    if "meterStop" in say.payload:
        return with_payload(say, meterStop=register_wh)
    if "meterStart" in say.payload:
        return with_payload(say, meterStart=register_wh)
    is_text = say.action == "MeterValues"
    return valued(say, lambda value: [value | {"value": str(register_wh) if is_text else register_wh}])


def _began_again(script: Script, _: Random) -> Script:
    """Its meter was at zero right after the first reading, as MicroOcpp's after a restart."""
    zero_wh = script.said(Part.READING)[0].register_wh
    later = [*script.said(Part.READING)[1:], *script.said(Part.END)]
    return script.each(
        lambda say: reading(say, say.register_wh - zero_wh) if any(say is one for one in later) else say
    )


def _backwards(script: Script, _: Random) -> Script:
    """One watt-hour less at the end than at the beginning: nothing was taken."""
    start = script.said(Part.START)[0]
    told = script.without(*script.said(Part.READING))
    return replace(told.each(lambda say: reading(say, start.register_wh - 1), Part.END), counted_wh=0)


def _in_kwh_at_the_end(script: Script, _: Random) -> Script:
    """In 1.6 the number has no unit; in 2.x the unit is right before, and missing at the end."""
    if script.ocpp == OLD:
        return script.each(lambda say: reading(say, say.register_wh // _KWH), Part.END)
    labelled = script.each(lambda say: _in_kwh(say, "kWh"), *_MEASURED)
    return labelled.each(lambda say: _in_kwh(say, None), Part.END)


def _in_kwh(say: Say, unit: str | None) -> Say:
    if say.at is None:
        return say
    return with_payload(say, meterValue=metered(say.at, say.register_wh / _KWH, unit))


def _mislabelled(script: Script, _: Random) -> Script:
    """Wh under the name of kWh, all along, as by VCP."""
    return script.each(
        lambda say: valued(say, lambda value: [value | {"unitOfMeasure": {"unit": "kWh"}}]), *_MEASURED
    )


def _mixed(script: Script, _: Random) -> Script:
    """Wh and kWh in turn, among values of other places and things."""

    def old(say: Say) -> Say:
        kwh = {"value": f"{say.register_wh / _KWH}", "unit": "kWh", "context": "Trigger"}
        noise = [
            {"value": "99000", "location": "EV"},
            {"value": "7.4", "unit": "kW", "measurand": "Power.Active.Import"},
        ]
        return valued(say, lambda _: [kwh, *noise])

    def new(say: Say) -> Say:
        noise: list[dict[str, Any]] = [
            {"value": 99_000, "location": "EV"},
            {"value": 7.4, "measurand": "Power.Active.Import", "unitOfMeasure": {"unit": "kW"}},
        ]
        return valued(_in_kwh(say, "kWh"), lambda value: [value, *noise])

    first = script.said(Part.READING)[0]
    change = old if script.ocpp == OLD else new
    return script.each(lambda say: change(say) if say is first else say)


def _no_numbers(script: Script, _: Random) -> Script:
    """Among its readings are some that no meter has: as texts where the version has texts."""
    return script.each(_with_odd_texts if script.ocpp == OLD else _with_odd_numbers, Part.READING)


def _with_odd_texts(say: Say) -> tuple[Say, ...]:
    return (*(valued(say, _told_as(each)) for each in ("NaN", "Infinity", "1e400", "-0", "1e-9")), say)


def _told_as(odd: str) -> Callable[[Payload], list[Payload]]:
    return lambda value: [value | {"value": odd}]


def _with_odd_numbers(say: Say) -> tuple[Say, ...]:
    """JSON has no NaN; of what it has, this is no frequency."""
    return (valued(say, lambda value: [value | {"measurand": "Frequency", "value": 1e300}, value]),)


def _as_texts(script: Script, chance: Random) -> Script:
    """Numbers as texts or with a fraction, where the version has neither."""
    spelled = chance.choice((str, float))
    if script.ocpp != OLD:
        return script.each(
            lambda say: valued(say, lambda value: [value | {"value": str(value["value"])}]), *_MEASURED
        )
    names = {Part.START: "meterStart", Part.END: "meterStop"}
    return script.each(
        lambda say: with_payload(say, **{names[say.part]: spelled(say.register_wh)}), Part.START, Part.END
    )


def _told_again_at_the_end(script: Script, _: Random) -> Script:
    blocks = [block for say in script.said(Part.READING) for block in say.payload["meterValue"]]
    return script.each(lambda say: with_payload(say, transactionData=blocks * 2), Part.END)


def _no_meter(script: Script, _: Random) -> Script:
    """No reading at all: nothing is counted that could be billed."""

    def bare(say: Say) -> Say:
        kept = {name: value for name, value in say.payload.items() if name != "meterValue"}
        return replace(say, payload=kept)

    return replace(script.each(bare, *_MEASURED), counted_wh=0)


def _elsewhere(script: Script, chance: Random) -> Script:
    """Its energy comes by MeterValues of an EVSE, which name no transaction, as by ocpp-cp-simulator."""

    def beside(say: Say) -> tuple[Say, ...]:
        told = {"evseId": 1, "meterValue": say.payload["meterValue"]}
        return (replace(say, action="MeterValues", payload=told, part=Part.OTHER),)

    bare = _no_meter(script, chance)
    events = iter([*script.said(Part.START), *script.said(Part.READING), *script.said(Part.END)])

    def also(say: Say) -> tuple[Say, ...]:
        readings = beside(next(events))
        return (*readings, say) if say.part is Part.END else (say, *readings)

    return replace(bare.each(also, *_MEASURED), counted_wh=script.counted_wh)


def _gives_back(script: Script, _: Random) -> Script:
    """A register of what the car gave rises as well."""
    start_wh = script.said(Part.START)[0].register_wh

    def also(say: Say) -> Say:
        given = {"value": (say.register_wh - start_wh) // 4, "measurand": "Energy.Active.Export.Register"}
        return valued(say, lambda value: [value, given])

    return script.each(also, *_MEASURED)


def _per_phase(script: Script, _: Random) -> Script:
    """Three equal registers, one a phase, each of the whole, and no total, as by Tinkerforge's."""
    return script.each(
        lambda say: valued(say, lambda value: [value | {"phase": phase} for phase in ("L1", "L2", "L3")]),
        Part.READING,
    )


def _unsigned(script: Script, _: Random) -> Script:
    """It adds what it says is a signature, and that means nothing."""

    def signed(say: Say) -> Say:
        if script.ocpp == OLD:
            return valued(say, lambda value: [value, {"value": "OCMF|{}|{}", "format": "SignedData"}])
        false = {
            "signedMeterData": "b2NtZg==",
            "signingMethod": "",
            "encodingMethod": "OCMF",
            "publicKey": "",
        }
        return valued(say, lambda value: [value | {"signedMeterValue": false}])

    return script.each(signed, Part.READING)


SINS: Final = (
    Sin("meter-begins-again", "its meter falls to zero in the midst", (70,), spoil=_began_again),
    Sin("meter-goes-back", "ends a watt-hour below where it began", (70, 71), (OLD,), _backwards),
    Sin(
        "kwh-at-the-end",
        "ends in kWh what it told in Wh, or in nothing what it told in kWh",
        (70, 92),
        spoil=_in_kwh_at_the_end,
    ),
    Sin("wrong-label", "calls its watt-hours kWh", (92,), NEW, _mislabelled),
    Sin("mixes-units", "reads in Wh and kWh, and beside it other places and things", (77,), spoil=_mixed),
    Sin("no-numbers", "reads what no meter can show", (25,), spoil=_no_numbers),
    Sin("numbers-as-texts", "spells its meter as a text or with a fraction", (65,), spoil=_as_texts),
    Sin(
        "repeats-readings-at-the-end",
        "tells all its readings again at the end, twice",
        (74,),
        (OLD,),
        _told_again_at_the_end,
    ),
    Sin("no-meter", "tells no energy at all", (71, 92), NEW, _no_meter),
    Sin("meters-elsewhere", "tells its energy outside its transactions", (92,), NEW, _elsewhere),
    Sin("gives-back", "gives energy back meanwhile", (94,), NEW, _gives_back),
    Sin("registers-by-phase", "reads one register a phase, and no total", (77,), spoil=_per_phase),
    Sin("signs-nothing", "signs its readings with what is no signature", (110,), spoil=_unsigned),
)
