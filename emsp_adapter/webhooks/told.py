"""Webhooks as they are told, over the API and to the operator alike; secrets stand in one answer only."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from emsp_adapter.webhooks.endpoint import Disabled, Endpoint
from emsp_adapter.webhooks.event import EventType
from emsp_adapter.webhooks.messages import State
from emsp_adapter.webhooks.office import Made
from ocpi.process.mongo import Document


class WebhookTold(BaseModel):
    """`events` empty: of all. `disabled`: why nothing is sent. `failing_since`: nothing has arrived since."""

    id: str
    url: str
    events: list[EventType]
    description: str
    disabled: Disabled | None
    failing_since: datetime | None
    created_at: datetime


class WebhooksTold(BaseModel):
    webhooks: list[WebhookTold]


class WebhookMade(BaseModel):
    """`secret` is told once, here. It signs from now on."""

    webhook: WebhookTold
    secret: str


class AttemptTold(BaseModel):
    """`status` of null: no answer came, and `trouble` says why."""

    at: datetime
    status: int | None
    trouble: str | None
    took_ms: int


class MessageTold(BaseModel):
    """`due_at`: of one that is due, the next attempt."""

    id: str
    type: EventType
    state: State
    created_at: datetime
    due_at: datetime | None
    attempts: list[AttemptTold]


class MessagesTold(BaseModel):
    """`next` is the cursor of the next page, if there is one."""

    messages: list[MessageTold]
    next: str | None


class MessageSent(BaseModel):
    id: str


def webhook_told(endpoint: Endpoint) -> WebhookTold:
    return WebhookTold(
        id=endpoint.id,
        url=endpoint.url,
        events=sorted(endpoint.events),
        description=endpoint.description,
        disabled=endpoint.disabled,
        failing_since=endpoint.failing_since,
        created_at=endpoint.created_at,
    )


def made_told(made: Made) -> WebhookMade:
    return WebhookMade(webhook=webhook_told(made.endpoint), secret=made.secret)


def message_told(document: Document) -> MessageTold:
    attempts: list[dict[str, Any]] = document["attempts"]
    return MessageTold(
        id=document["message"],
        type=EventType(document["type"]),
        state=State(document["state"]),
        created_at=document["created_at"],
        due_at=document["due_at"] if document["state"] == State.DUE else None,
        attempts=[AttemptTold(**each) for each in attempts],
    )
