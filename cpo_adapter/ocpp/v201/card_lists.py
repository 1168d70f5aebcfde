"""Lists of cards in the words of 2.x.

Spec: OCPP 2.0.1, C11 (ClearCache), D01 and D02 (SendLocalList, GetLocalListVersion); part 2 appendices,
LocalAuthListCtrlr.
"""

from typing import Final, assert_never

from ocpp.v201 import call, datatypes, enums

from cpo_adapter.ocpp.card_lists import (
    OFF,
    UNKNOWN,
    AboutCards,
    ForgetCards,
    ListedCard,
    ListLimits,
    SetList,
    TellListLimits,
    TellListVersion,
)
from cpo_adapter.ocpp.casing import OcppDataclass
from cpo_adapter.ocpp.framing import Payload
from cpo_adapter.ocpp.v16.reading import dicts, whole
from schemas.codec import Json

_KEEPER: Final = "LocalAuthListCtrlr"
_WANTED: Final = ("Available", "Enabled", "ItemsPerMessage", "BytesPerMessage")


def request(wanted: AboutCards) -> OcppDataclass:
    match wanted:
        case ForgetCards():
            return call.ClearCache()
        case TellListVersion():
            return call.GetLocalListVersion()
        case TellListLimits():
            return call.GetVariables(list(map(_variable, _WANTED)))
        case SetList(version, cards, is_full):
            kind = enums.UpdateEnumType.full if is_full else enums.UpdateEnumType.differential
            return call.SendLocalList(version, kind, [_entry(card) for card in cards] or None)
        case other:
            assert_never(other)


def list_version(payload: Json) -> int:
    told = whole(payload.get("versionNumber")) if isinstance(payload, dict) else None
    return UNKNOWN if told is None else told


def list_limits(payload: Json) -> ListLimits:
    """A variable that is not there says nothing; one that is false says no."""
    told = payload.get("getVariableResult") if isinstance(payload, dict) else None
    values = dict(_read(each) for each in dicts(told) if each.get("attributeStatus") == "Accepted")
    per_message = whole(values.get("ItemsPerMessage"))
    is_off = any(str(values.get(name)).casefold() == "false" for name in ("Available", "Enabled"))
    if per_message is None or is_off:
        return OFF
    size = whole(values.get("BytesPerMessage"))
    return ListLimits(is_on=True, per_message=max(1, per_message), bytes_per_message=size)


def _read(result: Payload) -> tuple[str, Json]:
    variable = result.get("variable")
    name = variable.get("name") if isinstance(variable, dict) else None
    return str(name), result.get("attributeValue")


def _variable(name: str) -> datatypes.GetVariableDataType:
    return datatypes.GetVariableDataType(datatypes.ComponentType(_KEEPER), datatypes.VariableType(name))


def _entry(card: ListedCard) -> datatypes.AuthorizationData:
    """One without an info is taken off the list."""
    token = datatypes.IdTokenType(card.uid, enums.IdTokenEnumType.iso14443)
    if card.is_gone:
        return datatypes.AuthorizationData(token)
    group = datatypes.IdTokenType(card.group, enums.IdTokenEnumType.central) if card.group else None
    accepted = enums.AuthorizationStatusEnumType.accepted
    return datatypes.AuthorizationData(token, datatypes.IdTokenInfoType(accepted, group_id_token=group))
