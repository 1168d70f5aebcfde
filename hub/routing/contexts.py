"""What a translation has to be told of a message that is passed on, where one end speaks 2.1.1.

Later versions tell in the message itself who owns what. 2.1.1 does not, and has numbers for reservations,
locations inside of sessions, and answers that do not repeat the token.
Spec: 2.1.1 mod_commands, mod_tokens, mod_sessions, mod_cdrs; 2.2.1 changelog.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from hub.callbacks.numbers import Numbers
from hub.routing.retelling import Crossing
from hub.routing.vocabulary import Kind
from ocpi.objects.facts import Facts
from ocpi.objects.kinds import MODELS
from ocpi.server.call import Call
from ocpi.versions.known import OLDEST
from schemas.kinds import ObjectKind, PartyId
from schemas.v2_3_0.tokens import AuthorizationInfo

_KINDS: Final[Mapping[Kind, ObjectKind]] = {model: kind for kind, model in MODELS.items()}
_CHARGES: Final = frozenset({ObjectKind.SESSION, ObjectKind.CDR})


class Contexts:
    def __init__(self, facts: Facts, numbers: Numbers) -> None:
        self._facts = facts
        self._numbers = numbers

    async def asked(self, call: Call, crossing: Crossing, to: PartyId) -> Crossing:
        """Of a request to a party; its owner is the sender."""
        if call.module != "commands" or not _is_needed(crossing):
            return crossing
        value, emsp = call.json_object(), crossing.context.owner
        context = replace(
            crossing.context,
            location=await self._facts.place(to, value.get("location_id"), emsp),
            reservation_number=await self._number(value.get("reservation_id"), crossing),
        )
        return replace(crossing, context=context)

    async def answered(self, call: Call, kind: Kind, value: Any, crossing: Crossing, to: PartyId) -> Crossing:
        """Of an answer, or a member of a list, to a party; its owner is whoever answers."""
        if not _is_needed(crossing):
            return crossing
        owner, policy = crossing.context.owner, crossing.context.policy
        if kind is AuthorizationInfo:
            context = await self._facts.authorized(owner, to, call.rest[0], call.query.get("type", "RFID"))
        elif kind not in _KINDS or not isinstance(value, dict):
            return crossing
        elif crossing.target == OLDEST:
            context = await self._facts.tellable(_KINDS[kind], value, owner, to, policy)
        elif _KINDS[kind] in _CHARGES:
            context = await self._facts.charged(value, None, owner, to)
        else:
            return crossing
        return replace(crossing, context=replace(context, policy=policy))

    async def _number(self, reservation_id: Any, crossing: Crossing) -> int | None:
        """None for an id that is a number already."""
        if crossing.target != OLDEST or not isinstance(reservation_id, str) or _is_number(reservation_id):
            return None
        return await self._numbers.of(crossing.context.owner, reservation_id)


def _is_needed(crossing: Crossing) -> bool:
    return OLDEST in (crossing.source, crossing.target)


def _is_number(written: str) -> bool:
    """Whether it would come back as the same id."""
    return written.isascii() and written.isdigit() and str(int(written)) == written
