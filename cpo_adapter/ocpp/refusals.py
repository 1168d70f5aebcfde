"""Who knocked at the stations' door and was not let in: counted, and the latest remembered for the operator.

In memory, and of many names the latest: whoever writes them down takes a hundred at a time, so that strangers
cannot make us write. A name may be anything, so what is kept of it is short and printable.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Self

from cpo_adapter.ocpp.credentials import Profile, Why
from ocpi.process import logs
from ocpi.process.clock import Clock
from ocpi.process.metrics import Metrics

_log = logs.logger(__name__)

_MOST_NAMES: Final = 1_000
MOST_UNTOLD: Final = 100
_LONGEST_NAME: Final = 64
_LOUD: Final = 10
"""So many refusals of one kind are logged each, then only every hundredth."""


@dataclass(frozen=True, slots=True)
class Knock:
    """`identity` as it was told, made printable; `why`, `address` and `digest` of the last time.

    `digest` is of the password that was shown, if it was one fit for a key.
    """

    identity: str
    why: Why
    address: str
    first_at: datetime
    last_at: datetime
    times: int = 1
    digest: bytes | None = field(default=None, repr=False)

    @property
    def is_adoptable(self) -> bool:
        return self.why is Why.UNKNOWN and self.digest is not None

    def after(self, earlier: Self) -> Self:
        return replace(self, first_at=earlier.first_at, times=earlier.times + self.times)


class _Latest:
    """Of so many names, each counted."""

    def __init__(self, most: int) -> None:
        self.knocks: OrderedDict[str, Knock] = OrderedDict()
        self._most = most

    def add(self, knock: Knock) -> Knock:
        known = self.knocks.pop(knock.identity, None)
        added = self.knocks[knock.identity] = knock.after(known) if known else knock
        if len(self.knocks) > self._most:
            self.knocks.popitem(last=False)
        return added


class Refusals:
    def __init__(self, *, metrics: Metrics, clock: Clock) -> None:
        self._clock = clock
        self._latest = _Latest(_MOST_NAMES)
        self._untold = _Latest(MOST_UNTOLD)
        self._broken = 0
        self._outcomes = metrics.counter(
            "station_handshakes", "Handshakes of stations, by what came of them.", ("outcome",)
        )
        self._tls = metrics.counter(
            "station_tls_failures", "TLS handshakes of stations that failed, by reason.", ("reason",)
        )

    def let_in(self, profile: Profile) -> None:
        self._outcomes.labels(f"profile {int(profile)}").inc()

    def refused(self, identity: str, address: str, why: Why, digest: bytes | None = None) -> None:
        self._outcomes.labels(why.value).inc()
        now = self._clock.now()
        knock = Knock(_printable(identity), why, address, now, now, digest=digest)
        self._untold.add(knock)
        times = self._latest.add(knock).times
        if _is_told(times):
            _log.warning(
                "station refused", station=knock.identity, address=address, why=why.value, times=times
            )

    def broke_tls(self, reason: str) -> None:
        self._tls.labels(reason).inc()
        self._broken += 1
        if _is_told(self._broken):
            _log.warning("TLS handshake of a station failed", reason=reason, times=self._broken)

    def knocks(self) -> Iterator[Knock]:
        """At this process, the latest first."""
        return reversed(self._latest.knocks.values())

    def take_untold(self) -> list[Knock]:
        """What came since this was asked last, counted from then; of too many names the latest."""
        told, self._untold = self._untold, _Latest(MOST_UNTOLD)
        return list(told.knocks.values())

    def forget(self, identity: str) -> None:
        for latest in (self._latest, self._untold):
            latest.knocks.pop(_printable(identity), None)


def _is_told(times: int) -> bool:
    return times <= _LOUD or times % 100 == 0


def _printable(identity: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in identity[:_LONGEST_NAME])
