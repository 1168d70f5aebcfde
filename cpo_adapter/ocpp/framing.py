"""What travels over a station's websocket: kinds of message as JSON lists, and what is none of them.

OCPP 2.1 has two kinds more: a SEND that nobody answers, and the complaint about a CALLRESULT.

A frame is measured before it is parsed, so that neither nesting nor size can hurt; reading one never raises.
What to say about an unreadable frame differs between versions of OCPP: that is the dialect's business, the
facts are here.
Spec: OCPP-J 1.6 and OCPP 2.x part 4, RPC framework (message structures and their fields).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final, TypeAlias

from schemas.codec import Json, MalformedJson, decode, encode

LONGEST_FRAME_BYTES = 1 << 20
"""Forty times the largest frame seen from a shipped station; the websocket itself enforces it."""

DEEPEST_NESTING = 32
"""No message of OCPP needs ten."""

LONGEST_MESSAGE_ID = 255
"""1.6 allows 36; stations that send more are answered all the same."""

_CALL, _CALL_RESULT, _CALL_ERROR = 2, 3, 4
CALL_RESULT_ERROR: Final = 5
SEND: Final = 6
_OF_ALL: Final = frozenset({_CALL, _CALL_RESULT, _CALL_ERROR})
_ANSWERS: Final = frozenset({_CALL_RESULT, _CALL_ERROR, CALL_RESULT_ERROR})
_HEAD = re.compile(r'\s*\[\s*2\s*,\s*"([^"\\]{1,255})"\s*,\s*"(\w{1,50})"')
_TEXT = r'"(?:[^"\\]|\\.)*"?'
"""One without an end reaches to the end of the frame: else each quote in it would be tried as a begin."""
_BRACKETS = re.compile(_TEXT + r"|[\[\]{}]", re.DOTALL)
_NO_NUMBERS = re.compile(_TEXT + r"|-?\b(?:NaN|Infinity)\b", re.DOTALL)

Payload: TypeAlias = "dict[str, Json]"


class Flaw(Enum):
    """Why a frame is no message."""

    NOT_JSON = "not JSON"
    TOO_DEEP = "nested too deeply"
    NOT_A_LIST = "not a JSON list"
    UNKNOWN_TYPE = "unknown message type"
    NO_MESSAGE_ID = "no usable message id"
    WRONG_LENGTH = "wrong number of elements"
    NO_ACTION = "the action is no text"


@dataclass(frozen=True, slots=True)
class Call:
    """`[2, message_id, action, payload]`; the payload is any JSON value, `frame` the text as it came."""

    message_id: str
    action: str
    payload: Json
    frame: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CallResult:
    """`[3, message_id, payload]`"""

    message_id: str
    payload: Json


@dataclass(frozen=True, slots=True)
class CallError:
    """`[4, message_id, code, description, details]`; stations leave out the last ones."""

    message_id: str
    code: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class CallResultError:
    """`[5, message_id, code, description, details]`: a CALLRESULT of ours was not understood."""

    message_id: str
    code: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Send:
    """`[6, message_id, action, payload]`: as a Call, and nobody waits."""

    message_id: str
    action: str
    payload: Json
    frame: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """No message; `message_id` is known when somebody may wait for an answer to it.

    `is_answer`: it was to be an answer itself, or a SEND, and nobody waits.
    """

    flaw: Flaw
    message_id: str | None = None
    is_answer: bool = False


Message: TypeAlias = Call | CallResult | CallError | CallResultError | Send | Unreadable


def read(frame: str, *, more: frozenset[int] = frozenset()) -> Message:
    """Never raises. `more`: the types that a version has beyond the three of all."""
    if _is_too_deep(frame):
        return Unreadable(Flaw.TOO_DEEP)
    try:
        elements = decode(frame.encode())
    except (MalformedJson, UnicodeEncodeError):
        return Unreadable(Flaw.NOT_JSON)
    if not isinstance(elements, list):
        return Unreadable(Flaw.NOT_A_LIST)
    return _message(elements, frame, _OF_ALL | more)


def call_in(frame: str) -> Call | None:
    """The CALL that a frame is, or begins as: its payload is empty where it cannot be parsed.

    What is no number, as JSON knows it, is null.
    """
    message = read(frame)
    if message == Unreadable(Flaw.NOT_JSON):
        message = read(_NO_NUMBERS.sub(_null, frame))
    if isinstance(message, Call):
        return replace(message, frame=frame)
    head = _HEAD.match(frame)
    return Call(head[1], head[2], {}, frame) if head else None


def call(message_id: str, action: str, payload: Mapping[str, object]) -> str:
    return _write([_CALL, message_id, action, payload])


def call_result(message_id: str, payload: Mapping[str, object]) -> str:
    return _write([_CALL_RESULT, message_id, payload])


def call_error(message_id: str, code: str, description: str) -> str:
    """Short: small stations read into buffers of 2 kB, and what they sent is not repeated to them."""
    return _write([_CALL_ERROR, message_id, code, description[:255], {}])


def _null(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith('"') else "null"


def _write(elements: list[object]) -> str:
    return encode(elements).decode()


def _is_too_deep(frame: str) -> bool:
    if frame.count("[") + frame.count("{") <= DEEPEST_NESTING:
        return False
    depth = 0
    for token in _BRACKETS.finditer(frame):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth > DEEPEST_NESTING:
            return True
    return False


def _message(elements: list[Json], frame: str, known: frozenset[int]) -> Message:
    kind = elements[0] if elements else None
    message_id = _message_id(elements)
    if type(kind) is not int or kind not in known:
        return Unreadable(Flaw.UNKNOWN_TYPE, message_id)
    if message_id is None:
        return Unreadable(Flaw.NO_MESSAGE_ID, is_answer=kind != _CALL)
    if kind in _ANSWERS:
        return _answer(kind, message_id, elements)
    return _call(kind, message_id, elements, frame)


def _message_id(elements: list[Json]) -> str | None:
    told = elements[1] if len(elements) > 1 else None
    return told if isinstance(told, str) and 0 < len(told) <= LONGEST_MESSAGE_ID else None


def _call(kind: int, message_id: str, elements: list[Json], frame: str) -> Call | Send | Unreadable:
    if len(elements) != 4:  # noqa: PLR2004 - type, id, action, payload
        return Unreadable(Flaw.WRONG_LENGTH, message_id, is_answer=kind == SEND)
    action, payload = elements[2:]
    if not isinstance(action, str):
        return Unreadable(Flaw.NO_ACTION, message_id, is_answer=kind == SEND)
    made = Send if kind == SEND else Call
    return made(message_id, action, {} if payload is None else payload, frame)


def _answer(
    kind: int, message_id: str, elements: list[Json]
) -> CallResult | CallError | CallResultError | Unreadable:
    if kind != _CALL_RESULT:
        texts = [str(element) for element in elements[2:4]] or ["GenericError"]
        return (CallError if kind == _CALL_ERROR else CallResultError)(message_id, *texts)
    if len(elements) != 3:  # noqa: PLR2004 - type, id, payload
        return Unreadable(Flaw.WRONG_LENGTH, is_answer=True)
    return CallResult(message_id, elements[2])
