"""A route called by a partner of an older version: the question told in 2.3.0, the answer told back.

Statuses too: 2.1.1 knows no unknown tokens and no hubs.
Spec: status_codes of each version.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from ocpi.errors import NotSpeakable
from ocpi.process.logs import logger
from ocpi.recorder.notes import note
from ocpi.server.call import Answer, Call, Route
from ocpi.server.parties import named_or_only
from ocpi.versions import messages
from ocpi.versions.known import CANONICAL, OLDEST
from ocpi.wire import envelope
from schemas import codec
from schemas.base import OcpiModel
from schemas.translation.context import Context
from schemas.v2_3_0.enums import VersionNumber

log = logger(__name__)

_IN_2_1_1: Final[Mapping[int, int]] = MappingProxyType(
    {2004: 2001, 4000: 3000, 4001: 3000, 4002: 3000, 4003: 3000}
)


async def handled(route: Route, call: Call) -> Answer:
    """Raises what the handler raises, and NotSpeakable for what cannot be told in 2.3.0."""
    if call.version == CANONICAL:
        return await route.handler(call)
    answer = await route.handler(_asked(route, call))
    return _told(route, call, answer)


def status_in(version: VersionNumber, status: int) -> int:
    return _IN_2_1_1.get(status, status) if version == OLDEST else status


def _asked(route: Route, call: Call) -> Call:
    if route.asks is None or not call.body.strip():
        return call
    model = messages.up(route.asks, call.json_object(), call.version, _context(call))
    return replace(call, body=codec.dump(model))


def _told(route: Route, call: Call, answer: Answer) -> Answer:
    if route.answers is None or answer.data is None:
        return answer
    return replace(answer, data=_data(route.answers, answer.data, call.version, _context(call)))


def _context(call: Call) -> Context:
    return Context(owner=named_or_only(call), policy=call.admitted.partner.translation)


def _data(kind: type[OcpiModel], data: bytes, version: VersionNumber, context: Context) -> bytes:
    value = codec.decode(data)
    if not isinstance(value, list):
        return messages.down(kind, kind.model_validate(value), version, context)
    return envelope.json_list(_members(kind, value, version, context))


def _members(
    kind: type[OcpiModel], values: list[Any], version: VersionNumber, context: Context
) -> list[bytes]:
    told = []
    for value in values:
        try:
            told.append(messages.down(kind, kind.model_validate(value), version, context))
        except NotSpeakable as error:
            log.info("withheld", kind=kind.__name__, to=str(version), reason=error.text)
            note(f"{kind.__name__} withheld: {error.text}")
    return told
