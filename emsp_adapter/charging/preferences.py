"""What the driver wants of a session, told to its CPO, which answers at once.

Spec: 2.3.0 mod_sessions, PUT method of the Sender Interface (charging preferences); case C-130.
"""

from http import HTTPStatus

from emsp_adapter.charging.wanted import Prefer
from emsp_adapter.commands.places import Places
from emsp_adapter.errands.way import Ways
from ocpi.client.asking import Asker, Question
from ocpi.errors import InvalidParameters, Rejected, Unreadable
from ocpi.wire.interfaces import Side
from schemas.v2_3_0.enums import ChargingPreferencesResponse, VersionNumber


class Preferences:
    def __init__(self, *, places: Places, ways: Ways, asker: Asker) -> None:
        self._places = places
        self._ways = ways
        self._asker = asker

    async def tell(self, wanted: Prefer) -> ChargingPreferencesResponse:
        """Raises InvalidParameters, also where the EVSE takes no preferences, and DeliveryErrors."""
        cpo = await self._places.of_session(wanted.session_id, wanted.cpo)
        partner = await self._ways.to(cpo)
        question = Question(
            method="PUT",
            module="sessions",
            side=Side.SENDER,
            path=(wanted.session_id, "charging_preferences"),
            routing=self._ways.routing(cpo),
            body=wanted.preferences,
            since=VersionNumber.V2_2_1,
        )
        outgoing = self._asker.prepared(partner, question, self._ways.context(partner))
        try:
            return _read(await self._asker.data(outgoing))
        except Rejected as error:
            if error.http == HTTPStatus.NOT_FOUND:
                raise InvalidParameters(f"no preferences are taken for this session: {error.text}") from error
            raise


def _read(data: object) -> ChargingPreferencesResponse:
    if not isinstance(data, str) or data not in set(ChargingPreferencesResponse):
        raise Unreadable(f"a ChargingPreferencesResponse is expected, not {str(data)[:40]!r}")
    return ChargingPreferencesResponse(data)
