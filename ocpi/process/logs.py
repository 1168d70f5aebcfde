"""Log lines: one JSON object a line on standard error, one line a fact.

Every line carries its time (UTC, `Z`), level, source (the module) and, inside `correlation(…)`, the id that
follows one exchange across platforms. Lines of libraries go the same way. Card uids and tokens are personal
data or secrets: they appear as `pseudonym(…)`, which stays the same under one key so that a card can be
followed, and tells nothing without it.
"""

import hashlib
import hmac
import logging
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import orjson
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor

from ocpi.process.redaction import Harmless, redact

_correlation_id: ContextVar[str | None] = ContextVar("correlation_id", default=None)


@dataclass(slots=True)
class _PseudonymKey:
    """`name` tells it from others, and nothing else."""

    value: bytes
    name: str = ""

    def __post_init__(self) -> None:
        self.change(self.value)

    def change(self, value: bytes) -> None:
        self.value = value
        self.name = hmac.digest(value, b"key id", hashlib.sha256).hex()[:4]


_pseudonym_key = _PseudonymKey(secrets.token_bytes(32))  # until `configure`: one for this run
_whose: dict[str, int] = {}  # on every line


@dataclass(frozen=True, slots=True)
class Manner:
    """How a process logs: what `configure` is told."""

    level: str
    pseudonym_key: bytes
    worker: int | None


_level = ["INFO"]


def configure(
    level: str = "INFO", *, pseudonym_key: str | bytes | None = None, worker: int | None = None
) -> None:
    """Send this process's log lines, and those of its libraries, to standard error from `level` up.

    Call it once, first thing. Without `pseudonym_key` pseudonyms differ from one run to the next. `worker` is
    the number of this process among several of one service.
    """
    if worker is not None:
        _whose["worker"] = worker
    if pseudonym_key:
        _pseudonym_key.change(pseudonym_key.encode() if isinstance(pseudonym_key, str) else pseudonym_key)
    _level[:] = [level]
    structlog.configure(
        processors=[*_FACTS, structlog.processors.format_exc_info, _redact, _as_json],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    _adopt_the_libraries(level)


def manner() -> Manner:
    """For a child process that shall log as this one does, with the same pseudonyms. It holds the key."""
    return Manner(_level[0], _pseudonym_key.value, _whose.get("worker"))


def logger(name: str) -> FilteringBoundLogger:
    """The logger of a module: `log.info("cdr stored", party=…)`, a fact in past tense and fields."""
    bound: FilteringBoundLogger = structlog.get_logger(source=name)
    return bound


@contextmanager
def correlation(correlation_id: str) -> Iterator[None]:
    """Put `correlation_id` on every line logged inside, by the tasks started inside too."""
    before = _correlation_id.set(correlation_id)
    try:
        yield
    finally:
        _correlation_id.reset(before)


def current_correlation() -> str | None:
    return _correlation_id.get()


def pseudonym(secret_or_uid: str) -> str:
    """A short keyed stand-in for a card uid, contract id or token, safe under any field name of a log line.

    Upper and lower case are the same, as they are for OCPI's CiString. The first four characters name the
    key, so that pseudonyms from before and after a change of key are not taken for two cards.
    """
    uid = secret_or_uid.casefold().encode(errors="surrogatepass")
    digest = hmac.digest(_pseudonym_key.value, b"uid " + uid, hashlib.sha256).hex()[:12]
    return Harmless(f"{_pseudonym_key.name}-{digest}")


def _add_whose(_: object, __: str, event: EventDict) -> EventDict:
    return {**event, **_whose}


def _add_correlation(_: object, __: str, event: EventDict) -> EventDict:
    if (correlation_id := _correlation_id.get()) is not None:
        event.setdefault("correlation_id", correlation_id)
    return event


def _redact(_: object, __: str, event: EventDict) -> EventDict:
    return {name: redact(value, name) for name, value in event.items()}


def _as_json(_: object, __: str, event: EventDict) -> str:
    first = {"time": event.pop("time"), "level": event.pop("level"), "event": event.pop("event")}
    return orjson.dumps({**first, **event}, default=str, option=orjson.OPT_PASSTHROUGH_SUBCLASS).decode()


_FACTS: list[Processor] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    _add_correlation,
    _add_whose,
]


def _adopt_the_libraries(level: str) -> None:
    """Lines of aiohttp, motor and the rest in our format, from a warning up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_FACTS, _add_source],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _redact,
                _as_json,
            ],
        )
    )
    logging.captureWarnings(capture=True)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))


def _add_source(logger: logging.Logger, __: str, event: EventDict) -> EventDict:
    record = event.get("_record")
    event["source"] = record.name if record else logger.name
    return event
