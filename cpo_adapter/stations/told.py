"""What a station made of a change to its key or profile."""

from dataclasses import dataclass

from cpo_adapter.ocpp.intents import Outcome


@dataclass(frozen=True, slots=True)
class Told:
    """No outcome: it did not answer with one, for `reason`."""

    outcome: Outcome | None
    reason: str = ""

    @property
    def is_accepted(self) -> bool:
        return self.outcome is Outcome.ACCEPTED
