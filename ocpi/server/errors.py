"""From an error to the answer that tells it.

A refusal says what was wrong; a failure of our own says only where to look: the correlation id,
under which the log holds the rest. Nothing is ever answered with 1000 that is not on disk.
Spec: 2.3.0 status_codes.
"""

import pydantic

from ocpi.errors import NothingStored, OcpiError, PlatformFailed
from ocpi.process.logs import logger
from ocpi.process.mongo import DriverError
from ocpi.server.call import Answer
from ocpi.wire.headers import MessageIds
from ocpi.wire.violations import told

log = logger(__name__)


def answer_to(error: Exception, module: str, ids: MessageIds) -> Answer:
    match error:
        case OcpiError():
            return _told(error)
        case pydantic.ValidationError():
            return Answer(status_code=2001, message=told(error))
        case DriverError():
            log.error("database failed", exc_info=error, module=module)
            return _told(NothingStored("the database does not answer as it should: try again"))
        case _:
            log.error("request failed", exc_info=error, module=module)
            return _told(PlatformFailed(f"the platform failed; correlation id {ids.correlation_id}"))


def _told(error: OcpiError) -> Answer:
    return Answer(
        http=error.http_status, status_code=error.status_code, message=error.text, headers=error.headers
    )
