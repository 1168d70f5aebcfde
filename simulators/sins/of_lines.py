"""Sins of the line: how a station comes, what goes over its websocket, and what it leaves open."""

from dataclasses import replace
from random import Random
from typing import Final

import orjson

from simulators.lean import Identity
from simulators.sins.model import (
    OLD,
    Act,
    Frames,
    Guise,
    Habits,
    Part,
    Say,
    Script,
    Sin,
)

_DEEP: Final = 20_000
_MANY: Final = 100


class Habit:
    """Changes what it names, and adds to what there are several of."""

    def __init__(self, *, knocks: tuple[Guise, ...] = (), **changes: object) -> None:
        self._knocks = knocks
        self._changes = changes

    def __call__(self, habits: Habits) -> Habits:
        return replace(habits, knocks=habits.knocks + self._knocks, **self._changes)  # type: ignore[arg-type]


def knocking(*guises: Guise) -> Habit:
    return Habit(knocks=guises)


def _offering(text: str) -> Guise:
    return lambda who: replace(who, subprotocol=text)


def _several(who: Identity) -> Identity:
    return replace(who, subprotocol=f"ocpp9.9, {who.subprotocol}")


def _misspelt(who: Identity) -> Identity:
    return replace(who, subprotocol=f" {who.subprotocol.upper()} ")


def _escaped(who: Identity) -> Identity:
    return replace(who, path="".join(f"%{byte:02X}" for byte in who.name.encode()))


def _wrong_key(who: Identity) -> Identity:
    return replace(who, key=b"wrong")


def _stranger(who: Identity) -> Identity:
    return replace(who, name=f"NOT-{who.name}")


def _other_user(who: Identity) -> Identity:
    return replace(who, user=f"NOT-{who.name}")


def _key_as_hex(who: Identity) -> Identity:
    return replace(who, key=who.key.hex().upper().encode())


def _compressing(who: Identity) -> Identity:
    return replace(who, headers=(*who.headers, "Sec-WebSocket-Extensions: permessage-deflate"))


class Beside:
    """Something is done after the start, and after each reading."""

    def __init__(self, *more: Act | Frames | Say) -> None:
        self._more = more

    def __call__(self, script: Script, _: Random) -> Script:
        return script.after(Part.START, *self._more).after(Part.READING, *self._more)


NO_MESSAGES: Final = Frames(
    tuple(
        body.encode()
        for body in (
            "not JSON",
            "[]",
            "{}",
            '["2","m","Heartbeat",{}]',
            '[2,null,"Heartbeat",{}]',
            '[2,"","Heartbeat",{}]',
            '[2,"m",5,{}]',
            '[2,"m"]',
            '[2,"m","Heartbeat",{},0]',
            '[2,"m","Heartbeat",null]',
            '[2,"m","Heartbeat","x"]',
            '[9,"m",{}]',
        )
    )
)
DEEP: Final = Frames((b'[2,"deep","DataTransfer",' + b"[" * _DEEP + b"]" * _DEEP + b"]",))
LONG_NUMBER: Final = Frames((b'[2,"long","DataTransfer",{"vendorId":' + b"9" * 5000 + b"}]",))
BINARY: Final = Frames((b"\x00\xff\x00",), is_binary=True)
UNASKED: Final = Frames(tuple(b'[3,"nobody-asked-%d",{}]' % each for each in range(_MANY)))
SENT: Final = Frames(
    (
        b'[6,"sent","NotifyPeriodicEventStream",{"id":1,"pending":0,"basetime":"2026-01-01T00:00:00Z","data":[]}]',
    )
)


def _same_id(script: Script, _: Random) -> Script:
    """It begins its message ids again with each message."""

    def one(say: Say) -> Say:
        return replace(say, name="1")

    return script.each(one, Part.START, Part.READING, Part.END)


def _unknown_word(script: Script, _: Random) -> Script:
    return script.before(Part.END, Say("MakeCoffee", {"strong": True}))


def _vendor_data(script: Script, _: Random) -> Script:
    data = orjson.dumps({"$set": {"a.b": [1]}}).decode()
    return script.before(
        Part.END, Say("DataTransfer", {"vendorId": "Nobody", "messageId": "m", "data": data})
    )


def _swapped(habits: Habits) -> Habits:
    """Names too long for the schema, and a serial number that is not the one of before."""
    return replace(habits, boot={"serial": "S" * 34, "vendor": "V" * 50, "iccid": ""}, boots=2)


SINS: Final = (
    Sin("offers-nothing", "offers no subprotocol at first", (1,), habit=knocking(_offering(""))),
    Sin(
        "offers-several",
        "offers versions that nobody speaks beside its own",
        (2,),
        habit=Habit(comes_as=_several),
    ),
    Sin("misspells-its-version", "spells its subprotocol oddly", (3,), habit=Habit(comes_as=_misspelt)),
    Sin(
        "wrong-subprotocol",
        "offers only what nobody speaks, at first",
        (4,),
        habit=knocking(_offering("ocpp1.5")),
    ),
    Sin("escapes-its-name", "writes its identity with escapes", (5,), habit=Habit(comes_as=_escaped)),
    Sin(
        "knocks-as-another", "comes under a name that nobody knows, at first", (6,), habit=knocking(_stranger)
    ),
    Sin("wrong-keys", "has a wrong key for a while", (7,), habit=knocking(*[_wrong_key] * 3)),
    Sin("key-as-hex", "spells its key as a text", (9,), habit=Habit(comes_as=_key_as_hex)),
    Sin("other-user", "names itself otherwise beside its key, at first", (10,), habit=knocking(_other_user)),
    Sin("compresses", "offers compression", (21,), (OLD,), habit=Habit(comes_as=_compressing)),
    Sin("connects-twice", "connects once more beside its line", (16, 17), spoil=Beside(Act.TWIN)),
    Sin("goes-dumb", "leaves its line open and comes back on another", (16, 18), spoil=Beside(Act.FREEZE)),
    Sin("no-pongs", "never answers a ping", (19,), habit=Habit(answers_pings=False)),
    Sin("sends-garbage", "sends what is no message", (23,), spoil=Beside(NO_MESSAGES)),
    Sin(
        "sends-monsters",
        "sends deep, long and binary frames",
        (24,),
        spoil=Beside(DEEP, LONG_NUMBER, BINARY, Act.CUT),
    ),
    Sin("unknown-words", "says a word that nobody knows", (26,), spoil=_unknown_word),
    Sin("answers-unasked", "answers hundreds of times what nobody asked", (27,), spoil=Beside(UNASKED)),
    Sin("one-id", "gives each message the same id", (36, 38), spoil=_same_id),
    Sin("sends", "sends a SEND", (37,), ("2.1",), Beside(SENT)),
    Sin("boots-all-the-time", "boots after each message", (41,), spoil=Beside(Act.BOOT)),
    Sin(
        "beats-too-often",
        "beats its heart between any two messages",
        (45,),
        spoil=Beside(*[Say("Heartbeat", {})] * 3),
    ),
    Sin("is-swapped", "boots with long names, and with another serial number", (43, 44), habit=_swapped),
    Sin("vendor-data", "sends data of a vendor that nobody knows", (109,), spoil=_vendor_data),
)
