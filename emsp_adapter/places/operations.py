"""GET /api/v1/locations/near and /locations/in_box: where one can charge.

What is shown is what CPOs tell us under an agreement that holds now. Answers are put together from JSON that
was written when the Location came.
"""

from datetime import timedelta
from http import HTTPStatus
from typing import Final

from aiohttp import web

from emsp_adapter.apps.keys.key import Scope
from emsp_adapter.apps.operation import JSON, Asked, Operation
from emsp_adapter.apps.paging import of_this_list
from emsp_adapter.apps.problems import refused
from emsp_adapter.places.area import Area, Box, Circle
from emsp_adapter.places.asked import InBox, LocationsTold, Looking, Near
from emsp_adapter.places.coordinates import Point
from emsp_adapter.places.cursor import START, Position
from emsp_adapter.places.finder import Finder, Found
from emsp_adapter.places.price import Charge
from emsp_adapter.places.prices import Prices
from emsp_adapter.places.wanted import Wanted
from ocpi.partners.directory import Directory
from ocpi.process.clock import Clock
from ocpi.wire.interfaces import EMSP
from schemas.kinds import ObjectKind, PartyId

_ERRORS: Final = {
    HTTPStatus.NOT_FOUND: "The cursor leads nowhere in this list.",
    HTTPStatus.CONFLICT: "energy_kwh without minutes, or the reverse; a box with its south above its north.",
}
_OPEN: Final = {None: b"null", True: b"true", False: b"false"}


class PlaceOperations:
    def __init__(
        self, *, finder: Finder, prices: Prices, directory: Directory, own: PartyId, clock: Clock
    ) -> None:
        self._finder = finder
        self._prices = prices
        self._directory = directory
        self._own = own
        self._clock = clock

    def operations(self) -> list[Operation]:
        return [
            Operation(
                method="GET",
                path="/locations/near",
                id="findLocationsNear",
                summary="Locations around a point, the nearest first",
                tag="locations",
                does=self._near,
                scope=Scope.LOCATIONS_READ,
                query=Near,
                answer=LocationsTold,
                errors=_ERRORS,
            ),
            Operation(
                method="GET",
                path="/locations/in_box",
                id="findLocationsInBox",
                summary="Locations on a map, from its middle outwards",
                about="West may be greater than east: the box then goes over the antimeridian.",
                tag="locations",
                does=self._in_box,
                scope=Scope.LOCATIONS_READ,
                query=InBox,
                answer=LocationsTold,
                errors=_ERRORS,
            ),
        ]

    async def _near(self, asked: Asked) -> web.Response:
        told = asked.query(Near)
        return await self._found(told, Circle(Point(told.latitude, told.longitude), told.radius_m))

    async def _in_box(self, asked: Asked) -> web.Response:
        told = asked.query(InBox)
        if told.south > told.north:
            text = "the south of a box does not lie north of its north"
            raise refused(HTTPStatus.CONFLICT, text, parameter="south")
        return await self._found(told, Box(told.south, told.west, told.north, told.east))

    async def _found(self, looking: Looking, area: Area) -> web.Response:
        wanted, charge = self._wanted(looking, area), self._charge(looking)
        page = await self._finder.page(wanted, _after(looking, wanted), looking.limit)
        prices = [b"null"] * len(page.places)
        if charge is not None:
            prices = await self._prices.of(page.places, charge)
        told = b",".join(map(_told, page.places, prices))
        following = (
            b"null" if page.following is None else b'"%b"' % page.following.write(wanted.scope()).encode()
        )
        return web.Response(body=b'{"locations":[%b],"next":%b}' % (told, following), content_type=JSON)

    def _wanted(self, looking: Looking, area: Area) -> Wanted:
        owners = self._directory.counterparts(self._own, EMSP, ObjectKind.LOCATION.module)
        if looking.cpo is not None:
            owners = [each for each in owners if str(each) == looking.cpo]
        named = {each: self._directory.only(self._own, ObjectKind.LOCATION, each) for each in owners}
        return Wanted(
            area=area,
            owners=frozenset(owners),
            only={owner: ids for owner, ids in named.items() if ids is not None},
            standards=looking.standards or frozenset(),
            min_power_w=round((looking.min_power_kw or 0) * 1000),
            is_available=looking.available == "true",
            capabilities=looking.capabilities or frozenset(),
            is_open=looking.open_now == "true",
            is_priced=looking.energy_kwh is not None,
        )

    def _charge(self, looking: Looking) -> Charge | None:
        if looking.energy_kwh is None and looking.minutes is None:
            return None
        if looking.energy_kwh is None or looking.minutes is None:
            missing = "minutes" if looking.minutes is None else "energy_kwh"
            text = "energy_kwh and minutes go together"
            raise refused(HTTPStatus.CONFLICT, text, parameter=missing)
        at = self._clock.now().replace(second=0, microsecond=0)
        return Charge(at, looking.energy_kwh, timedelta(minutes=looking.minutes), looking.paying)


def _after(looking: Looking, wanted: Wanted) -> Position:
    """Raises Refused: 404 for a cursor of another list."""
    if looking.cursor is None:
        return START
    with of_this_list():
        return Position.read(looking.cursor, wanted.scope())


def _told(place: Found, prices: bytes) -> bytes:
    """`shown` lacks its last brace."""
    moment = (place.shown, place.position.distance_m, _OPEN[place.is_open], prices)
    return b'%b,"distance_m":%.1f,"is_open":%b,"prices":%b}' % moment
