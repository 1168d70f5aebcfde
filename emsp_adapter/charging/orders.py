"""From what the back office wants of a session to what its CPO is asked.

Spec: 2.3.0 mod_charging_profiles, Receiver Interface: GET, PUT, DELETE.
"""

from functools import partial
from typing import assert_never

from emsp_adapter.charging.wanted import ClearProfile, GetProfile, SetProfile, Wanted
from emsp_adapter.commands.places import Places
from emsp_adapter.errands.actions import (
    CLEAR_PROFILE,
    GET_PROFILE,
    SET_PROFILE,
    Action,
    Order,
    Question,
)
from schemas.v2_3_0.charging_profiles import ChargingProfile, SetChargingProfile


class ProfileOrders:
    def __init__(self, places: Places) -> None:
        self._places = places

    async def of(self, wanted: Wanted) -> Order:
        """Raises InvalidParameters where it is not known whose session that is."""
        path = (wanted.session_id,)
        match wanted:
            case SetProfile():
                return await self._order(wanted, SET_PROFILE, partial(_set, path, wanted.profile))
            case GetProfile():
                return await self._order(wanted, GET_PROFILE, partial(_get, path, wanted.duration))
            case ClearProfile():
                return await self._order(wanted, CLEAR_PROFILE, partial(_clear, path))
            case other:
                assert_never(other)

    async def _order(self, wanted: Wanted, action: Action, asks: "partial[Question]") -> Order:
        cpo = await self._places.of_session(wanted.session_id, wanted.cpo)
        return Order(action=action, cpo=cpo, about={"session_id": wanted.session_id}, asks=asks)


def _set(path: tuple[str, ...], profile: ChargingProfile, response_url: str) -> Question:
    body = SetChargingProfile(charging_profile=profile, response_url=response_url)
    return Question(method="PUT", path=path, body=body)


def _get(path: tuple[str, ...], duration_s: int, response_url: str) -> Question:
    return Question(
        method="GET", path=path, query={"duration": str(duration_s), "response_url": response_url}
    )


def _clear(path: tuple[str, ...], response_url: str) -> Question:
    return Question(method="DELETE", path=path, query={"response_url": response_url})
