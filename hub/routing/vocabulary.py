"""What can be asked of each side of each module, and of which kind are its body and its answer.

The routes of the hub are made of this table, so what is not in it is answered by 404 or 405. Where partners
of two versions meet, the kinds say what has to be told in the other one; a message without kinds says the
same in every version that has it. What is pushed is kept, and its versions are the store's affair.
Spec: 2.3.0, Interfaces and endpoints of each module.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, TypeAlias

from ocpi.objects.kinds import CHANGES, MODELS
from ocpi.server.call import Call
from ocpi.versions.known import CANONICAL, OLDEST
from ocpi.wire.interfaces import Side
from schemas.base import OcpiModel
from schemas.kinds import ObjectKind
from schemas.v2_3_0 import charging_profiles as profiles
from schemas.v2_3_0 import commands
from schemas.v2_3_0.enums import CommandType, VersionNumber
from schemas.v2_3_0.evses import EVSE, Connector
from schemas.v2_3_0.sessions import ChargingPreferences
from schemas.v2_3_0.tokens import AuthorizationInfo, LocationReferences

Kind: TypeAlias = type[OcpiModel]


@dataclass(frozen=True, slots=True)
class Message:
    """`asks` is the kind of the body, `answers` that of the data, or of its members where it is a list.

    `since` and `until` are the versions that have it, among those that have its module.
    """

    method: str
    path: str
    asks: Kind | None = None
    answers: Kind | None = None
    since: VersionNumber = OLDEST
    until: VersionNumber = CANONICAL

    @property
    def names(self) -> tuple[str, ...]:
        """Of the segments that are not fixed."""
        return tuple(_NAME.findall(self.path))


@dataclass(frozen=True, slots=True)
class Module:
    """The messages of its two sides."""

    sender: Sequence[Message]
    receiver: Sequence[Message]

    def messages(self, side: Side) -> Sequence[Message]:
        return self.sender if side is Side.SENDER else self.receiver


class UnlistedCommand(OcpiModel):
    """A command of somebody's own: 2.3.0 leaves the list open, older versions do not."""


COMMANDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        CommandType.CANCEL_RESERVATION: commands.CancelReservation,
        CommandType.RESERVE_NOW: commands.ReserveNow,
        CommandType.START_SESSION: commands.StartSession,
        CommandType.STOP_SESSION: commands.StopSession,
        CommandType.UNLOCK_CONNECTOR: commands.UnlockConnector,
    }
)
_NAME: Final = re.compile(r"{(\w+)}")
_OBJECT: Final = "/{country_code}/{party_id}/{id}"


def _inside(path: str, kind: ObjectKind) -> Iterator[tuple[str, Kind]]:
    """An object and, of a location, its parts."""
    yield path, MODELS[kind]
    if kind is ObjectKind.LOCATION:
        yield path + "/{evse_uid}", EVSE
        yield path + "/{evse_uid}/{connector_id}", Connector


def _held(kind: ObjectKind, *more: Message) -> Module:
    """Objects that are pushed to the receiver and listed by the sender. A bill is read by its seal alone."""
    if kind is ObjectKind.CDR:
        changes = [Message("POST", "")]
        shown = [Message("GET", path, answers=MODELS[kind]) for path in (_OBJECT, _OBJECT + "/{seal}")]
    else:
        paths = [path for path, _ in _inside(_OBJECT, kind)]
        changes = [Message(method, path) for path in paths for method in sorted(CHANGES[kind])]
        shown = [Message("GET", path, answers=part) for path, part in _inside(_OBJECT, kind)]
    if kind is ObjectKind.TARIFF:
        changes.append(Message("PATCH", _OBJECT, until=OLDEST))
    return Module([Message("GET", "", answers=MODELS[kind]), *more], [*shown, *changes])


def _read_only(path: str) -> list[Message]:
    return [Message("GET", path), Message("GET", path + "/{id}")]


_PLACES: Final = [Message("GET", path, answers=kind) for path, kind in _inside("/{id}", ObjectKind.LOCATION)]
_PREFERENCES: Final = Message(
    "PUT", "/{session_id}/charging_preferences", asks=ChargingPreferences, since=VersionNumber.V2_2_1
)
_AUTHORIZE: Final = Message("POST", "/{uid}/authorize", asks=LocationReferences, answers=AuthorizationInfo)
_TERMINAL: Final = "/terminals/{id}"
_CAPTURED: Final = "/financial-advice-confirmations"

MODULES: Final[Mapping[str, Module]] = MappingProxyType(
    {
        "locations": _held(ObjectKind.LOCATION, *_PLACES),
        "sessions": _held(ObjectKind.SESSION, _PREFERENCES),
        "cdrs": _held(ObjectKind.CDR),
        "tariffs": _held(ObjectKind.TARIFF),
        "tokens": _held(ObjectKind.TOKEN, _AUTHORIZE),
        "commands": Module(
            sender=[Message("POST", "/{command}/{result}")],
            receiver=[Message("POST", "/{command}", answers=commands.CommandResponse)],
        ),
        "chargingprofiles": Module(
            sender=[
                Message("POST", "/{id}"),
                Message("PUT", "/{id}", asks=profiles.ActiveChargingProfile),
            ],
            receiver=[
                Message("GET", "/{id}", answers=profiles.ChargingProfileResponse),
                Message(
                    "PUT",
                    "/{id}",
                    asks=profiles.SetChargingProfile,
                    answers=profiles.ChargingProfileResponse,
                ),
                Message("DELETE", "/{id}", answers=profiles.ChargingProfileResponse),
            ],
        ),
        "invoicereconciliation": Module(
            sender=[Message("GET", "")],
            receiver=[
                Message("POST", ""),
                *(Message(method, _OBJECT) for method in ("GET", "PUT", "DELETE")),
            ],
        ),
        "payments": Module(
            sender=[
                Message("POST", "/terminals/activate"),
                Message("POST", _TERMINAL + "/deactivate"),
                *_read_only("/terminals"),
                *(Message(method, _TERMINAL) for method in ("PUT", "PATCH")),
                *_read_only(_CAPTURED),
            ],
            receiver=[
                Message("GET", _TERMINAL),
                Message("POST", "/terminals"),
                Message("GET", _CAPTURED + "/{id}"),
                Message("POST", _CAPTURED),
            ],
        ),
    }
)
_SAID: Final[Mapping[tuple[str, Side, str, tuple[str, ...]], Message]] = MappingProxyType(
    {
        (name, side, each.method, each.names): each
        for name, module in MODULES.items()
        for side in Side
        for each in module.messages(side)
    }
)


def message_of(call: Call) -> Message:
    """What a routed request says."""
    message = _SAID[call.module, call.side, call.method, tuple(call.path)]
    if call.module == "commands" and call.side is Side.RECEIVER:
        return replace(message, asks=COMMANDS.get(call.path["command"], UnlistedCommand))
    return message
