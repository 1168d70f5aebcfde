"""Objects as their reader's version tells them: one, a part of one, the members of a page."""

from collections.abc import Iterable, Sequence

from ocpi.errors import NotSpeakable
from ocpi.objects import parts
from ocpi.objects.facts import Facts
from ocpi.objects.record import Record
from ocpi.process.logs import logger
from ocpi.recorder.notes import note
from ocpi.server.call import Call
from ocpi.wire import envelope
from schemas import codec

log = logger(__name__)


async def told_members(facts: Facts, records: Iterable[Record], call: Call) -> list[bytes]:
    """Without those that cannot be told in the version of the caller."""
    told = []
    for record in records:
        try:
            told.append(await facts.told(record, call.version, call.admitted.partner.translation))
        except NotSpeakable as error:
            log.info("withheld", object=str(record.key), to=call.admitted.partner.name, reason=error.text)
            note(f"{record.key.kind} withheld: {error.text}")
    return told


async def told_part(facts: Facts, record: Record, call: Call, path: Sequence[str] = ()) -> bytes:
    """The object, or a part of it, as the caller reads it. Raises UnknownObject, NotSpeakable."""
    body = await facts.told(record, call.version, call.admitted.partner.translation)
    return body if not path else codec.encode(parts.find(envelope.decoded(body), path))
