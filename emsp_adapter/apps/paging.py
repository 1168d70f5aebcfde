"""Lists page by page: a cursor leads on, and belongs to the key and the filters of the list it came from."""

from http import HTTPStatus

from emsp_adapter.apps.history import Wanted
from emsp_adapter.apps.keys.key import Key
from emsp_adapter.apps.operation import Asked, Parameters
from emsp_adapter.apps.problems import refused
from emsp_adapter.apps.values import Cursor, Id, Instant, Limit, Party
from ocpi.errors import InvalidParameters
from ocpi.wire import cursor
from schemas.kinds import ObjectKind


class Listing(Parameters):
    """The newest first. `since` and `until` are about when charging began."""

    contract_id: Id | None = None
    cpo: Party | None = None
    since: Instant | None = None
    until: Instant | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


def wanted(kind: ObjectKind, asked: Asked) -> Wanted:
    """Raises Refused: 404 for a cursor of another list."""
    listing = asked.query(Listing)
    before = None
    if listing.cursor is not None:
        try:
            before = cursor.Cursor.read(listing.cursor, _scope(kind, listing, asked.key)).position
        except InvalidParameters as error:
            raise refused(HTTPStatus.NOT_FOUND, error.text, parameter="cursor") from error
    told = listing.model_dump(exclude={"cursor"})
    return Wanted(kind=kind, bound=asked.bound, before=before, **told)


def following(kind: ObjectKind, asked: Asked, before: int | None) -> str | None:
    if before is None:
        return None
    return cursor.Cursor(before, 0).write(_scope(kind, asked.query(Listing), asked.key))


def _scope(kind: ObjectKind, listing: Listing, key: Key) -> str:
    return f"{kind} {key.name} {listing.model_dump(exclude={'cursor', 'limit'})}"
