"""Lists of cards in the words of 1.6.

Spec: OCPP 1.6, 5.4 (ClearCache), 5.8 (GetConfiguration), 5.10 (GetLocalListVersion), 5.15 (SendLocalList),
9.2 (configuration keys of the list).
"""

from typing import Final, assert_never

from ocpp.v16 import call, datatypes, enums

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
from cpo_adapter.ocpp.v16.answers import fitting_tag
from cpo_adapter.ocpp.v16.reading import dicts, whole
from schemas.codec import Json

_IS_ON: Final = "LocalAuthListEnabled"
_MOST: Final = "LocalAuthListMaxLength"
_PER_MESSAGE: Final = "SendLocalListMaxLength"


def request(wanted: AboutCards) -> OcppDataclass:
    match wanted:
        case ForgetCards():
            return call.ClearCache()
        case TellListVersion():
            return call.GetLocalListVersion()
        case TellListLimits():
            return call.GetConfiguration(key=[_IS_ON, _MOST, _PER_MESSAGE])
        case SetList(version, cards, is_full):
            kind = enums.UpdateType.full if is_full else enums.UpdateType.differential
            return call.SendLocalList(version, kind, [_entry(card) for card in cards])
        case other:
            assert_never(other)


def list_version(payload: Json) -> int:
    """UNKNOWN also for what cannot be read."""
    told = whole(payload.get("listVersion")) if isinstance(payload, dict) else None
    return UNKNOWN if told is None else told


def list_limits(payload: Json) -> ListLimits:
    """A station that keeps a list has to know how much of it fits into a message."""
    told = payload.get("configurationKey") if isinstance(payload, dict) else None
    values = {str(each.get("key")): each.get("value") for each in dicts(told)}
    per_message = whole(values.get(_PER_MESSAGE))
    if per_message is None or str(values.get(_IS_ON)).casefold() != "true":
        return OFF
    return ListLimits(is_on=True, per_message=max(1, per_message), most=whole(values.get(_MOST)))


def _entry(card: ListedCard) -> datatypes.AuthorizationData:
    """One without an info is taken off the list."""
    if card.is_gone:
        return datatypes.AuthorizationData(card.uid)
    group = fitting_tag(card.group) if card.group else None
    info = datatypes.IdTagInfo(enums.AuthorizationStatus.accepted, parent_id_tag=group)
    return datatypes.AuthorizationData(card.uid, info)
