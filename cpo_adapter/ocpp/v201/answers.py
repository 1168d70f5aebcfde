"""How 2.x spells what the rooms answer of a card.

Spec: OCPP 2.0.1, type IdTokenInfoType.
"""

from ocpp.v201.datatypes import IdTokenInfoType, IdTokenType
from ocpp.v201.enums import AuthorizationStatusEnumType, IdTokenEnumType

from cpo_adapter.ocpp.rooms import CardAnswer, CardStatus
from cpo_adapter.ocpp.v16.answers import instant

NO_CARD = CardAnswer(CardStatus.INVALID)
"""What is said of an identification that no issuer can be asked about."""

NO_CARD_NEEDED = CardAnswer(CardStatus.ACCEPTED)


def id_token_info(card: CardAnswer) -> IdTokenInfoType:
    return IdTokenInfoType(
        status=AuthorizationStatusEnumType(card.status.value),
        cache_expiry_date_time=instant(card.expires) if card.expires else None,
        group_id_token=IdTokenType(card.group, IdTokenEnumType.central) if card.group else None,
    )
