"""What the driver wants of a session, told to its CPO, which answers at once.

Spec: 2.3.0 mod_sessions, PUT method of the Sender Interface (charging preferences); case C-130.
"""

from http import HTTPStatus

from emsp_adapter.charging.wanted import Prefer
from emsp_adapter.commands.places import Places
from emsp_adapter.errands.way import Ways
from ocpi.client import sessions
from ocpi.client.lines import Lines
from ocpi.errors import InvalidParameters, Rejected
from schemas.translation.context import Context
from schemas.v2_3_0.enums import ChargingPreferencesResponse


class Preferences:
    def __init__(self, *, places: Places, ways: Ways, lines: Lines) -> None:
        self._places = places
        self._ways = ways
        self._lines = lines

    async def tell(self, wanted: Prefer) -> ChargingPreferencesResponse:
        """Raises InvalidParameters, also where the EVSE takes no preferences, and DeliveryErrors."""
        cpo = await self._places.of_session(wanted.session_id, wanted.cpo)
        line = self._lines.to(await self._ways.to(cpo), self._ways.routing(cpo))
        try:
            return await sessions.prefer(line, wanted.session_id, wanted.preferences, Context(owner=cpo))
        except Rejected as error:
            if error.http == HTTPStatus.NOT_FOUND:
                raise InvalidParameters(f"no preferences are taken for this session: {error.text}") from error
            raise
