"""Whom a request of ours went to, and for what: found again from its URL and the token that it showed.

Whoever sends need not say it, so nothing that is sent can be forgotten. An address that a partner wrote
itself (of a result, or of a next page) may lie beside its endpoints; then the path tells the module, if
anything does.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias

from yarl import URL

from ocpi.errors import UnknownAddress
from ocpi.partners.directory import Directory
from ocpi.partners.model import Connection, PartnerEndpoint
from ocpi.server.paths import Segments, segments
from ocpi.versions.known import SPOKEN
from ocpi.wire import spelling
from ocpi.wire.interfaces import MODULES
from schemas.kinds import PartyId

_ENDS: Final = frozenset({"", "/"})
UNKNOWN: Final = "unknown"
_MODULES: Final = frozenset({*MODULES, "credentials", "hubclientinfo", "versions"})


class Addressee(NamedTuple):
    partner: str | None = None
    version: str | None = None
    module: str = UNKNOWN
    side: str | None = None


Found: TypeAlias = tuple[Addressee, Segments | str]
"""And what follows the address of the module, taken apart or as it was written."""


class Addressees:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._by_token: Mapping[str, _Known] | None = None
        directory.listen(self._forget)

    def of(self, url: str, authorization: str) -> Found:
        known = self._tokens().get(authorization)
        return _by_path(url) if known is None else known.at(url)

    def only_party(self, partner: str | None) -> PartyId | None:
        found = self._directory.partner(partner) if partner else None
        parties = found.parties() if found else ()
        return parties[0] if len(parties) == 1 else None

    def _forget(self) -> None:
        self._by_token = None

    def _tokens(self) -> Mapping[str, "_Known"]:
        if self._by_token is None:
            self._by_token = dict(self._shown())
        return self._by_token

    def _shown(self) -> Iterator[tuple[str, "_Known"]]:
        for partner in self._directory.partners():
            if (connection := partner.connection) is not None:
                known = _Known(partner.name, connection)
                for token in filter(None, (connection.spare, connection.token)):
                    yield spelling.authorization(token, connection.quirks), known


class _Known:
    """A partner, and where its endpoints are."""

    def __init__(self, name: str, connection: Connection) -> None:
        self._else = Addressee(name, str(connection.version))
        self._places = {
            each.url.rstrip("/"): self._else._replace(module=each.module, side=_side(each))
            for each in reversed(connection.endpoints)
        }
        self._lengths = sorted({len(own) for own in self._places}, reverse=True)

    def at(self, url: str) -> Found:
        called = url.partition("?")[0]
        for length in self._lengths:
            place = self._places.get(called[:length])
            if place is not None and called[length : length + 1] in _ENDS:
                return place, called[length:]
        place, rest = _by_path(url)
        return self._else._replace(module=place.module), rest


def _side(endpoint: PartnerEndpoint) -> str | None:
    return None if endpoint.module == "credentials" else endpoint.side.value


def _by_path(url: str) -> Found:
    """The last segment that is the name of a module, or of a version."""
    path = _segments(URL(url, encoded=True).raw_path)
    for number, segment in reversed(list(enumerate(path))):
        if segment in _MODULES or segment in SPOKEN:
            module = segment if segment in _MODULES else "versions"
            return Addressee(module=module), path[number + 1 :]
    return _NOBODY, ()


_NOBODY: Final = Addressee()


def _segments(raw_path: str) -> Segments:
    try:
        return segments(raw_path)
    except UnknownAddress:
        return ()
