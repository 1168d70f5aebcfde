"""How partners deviate from the specification: each deviation has a name, and a reason to have one.

An operator gives a partner the quirks that it needs; what its version makes usual is there already. Where
indulgence costs nothing nobody has to ask for it, so there is no quirk for: any spelling of a token that is
shown to us, results inside of an envelope, one object inside of a list, 200 for 201, HTTP 404 or status 2004
alone for an unknown token, dates of any spelling, a limit that is not heeded, a Link that is relative or says
http where the list was read by https.
Spec: 2.3.0 transport_and_format; types, DateTime; 2.1.1 transport_and_format, Authorization header.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from schemas.v2_3_0.enums import VersionNumber


class Quirk(StrEnum):
    """The reason stands beside each name in `REASONS`."""

    RAW_TOKEN = "raw_token"  # noqa: S105 - the name of a spelling
    BASE64_TOKEN = "base64_token"  # noqa: S105
    NEWLINE_TOKEN = "newline_token"  # noqa: S105
    TRAILING_SLASH = "trailing_slash"
    ENVELOPED_RESULTS = "enveloped_results"
    DATES_WITHOUT_ZONE = "dates_without_zone"
    DATES_WITH_OFFSET = "dates_with_offset"
    WHOLE_SECONDS = "whole_seconds"
    NULLS_TOLD = "nulls_told"
    NO_TOKEN_TYPE = "no_token_type"  # noqa: S105
    TYPE_AS_TOKEN_TYPE = "type_as_token_type"  # noqa: S105
    INNER_LINKS = "inner_links"
    PAGES_BY_OFFSET = "pages_by_offset"


Quirks = frozenset[Quirk]
NONE: Final[Quirks] = frozenset()

REASONS: Final[Mapping[Quirk, str]] = MappingProxyType(
    {
        Quirk.RAW_TOKEN: "It reads the token as it is: specified so in 2.1.1, and kept by many who "
        "began there (ENAPI has a switch for it, elumobility/ocpi-python takes both).",
        Quirk.BASE64_TOKEN: "It reads Base64 in 2.1.1 already, because one code serves all of its versions "
        "(as extrawest-ocpi and elumobility/ocpi-python do).",
        Quirk.NEWLINE_TOKEN: "It compares with Base64 of the token and a line feed, which is what the "
        "specification's sample decodes to.",
        Quirk.TRAILING_SLASH: "It redirects URLs that do not end in a slash (extrawest-ocpi and "
        "elumobility/ocpi-python answer 307), and a redirect is not followed.",
        Quirk.ENVELOPED_RESULTS: "It expects results of commands and charging profiles in an envelope, as "
        "all answers of a server are (specification issue 437).",
        Quirk.DATES_WITHOUT_ZONE: "It takes a `Z` for a mistake: the specification lets it be left out, and "
        "parsers of local times stumble over it (specification issue 231).",
        Quirk.DATES_WITH_OFFSET: "Its parser wants `+00:00` in place of `Z` (specification issue 464).",
        Quirk.WHOLE_SECONDS: "It reads no fractions of a second: 2.1.1 has none.",
        Quirk.NULLS_TOLD: "It refuses an object without its optional fields, and takes them as null "
        "(elumobility/ocpi-python: a session without end_date_time is 422).",
        Quirk.NO_TOKEN_TYPE: "It refuses the query parameter `type` of tokens, which 2.1.1 does not have for "
        "pushed tokens and EVtivity does not use.",
        Quirk.TYPE_AS_TOKEN_TYPE: "It calls the query parameter `type` of tokens `token_type`, as a table of "
        "2.1.1, extrawest-ocpi and elumobility/ocpi-python do.",
        Quirk.INNER_LINKS: "The Link to its next page names a host or port behind its proxy, or leaves the "
        "port out (as EVtivity does).",
        Quirk.PAGES_BY_OFFSET: "Its Link is missing or leads nowhere (extrawest-ocpi and "
        "elumobility/ocpi-python on Python 3.11), but it heeds `offset`.",
    }
)
_USUAL: Final[Mapping[VersionNumber, Quirks]] = MappingProxyType(
    {VersionNumber.V2_1_1: frozenset({Quirk.RAW_TOKEN, Quirk.WHOLE_SECONDS})}
)
_EXCLUSIVE: Final = (
    frozenset({Quirk.RAW_TOKEN, Quirk.BASE64_TOKEN, Quirk.NEWLINE_TOKEN}),
    frozenset({Quirk.DATES_WITHOUT_ZONE, Quirk.DATES_WITH_OFFSET}),
    frozenset({Quirk.NO_TOKEN_TYPE, Quirk.TYPE_AS_TOKEN_TYPE}),
    frozenset({Quirk.INNER_LINKS, Quirk.PAGES_BY_OFFSET}),
)


class Contradiction(ValueError):
    """Quirks that cannot be had together."""


def usual(version: VersionNumber) -> Quirks:
    """What partners of a version do unless somebody says otherwise."""
    return _USUAL.get(version, NONE)


def effective(chosen: Quirks, version: VersionNumber) -> Quirks:
    """The chosen ones, and those usual ones that they do not exclude."""
    return added(chosen, usual(version))


def added(chosen: Quirks, more: Quirks) -> Quirks:
    """The chosen ones, and more of them as far as those do not exclude these."""
    return chosen | {each for each in more if not _rivals(each) & chosen}


def checked(chosen: Iterable[Quirk]) -> Quirks:
    """Raises Contradiction."""
    quirks = frozenset(chosen)
    for group in _EXCLUSIVE:
        if len(both := quirks & group) > 1:
            raise Contradiction(f"{' and '.join(sorted(both))} exclude each other")
    return quirks


def _rivals(quirk: Quirk) -> Quirks:
    return frozenset().union(*(group for group in _EXCLUSIVE if quirk in group)) - {quirk}
