"""Who knocked at the stations' door and was not let in: counted, and the latest remembered for the operator.

In memory alone: strangers shall not be able to make us write. A name may be anything, so what is kept of it
is short and printable.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from cpo_adapter.ocpp.credentials import Profile, Why
from ocpi.process import logs
from ocpi.process.clock import Clock
from ocpi.process.metrics import Metrics

_log = logs.logger(__name__)

_MOST_NAMES: Final = 1_000
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


class Refusals:
    def __init__(self, *, metrics: Metrics, clock: Clock) -> None:
        self._clock = clock
        self._knocks: OrderedDict[str, Knock] = OrderedDict()
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
        knock = self._remember(_printable(identity), address, why, digest)
        if _is_told(knock.times):
            _log.warning(
                "station refused", station=knock.identity, address=address, why=why.value, times=knock.times
            )

    def broke_tls(self, reason: str) -> None:
        self._tls.labels(reason).inc()
        self._broken += 1
        if _is_told(self._broken):
            _log.warning("TLS handshake of a station failed", reason=reason, times=self._broken)

    def knocks(self) -> Iterator[Knock]:
        """The latest first."""
        return reversed(self._knocks.values())

    def knock(self, identity: str) -> Knock | None:
        """Of whoever knocked under exactly that name."""
        return self._knocks.get(identity)

    def forget(self, identity: str) -> None:
        self._knocks.pop(_printable(identity), None)

    def _remember(self, identity: str, address: str, why: Why, digest: bytes | None) -> Knock:
        now = self._clock.now()
        known = self._knocks.pop(identity, None)
        if known is None:
            knock = Knock(identity, why, address, now, now, digest=digest)
        else:
            times = known.times + 1
            knock = replace(known, why=why, address=address, last_at=now, times=times, digest=digest)
        self._knocks[identity] = knock
        if len(self._knocks) > _MOST_NAMES:
            self._knocks.popitem(last=False)
        return knock


def _is_told(times: int) -> bool:
    return times <= _LOUD or times % 100 == 0


def _printable(identity: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in identity[:_LONGEST_NAME])
