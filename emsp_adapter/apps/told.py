"""What the API tells of commands and sessions, as models that the OpenAPI document shows. Pure."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import reduce
from typing import Any, Final

from pydantic import BaseModel

from emsp_adapter.apps.values import Exact
from emsp_adapter.errands.model import Errand, State, Word
from ocpi.objects.record import Record
from schemas import codec
from schemas.numbers import EXACT
from schemas.types import Price
from schemas.v2_3_0.enums import SessionStatus
from schemas.v2_3_0.sessions import Session

_NOT_TOLD: Final = frozenset({"token_uid", "token_type", "api_key"})


class Text(BaseModel):
    language: str
    text: str


class WordTold(BaseModel):
    """What the CPO said, in the words of OCPI, and when; `messages` are for people."""

    result: str
    at: datetime
    messages: list[Text]


class CommandTold(BaseModel):
    """Something that a CPO was asked to do. It is final in REFUSED, FAILED, DONE and CANCELED; a result that
    comes late turns TIMED_OUT into DONE. `about` names what was asked for, `sessions` what it led to.
    """

    id: str
    action: str
    cpo: str
    about: dict[str, str]
    state: State
    asked_at: datetime
    deadline: datetime
    response: WordTold | None
    result: WordTold | None
    is_late: bool
    cancellation: WordTold | None
    trouble: str | None
    sessions: list[str]


class CostTold(BaseModel):
    """`after_taxes` is null where the CPO tells no taxes."""

    before_taxes: Exact
    after_taxes: Exact | None


class SessionTold(BaseModel):
    """A session as its CPO told last. Costs are its estimate; the bill is a CDR."""

    cpo: str
    id: str
    status: SessionStatus
    start_date_time: datetime
    end_date_time: datetime | None
    kwh: Exact
    currency: str
    total_cost: CostTold | None
    location_id: str
    evse_uid: str
    connector_id: str
    contract_id: str
    authorization_reference: str | None
    last_updated: datetime


def command_told(errand: Errand) -> CommandTold:
    return CommandTold(
        id=errand.id,
        action=errand.action,
        cpo=str(errand.cpo),
        about={name: value for name, value in errand.about.items() if name not in _NOT_TOLD},
        state=errand.state,
        asked_at=errand.asked_at,
        deadline=errand.deadline,
        response=_word(errand.response),
        result=_word(errand.result),
        is_late=errand.is_late,
        cancellation=_word(errand.cancellation),
        trouble=errand.trouble,
        sessions=list(errand.sessions),
    )


def session_told(record: Record) -> SessionTold:
    session = Session.model_validate(record.value())
    kept = set(SessionTold.model_fields) - {"cpo", "total_cost", "contract_id"}
    return SessionTold(
        cpo=str(record.key.owner),
        contract_id=session.cdr_token.contract_id,
        total_cost=None if session.total_cost is None else cost_told(session.total_cost),
        **{name: getattr(session, name) for name in kept},
    )


def cost_told(price: Price) -> CostTold:
    after = added(price.before_taxes, *(tax.amount for tax in price.taxes)) if price.taxes else None
    return CostTold(before_taxes=price.before_taxes, after_taxes=after)


def added(*amounts: Decimal) -> Decimal:
    """To the last digit."""
    return reduce(EXACT.add, amounts, Decimal(0))


def _word(word: Word | None) -> WordTold | None:
    if word is None:
        return None
    value = codec.decode(word.body)
    messages = value.get("message", ()) if isinstance(value, dict) else ()
    return WordTold(result=word.value, at=word.at, messages=_texts(messages))


def _texts(messages: Any) -> list[Text]:
    told = messages if isinstance(messages, list) else []
    return [Text(language=each["language"], text=each["text"]) for each in told if isinstance(each, Mapping)]
