"""What comes of what is remarkable about a question: a warning, a refusal, or nothing. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from emsp_adapter.authorization.velocity import Speed
from emsp_adapter.contracts.verdict import Reason, Verdict


class Act(StrEnum):
    IGNORE = "IGNORE"
    WARN = "WARN"
    REFUSE = "REFUSE"


@dataclass(frozen=True, slots=True)
class Policy:
    """What `acts` does not name is a warning."""

    acts: Mapping[Reason, Act]
    speed: Speed

    def weigh(self, verdict: Verdict, remarks: Iterable[Reason]) -> Verdict:
        """A refusal keeps its reason; what else was found is remembered beside it."""
        by_act: dict[Act, list[Reason]] = {act: [] for act in Act}
        for remark in remarks:
            by_act[self.acts.get(remark, Act.WARN)].append(remark)
        refusing = by_act[Act.REFUSE]
        reason = verdict.reason or next(iter(refusing), None)
        further = [each for each in refusing if each is not reason]
        return Verdict(reason, (*verdict.warnings, *further, *by_act[Act.WARN]))

    @property
    def watches_cards(self) -> bool:
        watched = (Reason.TOO_OFTEN, Reason.TOO_FAR)
        return any(self.acts.get(each, Act.WARN) is not Act.IGNORE for each in watched)
