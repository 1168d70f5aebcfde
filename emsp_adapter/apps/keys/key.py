"""What a key of the API opens, and for whom. Pure.

A key of an app lies in many pockets, so it never has the scopes in OFFICE_ONLY, whatever was written for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from ocpi.wire.contract_id import bare


class Scope(StrEnum):
    LOCATIONS_READ = "locations:read"
    SESSIONS_READ = "sessions:read"
    SESSIONS_WRITE = "sessions:write"
    CDRS_READ = "cdrs:read"
    WEBHOOKS_MANAGE = "webhooks:manage"
    SUPPORT = "support"


class Kind(StrEnum):
    """Who holds the key: drivers, or people at a desk."""

    APP = "APP"
    BACK_OFFICE = "BACK_OFFICE"


OFFICE_ONLY: Final = frozenset({Scope.SUPPORT, Scope.WEBHOOKS_MANAGE})
UNBOUND_ONLY: Final = frozenset({Scope.SUPPORT, Scope.WEBHOOKS_MANAGE})
"""What these do is done to everybody's charging."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Whose charging a key is about: bare contract ids, or everybody's (None)."""

    contracts: frozenset[str] | None = None

    @classmethod
    def to(cls, contracts: Iterable[str]) -> "Bound":
        return cls(frozenset(bare(each) for each in contracts))

    def within(self, other: "Bound") -> "Bound":
        """What is in both."""
        if self.contracts is None or other.contracts is None:
            return other if self.contracts is None else self
        return Bound(self.contracts & other.contracts)

    def has(self, contract_id: str | None) -> bool:
        if self.contracts is None:
            return True
        return contract_id is not None and bare(contract_id) in self.contracts


EVERYBODY: Final = Bound()


@dataclass(frozen=True, slots=True)
class Key:
    """`per_minute` is how many requests it may make; `drivers` are references of the back office."""

    name: str
    kind: Kind
    scopes: frozenset[Scope]
    contracts: tuple[str, ...] | None = None
    drivers: tuple[str, ...] | None = None
    expires_at: datetime | None = None
    per_minute: int | None = None

    @property
    def is_bound(self) -> bool:
        return self.contracts is not None or self.drivers is not None

    @property
    def opens(self) -> frozenset[Scope]:
        closed: frozenset[Scope] = frozenset()
        if self.kind is Kind.APP:
            closed |= OFFICE_ONLY
        if self.is_bound:
            closed |= UNBOUND_ONLY
        return self.scopes - closed
