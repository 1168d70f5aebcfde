"""Lines of closed statements in MongoDB: one document for each session, written once."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Final

from emsp_adapter.billing.amounts import Amount
from emsp_adapter.billing.row import amount_fields
from emsp_adapter.billing.statement import Credit, Kind, Line, Movement
from ocpi.process.mongo import ASCENDING, Document, Index, Mongo, UpdateOne
from schemas.kinds import PartyId

COLLECTION: Final = "statement_lines"
INDEXES = (
    Index(collection=COLLECTION, keys=(("statement", ASCENDING), ("_id", ASCENDING))),
    Index(collection=COLLECTION, keys=(("cpo", ASCENDING), ("folded", ASCENDING))),
)


class StatementLines:
    def __init__(self, mongo: Mongo) -> None:
        self._lines = mongo.collection(COLLECTION)

    async def write(self, statement: str, cpo: str, lines: Iterable[Line]) -> None:
        """What is written of a session first stays."""
        writes = [
            UpdateOne(
                {"_id": f"{statement}|{line.chain}"},
                {"$setOnInsert": {"statement": statement, "cpo": cpo, **_document(line)}},
                upsert=True,
            )
            for line in lines
        ]
        if writes:
            await self._lines.bulk_write(writes, ordered=False)

    async def each(self, statement: str) -> AsyncIterator[Line]:
        async for document in self._lines.find({"statement": statement}).sort("_id", ASCENDING):
            yield _line(document)

    async def covering(self, cpo: PartyId, cdr_ids: Sequence[str]) -> dict[str, str]:
        """The closed statement that covers each of these CDRs, by the CDR's id in lower case."""
        asked = {each.lower() for each in cdr_ids}
        found: dict[str, str] = {}
        async for document in self._lines.find({"cpo": str(cpo), "folded": {"$in": sorted(asked)}}):
            found.update((name, document["statement"]) for name in asked.intersection(document["folded"]))
        return found


def _document(line: Line) -> Document:
    return {
        "chain": line.chain,
        "bills": list(line.bills),
        "folded": [each.lower() for each in line.bills],
        "movements": [_moved(each) for each in line.movements],
        "credits": [_credit(each) for each in line.credits],
    }


def _line(document: Document) -> Line:
    return Line(
        chain=document["chain"],
        movements=tuple(_movement(each) for each in document["movements"]),
        bills=tuple(document["bills"]),
        credits=tuple(
            Credit(each["cdr"], each["currency"], _amount(each, "amount"), each["energy_kwh"])
            for each in document["credits"]
        ),
    )


def _credit(credit: Credit) -> Document:
    told = {"cdr": credit.cdr, "currency": credit.currency, "energy_kwh": credit.energy_kwh}
    return {**told, **amount_fields("amount", credit.amount)}


def _moved(moved: Movement) -> Document:
    return {
        "kind": moved.kind,
        "cdr": moved.cdr,
        "end": moved.end,
        "currency": moved.currency,
        "energy_kwh": moved.energy_kwh,
        "disputed": moved.is_disputed,
        **amount_fields("amount", moved.amount),
        **amount_fields("difference", moved.difference),
    }


def _movement(document: Document) -> Movement:
    return Movement(
        Kind(document["kind"]),
        document["cdr"],
        document["end"],
        document["currency"],
        _amount(document, "amount"),
        document["energy_kwh"],
        document["disputed"],
        _amount(document, "difference"),
    )


def _amount(document: dict[str, Any], name: str) -> Amount | None:
    net = document[f"{name}_net"]
    return None if net is None else Amount(net, document[f"{name}_gross"])
