"""One message told in the version of somebody else, and to the byte the same wherever that says the same.

What the far side's version has no words for is refused with the reason; of a list, those members are left out
and noted, as are members that are not what they should be.
Spec: the modules of each version; 2.3.0 changelog; transport_and_format, Non-specified JSON fields.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from pydantic import ValidationError

from hub.routing.vocabulary import Kind
from ocpi.errors import NotSpeakable, Unreadable
from ocpi.process.logs import logger
from ocpi.recorder.notes import note
from ocpi.server.spoken import status_in
from ocpi.versions import messages
from ocpi.versions.known import OLDEST
from ocpi.wire import envelope
from ocpi.wire.status import is_success
from ocpi.wire.violations import told
from schemas import codec
from schemas.translation.context import Context
from schemas.translation.registry import form_of
from schemas.v2_3_0.enums import VersionNumber

log = logger(__name__)
_top: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Crossing:
    """From the version that something was said in to the one that it is to be heard in."""

    source: VersionNumber
    target: VersionNumber
    context: Context

    @property
    def is_needed(self) -> bool:
        return self.source != self.target


Informed = Callable[[Any], Awaitable[Crossing]]
"""How one decoded value is to be told, with the facts that it needs."""


def retold(kind: Kind, body: bytes, value: Any, crossing: Crossing) -> bytes:
    """`value` is the decoded body. Raises NotSpeakable, ValidationError for what is not of that kind."""
    form = form_of(kind, crossing.source)
    if form is None:
        raise NotSpeakable(f"{crossing.source} has no {kind.__name__}")
    read = form.model_validate(value)
    heard = messages.crossed(kind, read, crossing.source, crossing.target, crossing.context)
    return body if type(heard) is form and heard == read else codec.dump(heard)


async def retold_answer(kind: Kind, body: bytes, informed: Informed) -> bytes:
    """A whole envelope. What is no success has no data to be told. Raises NotSpeakable, Unreadable."""
    answer = envelope.read(body)
    if answer.data is None or not is_success(answer.status_code):
        return body
    if answer.data.strip().startswith(b"["):
        members = await _members(kind, envelope.members(answer.data), informed)
        return with_data(body, envelope.json_list(members))
    value = envelope.decoded(answer.data)
    try:
        return with_data(body, retold(kind, answer.data, value, await informed(value)))
    except ValidationError as error:
        raise Unreadable(f"the answer holds no {kind.__name__}: {told(error)}") from error


def restated(body: bytes, version: VersionNumber) -> bytes:
    """A whole envelope with the status as the version of its reader has it; only 2.1.1 has others."""
    if version != OLDEST:
        return body
    try:
        told = envelope.read(body).status_code
    except Unreadable:
        return body
    status = status_in(version, told)
    return body if status == told else _with(body, "status_code", codec.encode(status))


async def _members(kind: Kind, members: Iterable[bytes], informed: Informed) -> list[bytes]:
    heard = []
    for member in members:
        value = envelope.decoded(member)
        crossing = await informed(value)
        try:
            heard.append(retold(kind, member, value, crossing))
        except NotSpeakable as error:
            log.info("left out of a list", kind=kind.__name__, to=str(crossing.target), reason=error.text)
            note(f"{kind.__name__} left out: {error.text}")
        except ValidationError as error:
            log.warning("left out of a list", kind=kind.__name__, to=str(crossing.target), reason=told(error))
            note(f"{kind.__name__} left out: {told(error)}")
    return heard


def with_data(body: bytes, data: bytes) -> bytes:
    """The envelope with other data; every other member keeps its bytes."""
    return _with(body, "data", data)


def _with(body: bytes, name: str, value: bytes) -> bytes:
    """The envelope with another value of one member; every other keeps its bytes."""
    members = {**_top.decode(body), name: value}
    written = (codec.encode(each) + b":" + bytes(its) for each, its in members.items())
    return b"{" + b",".join(written) + b"}"
