"""Ids and owners of 2.1.1 partners.

Ids have up to 39 characters where later versions have 36, and are equal only with their case.

The owner of the alias table decides which id gets an alias; here it is looked up both ways. An id without an
alias is sent as it is. Spec: 2.1.1 types, string; 2.2.1 types, CiString.
"""

from collections.abc import Iterable
from typing import Protocol

from schemas.kinds import PartyId
from schemas.translation.crossing import Crossing


class Owned(Protocol):
    @property
    def country_code(self) -> str: ...

    @property
    def party_id(self) -> str: ...


def told_by_the_connection(owned: Owned, crossing: Crossing) -> frozenset[str]:
    """The owner's fields, which 2.1.1 leaves to the URL; nothing if the owner is another one."""
    is_owner = PartyId(owned.country_code, owned.party_id) == crossing.context.owner
    return frozenset({"country_code", "party_id"} if is_owner else ())


def id_up(object_id: str, crossing: Crossing) -> str:
    return crossing.context.aliases.get(str(object_id), str(object_id))


def id_down(object_id: str, crossing: Crossing) -> str:
    folded = object_id.lower()
    aliases = crossing.context.aliases.items()
    return next((theirs for theirs, ours in aliases if ours.lower() == folded), str(object_id))


def ids_up(object_ids: Iterable[str], crossing: Crossing) -> list[str]:
    return [id_up(object_id, crossing) for object_id in object_ids]


def ids_down(object_ids: Iterable[str], crossing: Crossing) -> list[str]:
    return [id_down(object_id, crossing) for object_id in object_ids]
