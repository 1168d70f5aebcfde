"""What is lost or left out while a message is told in another version, until its record is made.

Whatever turns one version into another knows nothing of messages, so it notes its losses with the task that
it runs in. What was noted before a request of ours leaves belongs to that request; what comes after, while
somebody waits for our answer, belongs to that answer. Outside of a request, what is lost of an answer that
was read belongs to the request that it answered.
"""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

MOST: Final = 50


@dataclass(slots=True)
class Notes:
    """`of_sent` are the losses of the request that this task sent last."""

    is_answering: bool
    pending: list[str] = field(default_factory=list)
    of_sent: list[str] | None = None


_notes: ContextVar[Notes | None] = ContextVar("losses", default=None)


def begin() -> Notes:
    """A request is to be answered in this task: what was noted before is not about it."""
    notes = Notes(is_answering=True)
    _notes.set(notes)
    return notes


def note(loss: str, *, is_read: bool = False) -> None:
    """`is_read`: lost of what somebody else said, not of what is told on."""
    notes = _of_this_task()
    losses = notes.pending
    if is_read and not notes.is_answering and notes.of_sent is not None:
        losses = notes.of_sent
    if len(losses) < MOST:
        losses.append(loss)


def leaving() -> list[str]:
    """The losses of the request that leaves now; what is lost of its answer may still be added."""
    notes = _of_this_task()
    losses, notes.pending = notes.pending, []
    notes.of_sent = losses
    return losses


def _of_this_task() -> Notes:
    notes = _notes.get()
    if notes is None:
        notes = Notes(is_answering=False)
        _notes.set(notes)
    return notes
