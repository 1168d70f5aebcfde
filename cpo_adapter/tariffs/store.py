"""Tariffs as they were authored, each version once: `tariff_versions`.

A version is over when another takes its place, or nothing does; it is kept for what began while it was in
force. Whoever authors the same again changes nothing.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from cpo_adapter.tariffs.offer import EVER, Offer
from ocpi.process.mongo import ASCENDING, Document, DuplicateKey, Index, Mongo
from schemas import codec
from schemas.kinds import PartyId
from schemas.v2_3_0.tariffs import Tariff

COLLECTION: Final = "tariff_versions"
KEPT: Final = timedelta(days=400)
FILE: Final = "file"
API: Final = "api"
INDEXES = (
    Index(collection=COLLECTION, keys=(("until", ASCENDING),), expire_after_s=int(KEPT.total_seconds())),
)


class TariffStore:
    def __init__(self, mongo: Mongo) -> None:
        self._versions = mongo.collection(COLLECTION)

    async def all(self) -> list[Offer]:
        """The oldest first."""
        return [_offer(each) async for each in self._versions.find({}).sort("since")]

    async def current(self, source: str | None = None) -> dict[str, Offer]:
        """By the name that they are kept under."""
        wanted = {"until": None, **({"source": source} if source else {})}
        found = self._versions.find(wanted).sort("since")
        return {each["name"]: _offer(each) async for each in found}

    async def author(self, offers: Iterable[Offer], source: str, now: datetime, *, is_all: bool) -> None:
        """`is_all`: what the source had and does not name any more is over."""
        known, told = await self.current(source), {_name(each): each for each in offers}
        for name, offer in told.items():
            before = known.get(name)
            if before is None or not before.says_same(offer):
                await self._replace(name, offer, source, now)
        for name in known.keys() - told.keys() if is_all else ():
            await self.end(name, now)

    async def end(self, name: str, now: datetime) -> bool:
        """Whether there was one."""
        ended = await self._versions.update_many({"name": name, "until": None}, {"$set": {"until": now}})
        return bool(ended.matched_count)

    async def _replace(self, name: str, offer: Offer, source: str, now: datetime) -> None:
        """The first version of all counts for whatever began before it, too."""
        number = await self._versions.count_documents({"name": name})
        document = {
            "_id": f"{name}|{number}",
            "name": name,
            "source": source,
            "body": codec.dump(offer.tariff),
            "instead_of": offer.instead_of,
            "emsp": None if offer.emsp is None else str(offer.emsp),
            "group": offer.group,
            "since": now if number else EVER,
            "until": None,
        }
        try:
            await self._versions.insert_one(document)
        except DuplicateKey:
            return  # another process reads the same file at this moment
        older = {"name": name, "until": None, "_id": {"$ne": document["_id"]}}
        await self._versions.update_many(older, {"$set": {"until": now}})


def _name(offer: Offer) -> str:
    tariff_id, emsp = offer.name
    return f"{tariff_id}|{emsp or '*'}"


def _offer(document: Document) -> Offer:
    return Offer(
        tariff=Tariff.model_validate(codec.decode(document["body"])),
        instead_of=document["instead_of"],
        emsp=None if document["emsp"] is None else PartyId.parse(document["emsp"]),
        group=document["group"],
        since=document["since"],
        until=document["until"],
    )
