"""The chargingprofiles module as its sender: results, and profiles that CPOs tell of their own accord.

A profile is taken of sessions of ours alone: those that their CPO told us of, or that we asked it about.
Spec: 2.3.0 mod_charging_profiles, Sender Interface; case C-128.
"""

from emsp_adapter.charging.active import ActiveProfiles
from emsp_adapter.errands.actions import CHARGING_PROFILES
from emsp_adapter.errands.desk import Desk
from emsp_adapter.errands.interface import RESULTS
from emsp_adapter.errands.store import ErrandStore
from ocpi.errors import UnknownObject
from ocpi.objects.kinds import checked_id
from ocpi.objects.store import ObjectStore
from ocpi.server.call import Answer, Call, Interface, Route
from ocpi.server.parties import PartyChecks
from ocpi.wire.interfaces import Side
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.v2_3_0.charging_profiles import ActiveChargingProfile, ActiveChargingProfileResult
from schemas.v2_3_0.enums import VersionNumber


class ProfileInterface:
    def __init__(
        self,
        *,
        desk: Desk,
        errands: ErrandStore,
        active: ActiveProfiles,
        store: ObjectStore,
        checks: PartyChecks,
    ) -> None:
        self._desk = desk
        self._errands = errands
        self._active = active
        self._store = store
        self._checks = checks

    def interface(self) -> Interface:
        """Results are read in `desk`: they may come with an envelope."""
        routes = (
            Route("POST", RESULTS, self._result),
            Route("PUT", "/{session_id}", self._put, asks=ActiveChargingProfile),
        )
        return Interface(CHARGING_PROFILES, Side.SENDER, routes, since=VersionNumber.V2_2_1)

    async def _result(self, call: Call) -> Answer:
        errand, result = await self._desk.result(call)
        if isinstance(result, ActiveChargingProfileResult) and result.profile is not None:
            await self._active.keep(errand.cpo, errand.about["session_id"], result.profile)
        return Answer()

    async def _put(self, call: Call) -> Answer:
        profile = ActiveChargingProfile.model_validate(call.json_object())
        cpo = self._checks.sender(call)
        session_id = checked_id(call.path["session_id"], "")
        if not await self._is_ours(cpo, session_id):
            raise UnknownObject(f"there is no session {session_id!r} of {cpo}")
        await self._active.keep(cpo, session_id, profile)
        return Answer()

    async def _is_ours(self, cpo: PartyId, session_id: str) -> bool:
        held = await self._store.get(ObjectKey(ObjectKind.SESSION, cpo, session_id))
        if held is not None:
            return not held.deleted
        asked = {"cpo": str(cpo), "module": CHARGING_PROFILES, "about.session_id": session_id}
        return bool(await self._errands.newest(asked, 1))
