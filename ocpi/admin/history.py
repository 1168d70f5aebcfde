"""What a session, token or tariff has been, for an audit: every version that came, the oldest first.

Cards stand in it under pseudonyms: who looks into a dispute can follow one, and copy none.

GET /admin/v1/objects/history?module&owner&id&to&type     `to`: as it was told to that party alone
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from aiohttp import web

from ocpi.admin.app import reply
from ocpi.errors import InvalidParameters
from ocpi.objects.history import KINDS, Version
from ocpi.objects.kinds import BY_MODULE, token_key
from ocpi.objects.store import ObjectStore
from ocpi.process.logs import pseudonym
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId

_OF_A_CARD: Final = frozenset({"uid", "contract_id", "visual_number"})


class HistoryRoutes:
    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/objects/history", self._list)]

    async def _list(self, request: web.Request) -> web.Response:
        key, to = _key(request.query), request.query.get("to")
        found = self._store.versions(key, PartyId.parse(to) if to else None)
        return reply([_shown(version) async for version in found])


def _key(query: Mapping[str, str]) -> ObjectKey:
    """Raises InvalidParameters, ValueError."""
    kind = BY_MODULE.get(query.get("module", ""))
    if kind not in KINDS:
        kept = ", ".join(sorted(each.module for each in KINDS))
        raise InvalidParameters(f"module is one of those whose versions are kept: {kept}")
    owner, name = PartyId.parse(query.get("owner", "")), query.get("id", "")
    if kind is ObjectKind.TOKEN:
        return token_key(owner, name, query.get("type", "RFID"))
    return ObjectKey(kind, owner, name)


def _shown(version: Version) -> dict[str, Any]:
    return {
        "at": version.at,
        "last_updated": version.last_updated,
        "deleted": version.deleted,
        "hash": sha256(version.body).hexdigest(),
        "object": without_cards(codec.decode(version.body)),
    }


def without_cards(value: Any) -> Any:
    """The same with numbers as texts, and what names a card or its contract under a pseudonym."""
    if isinstance(value, dict):
        return {
            name: pseudonym(str(inner)) if name in _OF_A_CARD and inner is not None else without_cards(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [without_cards(each) for each in value]
    return value if isinstance(value, str | bool | None) else str(value)
