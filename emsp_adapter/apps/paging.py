"""Lists page by page: a cursor leads on, and belongs to the key and the filters of the list it came from."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Annotated

from pydantic import Field

from emsp_adapter.apps.history import Wanted
from emsp_adapter.apps.keys.key import EVERYBODY, Bound, Key
from emsp_adapter.apps.operation import Asked, Parameters
from emsp_adapter.apps.problems import refused
from emsp_adapter.apps.values import Cursor, Id, Instant, Limit, Party
from emsp_adapter.contracts.of_drivers import ContractsOf
from ocpi.errors import InvalidParameters
from ocpi.wire import cursor
from schemas.kinds import ObjectKind

_Driver = Annotated[str, Field(min_length=1, max_length=255, description="The back office's own reference.")]


class Listing(Parameters):
    """The newest first. `since` and `until` are about when charging began."""

    contract_id: Id | None = None
    driver: _Driver | None = None
    cpo: Party | None = None
    since: Instant | None = None
    until: Instant | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


class Lists:
    def __init__(self, contracts_of: ContractsOf) -> None:
        self._contracts_of = contracts_of

    async def wanted(self, kind: ObjectKind, asked: Asked) -> Wanted:
        """Raises Refused: 404 for a cursor of another list."""
        listing = asked.query(Listing)
        return Wanted(
            kind=kind,
            bound=asked.bound,
            contracts=await self._contracts(listing),
            before=_before(kind, listing, asked.key),
            **listing.model_dump(include={"cpo", "since", "until", "limit"}),
        )

    async def _contracts(self, listing: Listing) -> Bound:
        of_driver = of_contract = EVERYBODY
        if listing.driver is not None:
            of_driver = Bound.to(await self._contracts_of([listing.driver]))
        if listing.contract_id is not None:
            of_contract = Bound.to([listing.contract_id])
        return of_contract.within(of_driver)


@contextmanager
def of_this_list() -> Iterator[None]:
    """Around the reading of a cursor. Raises Refused: 404 for one of another list."""
    try:
        yield
    except InvalidParameters as error:
        raise refused(HTTPStatus.NOT_FOUND, error.text, parameter="cursor") from error


def following(kind: ObjectKind, asked: Asked, before: int | None) -> str | None:
    """The cursor of the next page."""
    if before is None:
        return None
    return cursor.Cursor(before, 0).write(_scope(kind, asked.query(Listing), asked.key))


def _before(kind: ObjectKind, listing: Listing, key: Key) -> int | None:
    if listing.cursor is None:
        return None
    with of_this_list():
        return cursor.Cursor.read(listing.cursor, _scope(kind, listing, key)).position


def _scope(kind: ObjectKind, listing: Listing, key: Key) -> str:
    return f"{kind} {key.name} {listing.model_dump(exclude={'cursor', 'limit'})}"
