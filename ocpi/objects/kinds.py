"""Which model reads which kind of roaming object, and how each is named.

An object is known by its owner and its id; a token by uid and type. Ids come from strangers and become part
of database ids and addresses, so what could be taken for something else there is refused: dots alone,
control characters, a type of token with a slash.
Spec: 2.3.0 transport_and_format, Client Owned Object push.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from ocpi.errors import InvalidParameters
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.v2_3_0.cdrs import CDR
from schemas.v2_3_0.locations import Location
from schemas.v2_3_0.sessions import Session
from schemas.v2_3_0.tariffs import Tariff
from schemas.v2_3_0.tokens import Token

Json: TypeAlias = dict[str, Any]
Owned: TypeAlias = Location | Session | CDR | Tariff | Token

MODELS: Final[Mapping[ObjectKind, type[Owned]]] = {
    ObjectKind.LOCATION: Location,
    ObjectKind.SESSION: Session,
    ObjectKind.CDR: CDR,
    ObjectKind.TARIFF: Tariff,
    ObjectKind.TOKEN: Token,
}
CHANGES: Final[Mapping[ObjectKind, frozenset[str]]] = {
    ObjectKind.LOCATION: frozenset({"PUT", "PATCH"}),
    ObjectKind.SESSION: frozenset({"PUT", "PATCH"}),
    ObjectKind.CDR: frozenset({"POST"}),
    ObjectKind.TARIFF: frozenset({"PUT", "DELETE"}),
    ObjectKind.TOKEN: frozenset({"PUT", "PATCH"}),
}
"""The methods by which the owner of an object tells its receivers."""
BY_MODULE: Final[Mapping[str, ObjectKind]] = {kind.module: kind for kind in MODELS}
_MAX_ID_LENGTH: Final = 255  # the specification says 36; whoever sends more is not refused for that


def key_of(kind: ObjectKind, value: Json) -> ObjectKey:
    """The owner and id that an object names itself. Raises pydantic.ValidationError, InvalidParameters."""
    model = MODELS[kind].model_validate(value)
    owner = _owner(model)
    if isinstance(model, Token):
        return token_key(owner, model.uid, str(model.type))
    return ObjectKey(kind, owner, checked_id(model.id, "/id"))


def token_key(owner: PartyId, uid: str, token_type: str) -> ObjectKey:
    """Raises InvalidParameters."""
    if "/" in checked_id(token_type, "/type"):
        raise InvalidParameters("a type of token has no slash", pointer="/type")
    return ObjectKey.of_token(owner, checked_id(uid, "/uid"), token_type)


def checked_id(written: str, pointer: str) -> str:
    """Raises InvalidParameters for what can be no id."""
    if len(written) > _MAX_ID_LENGTH or not written.isprintable() or set(written) <= {"."}:
        text = f"an id has 1 to {_MAX_ID_LENGTH} printable characters, not dots alone"
        raise InvalidParameters(text, pointer=pointer)
    return written


def _owner(model: Owned) -> PartyId:
    try:
        return PartyId(model.country_code, model.party_id)
    except ValueError as error:
        raise InvalidParameters(str(error), pointer="/party_id") from error
