"""A message as it came, before anybody tries to understand it."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RawMessage:
    """`version` is the subprotocol that it was said in; `message_id` is the station's own."""

    station: str
    version: str
    action: str
    message_id: str
    frame: str = field(repr=False)
    heard_at: datetime
