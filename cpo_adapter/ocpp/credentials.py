"""What a station has to show before it may say anything, and what it showed.

The profile of a station is the least that is enough: a stronger way in is always open to it, a weaker one
never. Every way of being wrong is one to the outside; the operator alone is told which.
Spec: OCPP security whitepaper, 2 (profiles); profile 0 is our word for no authentication at all.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final


class Profile(IntEnum):
    OPEN = 0
    BASIC = 1
    TLS_BASIC = 2
    TLS_CERTIFICATE = 3


class Why(StrEnum):
    """Why a station was not let in."""

    UNKNOWN = "unknown"
    KEY = "key missing or wrong"
    PROFILE = "security profile too low"
    CERTIFICATE = "certificate of somebody else"
    VOID = "certificate revoked or replaced"
    LIMITED = "too many attempts"
    OFTEN = "too many entries"


class Paper(StrEnum):
    """Whose client certificate a station showed."""

    NONE = "none"
    OWN = "own"
    FOREIGN = "foreign"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """`digests` are of every key that is good now.

    `username` stands in its Basic header and `certificate_name` in the CN of its certificate, where they are
    not its identity.
    """

    profile: Profile = Profile.BASIC
    digests: tuple[bytes, ...] = ()
    username: str | None = None
    certificate_name: str | None = None


NOBODY: Final = Credentials(profile=Profile.TLS_CERTIFICATE)
"""Takes the place of an unknown station, so that it is looked at as long as a known one."""


@dataclass(frozen=True, slots=True)
class Shown:
    is_encrypted: bool
    has_key: bool
    paper: Paper

    @property
    def profile(self) -> Profile:
        """The strongest profile that this fulfils."""
        if self.is_encrypted and self.paper is Paper.OWN:
            return Profile.TLS_CERTIFICATE
        if self.has_key:
            return Profile.TLS_BASIC if self.is_encrypted else Profile.BASIC
        return Profile.OPEN


def judged(credentials: Credentials | None, shown: Shown) -> Profile | Why:
    """The profile with which the station is in, or why it is not."""
    if shown.paper is Paper.FOREIGN:
        return Why.CERTIFICATE
    if shown.paper is Paper.VOID:
        return Why.VOID
    if credentials is None:
        return Why.UNKNOWN
    if shown.profile >= credentials.profile:
        return shown.profile
    return Why.PROFILE if shown.has_key or shown.paper is Paper.OWN else Why.KEY
