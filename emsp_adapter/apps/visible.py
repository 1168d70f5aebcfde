"""What a key may see and steer: the charging of its contracts, or of everybody.

What belongs to others is not there: the answer is that for what does not exist. An id is unique for its CPO
only, so where several have the same, the CPO has to be told.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import TypeVar

from emsp_adapter.apps.keys.key import Bound
from emsp_adapter.apps.problems import Refused, refused
from emsp_adapter.contracts.register import Cards
from emsp_adapter.errands.actions import RESERVE_NOW
from emsp_adapter.errands.model import Errand
from emsp_adapter.errands.store import ErrandStore
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from schemas.kinds import ObjectKind

Found = TypeVar("Found")


class Visible:
    def __init__(self, *, store: ObjectStore, errands: ErrandStore, cards: Cards) -> None:
        self._store = store
        self._errands = errands
        self._cards = cards

    async def find(self, kind: ObjectKind, name: str, cpo: str | None, bound: Bound) -> list[Record]:
        """Sessions or CDRs of that id, one for each CPO."""
        named = await self._store.named(kind, name)
        seen = (each for each in named if cpo in (None, str(each.key.owner)))
        of_cpo = {each.key: each for each in seen if bound.has(contract_of(each))}
        return list(of_cpo.values())

    async def one(self, kind: ObjectKind, name: str, cpo: str | None, bound: Bound) -> Record:
        """Raises Refused: 404, or 409 where several CPOs have one of that id."""
        found = await self.find(kind, name, cpo, bound)
        if not found:
            raise Refused(HTTPStatus.NOT_FOUND, f"there is no such {_word(kind)}")
        return _only(found, _word(kind))

    async def errand(self, errand_id: str, bound: Bound) -> Errand:
        """Raises Refused: 404."""
        errand = await self._errands.find(errand_id)
        if errand is None or not bound.has(errand.about.get("contract_id")):
            raise Refused(HTTPStatus.NOT_FOUND, "there is no such command")
        return errand

    async def own_reservation(self, reservation_id: str, cpo: str | None, bound: Bound) -> Errand:
        """The newest that was asked for under this id. Raises Refused: 404, 409."""
        wanted = {"about.reservation_id": reservation_id, "action": RESERVE_NOW.name}
        asked = await self._errands.newest({**wanted, **({"cpo": cpo} if cpo else {})}, 20)
        of_cpo: dict[str, Errand] = {}
        for each in asked:
            if bound.has(each.about.get("contract_id")):
                of_cpo.setdefault(str(each.cpo), each)
        if not of_cpo:
            raise Refused(HTTPStatus.NOT_FOUND, "there is no such reservation")
        return _only(list(of_cpo.values()), "reservation")

    async def contract_of_card(self, uid: str, token_type: str, told: str | None, bound: Bound) -> str | None:
        """Of a card that is listed what the list says, else what is told. Raises Refused: 403."""
        listed = await self._cards.find(uid, token_type)
        contract_id = told if listed is None else str(listed.contract_id)
        if not bound.has(contract_id):
            text = "this key is for cards of other contracts"
            raise refused(HTTPStatus.FORBIDDEN, text, pointer="/token")
        return contract_id


def contract_of(record: Record) -> str | None:
    """Of a session or a CDR."""
    token = record.value().get("cdr_token")
    told = token.get("contract_id") if isinstance(token, dict) else None
    return told if isinstance(told, str) else None


def _only(found: Sequence[Found], what: str) -> Found:
    if len(found) > 1:
        text = f"{len(found)} CPOs have a {what} of this id: tell which is meant"
        raise refused(HTTPStatus.CONFLICT, text, parameter="cpo")
    return found[0]


def _word(kind: ObjectKind) -> str:
    return "CDR" if kind is ObjectKind.CDR else kind.value
