"""The stations whose messages the session room has not all got, so that newer ones wait their turn."""


class Backlog:
    def __init__(self) -> None:
        self._behind: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._behind)

    def defer(self, station: str) -> None:
        """Another message of the station waits."""
        self._behind[station] = self._behind.get(station, 0) + 1

    def is_behind(self, station: str) -> bool:
        return station in self._behind

    def stations(self) -> list[str]:
        return list(self._behind)

    def mark(self, station: str) -> int:
        """For `caught_up`: to be taken before one looks what is waiting."""
        return self._behind.get(station, 0)

    def caught_up(self, station: str, mark: int) -> None:
        """Nothing was found waiting; unless something was deferred meanwhile, nothing is."""
        if self._behind.get(station) == mark:
            del self._behind[station]
