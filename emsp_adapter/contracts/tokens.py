"""What CPOs are told of a card: its Token, made of the card and its contract. Pure.

A card of a contract that is not active is not valid, whatever it says itself; what it leaves open its
contract says. A card without a contract on record stands for itself.
Spec: 2.3.0 mod_tokens, Token object.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from emsp_adapter.contracts.cards import Card, Issuer, KeptCard
from emsp_adapter.contracts.contract import Contract, ContractState
from ocpi.objects.record import Record
from schemas import codec
from schemas.kinds import ObjectKey, PartyId
from schemas.times import datetime_text
from schemas.v2_3_0.enums import WhitelistType

_SECOND: Final = timedelta(seconds=1)


def token_key(party: PartyId, card: Card) -> ObjectKey:
    return ObjectKey.of_token(party, card.uid, card.type.value)


def token_of(kept: KeptCard, contract: Contract | None, issuer: Issuer) -> dict[str, Any]:
    """As it goes over the wire, but for its last_updated."""
    card = kept.card
    terms = contract or _NONE
    told = {
        "country_code": issuer.party.country_code,
        "party_id": issuer.party.party_id,
        "uid": card.uid,
        "type": card.type.value,
        "contract_id": card.contract_id,
        "visual_number": card.visual_number,
        "issuer": card.issuer or issuer.name,
        "group_id": card.group_id or terms.group_id,
        "valid": kept.is_good and terms.state is ContractState.ACTIVE,
        "whitelist": (card.whitelist or terms.whitelist).value,
        "language": card.language or terms.language,
        "default_profile_type": card.default_profile_type and card.default_profile_type.value,
        "energy_contract": _energy(card),
    }
    return {name: value for name, value in told.items() if value is not None}


def changed_record(
    token: Mapping[str, Any], held: Record | None, key: ObjectKey, now: datetime
) -> Record | None:
    """None if the token that is held says the same; what is changed is always the later one.

    In whole seconds, which is all that 2.1.1 has: of two changes in one second its receivers see two. Never
    below `now`, so that nobody who pulls what has changed since then misses it.
    """
    if held is None:
        at = _whole(now)
    elif not held.deleted and _content(held) == token:
        return None
    else:
        at = max(_whole(now), _whole(held.last_updated) + _SECOND)
    return Record(key, at, codec.encode({**token, "last_updated": _text(at)}))


_text = lru_cache(maxsize=16)(datetime_text)
"""A file's worth of cards changes at the same instant."""


def _whole(at: datetime) -> datetime:
    return at if not at.microsecond else at.replace(microsecond=0) + _SECOND


def _content(held: Record) -> dict[str, Any]:
    return {name: value for name, value in held.value().items() if name != "last_updated"}


def _energy(card: Card) -> dict[str, str] | None:
    if card.energy_supplier is None:
        return None
    contract = {} if card.energy_contract_id is None else {"contract_id": card.energy_contract_id}
    return {"supplier_name": card.energy_supplier, **contract}


_NONE: Final = Contract(contract_id="none", whitelist=WhitelistType.NEVER)
