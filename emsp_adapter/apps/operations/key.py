"""GET /api/v1/key: what a key opens, for whoever holds it."""

from datetime import datetime

from pydantic import BaseModel

from emsp_adapter.apps.keys.key import Kind, Scope
from emsp_adapter.apps.operation import Asked, Operation


class KeyTold(BaseModel):
    """`contracts` of null: the charging of everybody."""

    name: str
    kind: Kind
    scopes: list[Scope]
    contracts: list[str] | None
    expires_at: datetime | None
    per_minute: int | None


def key_operations() -> list[Operation]:
    return [
        Operation(
            method="GET",
            path="/key",
            id="getKey",
            summary="What this key opens",
            tag="key",
            does=_tell,
            scope=None,
            answer=KeyTold,
        )
    ]


async def _tell(asked: Asked) -> KeyTold:
    key, contracts = asked.key, asked.bound.contracts
    return KeyTold(
        name=key.name,
        kind=key.kind,
        scopes=sorted(key.opens),
        contracts=None if contracts is None else sorted(contracts),
        expires_at=key.expires_at,
        per_minute=key.per_minute,
    )
