"""A higher security profile for a station of 2.x: another way to us, tried before the one that it has.

The old way stays behind the new one, so that a station that cannot go it comes back; once it came by the new
one, the old one is closed here. It takes effect when the station is reset.
Spec: OCPP 2.0.1, A05, B09, B10 (NetworkConfigurationPriority).
"""

from typing import Final

from cpo_adapter.maintenance.asking import Orderly
from cpo_adapter.maintenance.values import settings
from cpo_adapter.ocpp.credentials import Profile
from cpo_adapter.ocpp.intents import NotAsked, Outcome
from cpo_adapter.ocpp.orders import ReadSettings, SetNetworkProfile, WriteSetting
from cpo_adapter.stations.told import Told
from ocpi.registration.named import NotNow

PRIORITY: Final = "OCPPCommCtrlr.NetworkConfigurationPriority"
_OCPP: Final = {"ocpp2.0.1": "OCPP20", "ocpp2.1": "OCPP21"}
_RESET: Final = "it comes by the new profile once it is reset"


class NetworkProfiles:
    def __init__(self, *, orderly: Orderly, url: str) -> None:
        """`url`: where stations connect, without their identity."""
        self._orderly = orderly
        self._url = url

    def are_spoken(self, station: str) -> bool:
        return self._orderly.subprotocol(station) in _OCPP

    def check_fits(self, profile: Profile) -> None:
        """Whether our address is one for it. Raises NotNow."""
        if not self._url.startswith("wss://") and profile >= Profile.TLS_BASIC:
            raise NotNow("stations would be told to connect without TLS: set CPO_STATIONS_URL")

    async def raise_to(self, station: str, profile: Profile) -> Told:
        try:
            return await self._raised(station, profile)
        except NotAsked as error:
            return Told(None, str(error))

    async def _raised(self, station: str, profile: Profile) -> Told:
        told = settings((await self._orderly.order(station, ReadSettings((PRIORITY,)))).told)
        slots = [each.strip() for each in (told.value(PRIORITY) or "1").split(",") if each.strip()]
        slot = "1" if slots[:1] != ["1"] else "2"
        ocpp = _OCPP.get(self._orderly.subprotocol(station) or "", "OCPP20")
        order = SetNetworkProfile(int(slot), self._url, int(profile), ocpp)
        answer = await self._orderly.order(station, order)
        if not answer.is_accepted:
            return Told(Outcome.REJECTED, f"SetNetworkProfile: {answer.status}")
        return await self._put_first(station, slot, [each for each in slots if each != slot])

    async def _put_first(self, station: str, slot: str, others: list[str]) -> Told:
        order = WriteSetting(PRIORITY, ",".join([slot, *others]))
        answer = await self._orderly.order(station, order)
        if not answer.is_accepted:
            return Told(Outcome.REJECTED, f"{PRIORITY}: {answer.status}")
        return Told(Outcome.ACCEPTED, _RESET)
