"""How station messages fare, in numbers: where they were kept, and what waits."""

from enum import StrEnum

from cpo_adapter.keeping.backlog import Backlog
from cpo_adapter.keeping.journal import Journal
from ocpi.process.metrics import Across, Metrics


class Place(StrEnum):
    """NOWHERE: it could not be kept, and was not answered."""

    DATABASE = "database"
    JOURNAL = "journal"
    NOWHERE = "nowhere"


class Counting:
    def __init__(self, metrics: Metrics) -> None:
        kept = metrics.counter(
            "station_messages_total", "Transaction messages of stations, by where they were kept.", ("place",)
        )
        self._kept = {place: kept.labels(place.value) for place in Place}
        self._returned = metrics.counter(
            "station_journal_returned_total", "Records of the journal that the database has taken."
        )
        self._refused = metrics.counter(
            "station_journal_refused_total", "Records of the journal that the database can never take."
        )
        self._late = metrics.counter(
            "station_messages_late_total", "Transaction messages that were understood after their answer."
        )
        self._broken = metrics.counter(
            "station_messages_broken_total", "Transaction messages over which something of ours broke."
        )
        self._bytes = metrics.gauge("station_journal_bytes", "What the journal holds.")
        self._behind = metrics.gauge(
            "stations_behind", "Stations whose messages wait to be understood.", across=Across.SUM
        )

    def kept(self, place: Place) -> None:
        self._kept[place].inc()

    def returned(self, records: int, refused: int) -> None:
        self._returned.inc(records - refused)
        self._refused.inc(refused)

    def late(self) -> None:
        self._late.inc()

    def broken(self) -> None:
        self._broken.inc()

    def stand(self, journal: Journal, backlog: Backlog) -> None:
        self._bytes.set(journal.size)
        self._behind.set(len(backlog))
