"""What a simulated partner holds: lists that it sends page by page, and what others pushed to it.

Objects are plain JSON of whatever version the partner speaks; nothing about them is judged but what keeping
them needs.
Spec: transport_and_format, Pagination; Client Owned Object push; mod_cdrs, POST method.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from yarl import URL

from schemas.times import parse
from simulators.exchanged import Reply, Request
from simulators.quirks import Quirks

Json = dict[str, Any]
_NOT_FOUND = Reply(http=HTTPStatus.NOT_FOUND, status_code=2001)


class Listed:
    """The sender side of a module. `objects` may be changed while it serves; the oldest stands first."""

    def __init__(
        self, url: str, objects: Iterable[Mapping[str, Any]], *, at_most: int, quirks: Quirks
    ) -> None:
        self.objects: list[Json] = [dict(each) for each in objects]
        self.at_most = at_most
        self._url = URL(url, encoded=True)
        self._quirks = quirks

    def reply(self, request: Request) -> Reply:
        if request.path:
            return _one(self.objects, request.path.split("/"))
        wanted = [each for each in self.objects if _is_asked_for(each, request.query)]
        offset = int(request.query.get("offset", 0))
        limit = min(int(request.query.get("limit", self.at_most)), self.at_most)
        page = wanted[offset : offset + limit]
        total = len(page) if self._quirks.page_as_total else len(wanted)
        headers = {"X-Total-Count": str(total), "X-Limit": str(self.at_most)}
        if offset + limit < len(wanted):
            headers["Link"] = self._link(
                {**request.query, "offset": str(offset + limit), "limit": str(limit)}
            )
        elif self._quirks.endless_links:
            headers["Link"] = self._link({**request.query, "offset": "0", "limit": str(limit)})
        return Reply(page, headers=headers)

    def _link(self, query: Mapping[str, str]) -> str:
        url = self._url.with_host("elsewhere.example") if self._quirks.foreign_links else self._url
        return f'<{url.with_query(query)}>; rel="next"'


class Kept:
    """The receiver side of a module. `objects` are found under what followed the module's address."""

    def __init__(self, url: str, *, quirks: Quirks) -> None:
        self.objects: dict[str, Json] = {}
        self._url = url
        self._quirks = quirks

    def reply(self, request: Request) -> Reply:
        match request.method:
            case "GET":
                found = self.objects.get(request.path)
                return _NOT_FOUND if found is None else Reply(found)
            case "DELETE":
                return _NOT_FOUND if self.objects.pop(request.path, None) is None else Reply()
            case _:
                return self._changed(request)

    def _changed(self, request: Request) -> Reply:
        try:
            told = json.loads(request.body)
        except ValueError:
            return Reply(http=HTTPStatus.BAD_REQUEST, status_code=2001)
        if not isinstance(told, dict) or not ("last_updated" in told or request.method == "PATCH"):
            return Reply(status_code=2001)
        if request.method == "POST":
            return self._posted(told)
        return self._laid(request, told)

    def _posted(self, told: Json) -> Reply:
        self.objects[str(told["id"])] = told
        where = {} if self._quirks.no_location else {"Location": f"{self._url}/{told['id']}"}
        return Reply(http=HTTPStatus.CREATED, headers=where)

    def _laid(self, request: Request, told: Json) -> Reply:
        before = self.objects.get(request.path)
        if before is None and request.method == "PATCH":
            return _NOT_FOUND
        changed = {**before, **told} if before and request.method == "PATCH" else told
        self.objects[request.path] = changed
        return Reply(http=HTTPStatus.CREATED if before is None else HTTPStatus.OK)


def _one(objects: Sequence[Json], path: Sequence[str]) -> Reply:
    """An object by its id, or an EVSE or connector inside it."""
    found: Json | None = None
    within: Sequence[Json] = objects
    for name in path:
        found = next((each for each in within if name in (each.get("id"), each.get("uid"))), None)
        if found is None:
            return _NOT_FOUND
        within = found.get("evses") or found.get("connectors") or []
    return Reply(found)


def _is_asked_for(each: Json, query: Mapping[str, str]) -> bool:
    changed = parse(each["last_updated"])
    since, until = _date(query, "date_from"), _date(query, "date_to")
    return (since is None or since <= changed) and (until is None or changed < until)


def _date(query: Mapping[str, str], name: str) -> datetime | None:
    return parse(query[name]) if query.get(name) else None
