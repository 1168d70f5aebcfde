"""What operators send about agreements and groups of locations, checked; each mistake with its pointer."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from ocpi.admin.bodies import Party, Request
from ocpi.partners.agreements import Terms
from ocpi.partners.groups import MOST_LOCATIONS
from ocpi.pricing.finding_codes import CODES
from ocpi.wire.interfaces import MODULES
from schemas.kinds import PartyId


def _one_of(known: Collection[str], what: str) -> AfterValidator:
    def check(written: str) -> str:
        if written not in known:
            raise ValueError(f"{what} is one of {', '.join(sorted(known))}")
        return written

    return AfterValidator(check)


Module = Annotated[str, _one_of(MODULES, "a functional module")]
FindingCode = Annotated[str, _one_of(CODES, "the code of a finding")]
Id = Annotated[str, Field(min_length=1, max_length=36)]
GroupName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]


class TermsChange(Request):
    """Of the terms those that are to change. Null for `modules`, `tariffs`, `location_groups`: every one."""

    modules: frozenset[Module] | None = None
    tariffs: frozenset[Id] | None = None
    location_groups: frozenset[GroupName] | None = None
    holds: frozenset[FindingCode] = frozenset()
    is_asked: bool = False

    def applied_to(self, terms: Terms) -> Terms:
        named: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        return replace(terms, **named)


class Pair(Request):
    cpo: Party
    emsp: Party

    @property
    def key(self) -> tuple[PartyId, PartyId]:
        return PartyId.parse(self.cpo), PartyId.parse(self.emsp)


class AgreementOfPair(Pair):
    """Terms that are not named stay as they are; of a new agreement they are the usual ones."""

    first_day: date | None = None
    last_day: date | None = None
    terms: TermsChange = TermsChange()

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise PydanticCustomError("order", "the last day comes before the first")
        return self


class TermsOfPair(Pair):
    terms: TermsChange


class EndOfPair(Pair):
    last_day: date | None = None


class GroupOfLocations(Request):
    locations: Annotated[frozenset[Id], Field(min_length=1, max_length=MOST_LOCATIONS)]
