"""What is sent to manage webhooks, as it is checked."""

from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from emsp_adapter.apps.operation import Body, Parameters
from emsp_adapter.apps.values import WHOLE, Limit
from emsp_adapter.webhooks.event import EventType
from emsp_adapter.webhooks.messages import State


def _subscribed(written: EventType) -> EventType:
    if written is EventType.TEST:
        raise ValueError("a test is sent when it is asked for: nobody subscribes to it")
    return written


_NAMES = sorted(each.value for each in EventType if each is not EventType.TEST)
EndpointId = Annotated[str, Field(pattern="^ep_[0-9a-f]{24}$")]
MessageId = Annotated[str, Field(pattern="^msg_[0-9a-f]{32}$")]
Subscribed = Annotated[
    EventType,
    Field(strict=False),
    AfterValidator(_subscribed),
    WithJsonSchema({"type": "string", "enum": _NAMES}),
]
Events = Annotated[list[Subscribed], Field(max_length=20)]
Url = Annotated[
    str,
    Field(
        max_length=2000,
        pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[!-~]*)?$",
        examples=["https://hooks.example/passerelle"],
    ),
]
Description = Annotated[str, Field(max_length=200)]
MOST_OVERLAP_H = 168


class Making(Body):
    """`events` empty or absent: of all."""

    url: Url
    events: Events = Field(default_factory=list)
    description: Description = ""


class Changing(Body):
    """What is absent stays as it is."""

    url: Url | None = None
    events: Events | None = None
    description: Description | None = None
    enabled: bool | None = None


class Rotating(Body):
    """For so long messages bear a signature with the secret before, too."""

    overlap_hours: Annotated[int, Field(ge=0, le=MOST_OVERLAP_H), WHOLE] = 24


class OfWebhook(Parameters):
    id: EndpointId


class OfMessage(OfWebhook):
    message_id: MessageId


class Listing(Parameters):
    """The newest first."""

    state: State | None = None
    limit: Limit = 50
    cursor: Annotated[str, Field(max_length=100, pattern=r"^[0-9]{1,16}-msg_[0-9a-f]{32}$")] | None = None
