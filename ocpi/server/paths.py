"""Which handler an address and a method lead to.

An address is taken apart before it is unquoted, so that an id may hold a slash (`%2F`) and stay one segment.
What no id can be is refused here, once for all modules: a dot-segment, which somebody further on would
resolve, an empty segment, a control character.
"""

from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from ocpi.errors import MethodNotAllowed, UnknownAddress
from ocpi.server.call import Route

Segments = tuple[str, ...]
REST = "/**"
"""The path of a route that takes any segments, as long as there are some."""


def segments(raw_path: str) -> Segments:
    """`/FR/CPO/LOC%2F1` is FR, CPO, LOC/1; a slash at the end is forgiven. Raises UnknownAddress."""
    path = raw_path.removeprefix("/")
    return tuple(_unquoted(each) for each in path.removesuffix("/").split("/")) if path else ()


class Table:
    """The routes of one interface."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes: dict[str, dict[str, Route]] = {}
        for route in routes:
            self._routes.setdefault(route.path, {})[route.method] = route
        self._shapes: dict[int | None, list[tuple[str, Segments]]] = {}
        for path in self._routes:
            shape = segments(path)
            self._shapes.setdefault(None if path == REST else len(shape), []).append((path, shape))

    def find(self, method: str, rest: Segments) -> tuple[Route, dict[str, str]]:
        """The route and the segments that its route names. Raises UnknownAddress, MethodNotAllowed."""
        for path, shape in (*self._shapes.get(len(rest), ()), *self._shapes.get(None, ())):
            named = _match(path, shape, rest)
            if named is not None:
                return _chosen(self._routes[path], method), named
        raise UnknownAddress("there is nothing at this address")


def _match(path: str, shape: Segments, rest: Segments) -> dict[str, str] | None:
    if path == REST:
        return {} if rest else None
    named: dict[str, str] = {}
    for wanted, given in zip(shape, rest, strict=True):
        if wanted.startswith("{"):
            named[wanted[1:-1]] = given
        elif wanted != given:
            return None
    return named


def _chosen(routes: dict[str, Route], method: str) -> Route:
    if method not in routes:
        listed = ", ".join(sorted(routes))
        raise MethodNotAllowed(f"this address knows {listed}, not {method}", routes)
    return routes[method]


def _unquoted(segment: str) -> str:
    text = _decoded(segment) if "%" in segment else segment
    if not text.isprintable() or not text.strip("."):
        raise UnknownAddress("the address has a segment that can be no id")
    return text


def _decoded(segment: str) -> str:
    try:
        return unquote_to_bytes(segment).decode()
    except ValueError as error:
        raise UnknownAddress("the address is not UTF-8") from error
