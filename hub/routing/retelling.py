"""One message told in the version of somebody else, and to the byte the same wherever that says the same.

What the far side's version has no words for is refused with the reason; of a list, those members are left out
and noted, as are members that are not what they should be.
Spec: the modules of each version; 2.3.0 changelog; transport_and_format, Non-specified JSON fields.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from pydantic import ValidationError

from hub.routing.vocabulary import Kind
from ocpi.errors import NotSpeakable, Unreadable
from ocpi.process.logs import logger
from ocpi.recorder.notes import note
from ocpi.versions import messages
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


def retold(kind: Kind, body: bytes, value: Any, crossing: Crossing) -> bytes:
    """`value` is the decoded body. Raises NotSpeakable, ValidationError for what is not of that kind."""
    form = form_of(kind, crossing.source)
    if form is None:
        raise NotSpeakable(f"{crossing.source} has no {kind.__name__}")
    read = form.model_validate(value)
    heard = messages.crossed(kind, read, crossing.source, crossing.target, crossing.context)
    return body if type(heard) is form and heard == read else codec.dump(heard)


def retold_answer(kind: Kind, body: bytes, crossing: Crossing) -> bytes:
    """A whole envelope. What is no success has no data to be told. Raises NotSpeakable, Unreadable."""
    answer = envelope.read(body)
    if answer.data is None or not is_success(answer.status_code):
        return body
    if answer.data.strip().startswith(b"["):
        members = _members(kind, envelope.members(answer.data), crossing)
        return with_data(body, envelope.json_list(members))
    try:
        return with_data(body, retold(kind, answer.data, envelope.decoded(answer.data), crossing))
    except ValidationError as error:
        raise Unreadable(f"the answer holds no {kind.__name__}: {told(error)}") from error


def _members(kind: Kind, members: Iterable[bytes], crossing: Crossing) -> Iterator[bytes]:
    for member in members:
        try:
            yield retold(kind, member, envelope.decoded(member), crossing)
        except NotSpeakable as error:
            log.info("left out of a list", kind=kind.__name__, to=str(crossing.target), reason=error.text)
            note(f"{kind.__name__} left out: {error.text}")
        except ValidationError as error:
            log.warning("left out of a list", kind=kind.__name__, to=str(crossing.target), reason=told(error))
            note(f"{kind.__name__} left out: {told(error)}")


def with_data(body: bytes, data: bytes) -> bytes:
    """The envelope with other data; every other member keeps its bytes."""
    members = {**_top.decode(body), "data": data}
    written = (codec.encode(name) + b":" + bytes(value) for name, value in members.items())
    return b"{" + b",".join(written) + b"}"
