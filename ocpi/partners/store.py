"""Partners in MongoDB.

A handshake takes seconds and talks to a stranger, so nothing is locked meanwhile: each change is one write
to exactly the revision that was seen, and whoever comes second finds that out. A failure leaves either the
old or the new.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Final

from ocpi.partners.documents import (
    Admission,
    admission_documents,
    claims_of,
    connection_document,
    delivery_document,
    policy_document,
    read_admissions,
    read_partner,
    role_documents,
    to_document,
)
from ocpi.partners.keeping import Keepings
from ocpi.partners.model import Connection, Partner, PartnerState, PartyRole, claims
from ocpi.partners.seal import Seal
from ocpi.partners.succession import numbered, succeeded
from ocpi.partners.virtual import Pose
from ocpi.process.mongo import ASCENDING, Document, DuplicateKey, Index, Mongo, ReturnDocument
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.quirks import Quirks
from schemas.translation.context import Policy

COLLECTION: Final = "partners"
HANDSHAKE_LIFETIME: Final = timedelta(minutes=5)
MOST_TOKENS: Final = 6
"""Of ours in the hands of one partner: one in use, and what was offered or replaced lately."""
INDEXES = (
    Index(
        collection=COLLECTION,
        keys=(("tokens.digest", ASCENDING),),
        unique=True,
        partial={"tokens.digest": {"$exists": True}},
    ),
    Index(
        collection=COLLECTION,
        keys=(("claims", ASCENDING),),
        unique=True,
        partial={"claims": {"$exists": True}},
    ),
)

Found = tuple[Partner, Sequence[Admission]]


class NameTaken(Exception):
    """A partner of this name exists already."""


class PartyTaken(Exception):
    """Another partner speaks for the same party in the same role."""


class Superseded(Exception):
    """Somebody else changed this partner since it was seen."""


class PartnerStore:
    """A `Partner` given to a method is the one that was seen; another revision of it is not touched."""

    def __init__(self, mongo: Mongo, seal: Seal) -> None:
        self._partners = mongo.collection(COLLECTION)
        self._seal = seal
        self._read: dict[str, tuple[Document, Found]] = {}

    async def add(self, partner: Partner, admission: Admission, *, anew: bool = False) -> Partner:
        """The partner as it stands now. Raises NameTaken, unless whoever bears the name has left, or let its
        invitation end (or, `anew`, has not used it yet), or never ended the handshake.

        Revisions begin somewhere, so that nothing that saw a former bearer of the name can touch this one.
        """
        added = replace(partner, revision=secrets.randbits(48))
        document = to_document(added, [admission], self._seal)
        try:
            await self._partners.replace_one(_replaceable(partner, anew=anew), document, upsert=True)
        except DuplicateKey as error:
            raise NameTaken(f"a partner named {partner.name!r} exists already") from error
        return added

    async def connect(
        self,
        seen: Partner,
        connection: Connection,
        admission: Admission,
        at: datetime,
        overlap: timedelta = timedelta(0),
        *,
        told: str | None = None,
        quirks: Quirks | None = None,
    ) -> None:
        """The one write that ends a handshake: roles, endpoints, both tokens, what we `told`.

        What was shown to us before stays good for `overlap`; TOKEN_A never does. Whoever was suspended
        remains so. Raises PartyTaken, Superseded.
        """
        admissions = succeeded(await self._admissions(seen), admission, at, overlap)
        is_same = seen.connection is not None and connection.reaches_same_as(seen.connection)
        fields: Document = {
            "state": seen.state if seen.state is PartnerState.SUSPENDED else PartnerState.REGISTERED,
            "connection": connection_document(connection, self._seal),
            "tokens": admission_documents(admissions),
            "registered_at": at,
            "is_greeted": seen.is_greeted and is_same,
            "told": told,
            **({} if quirks is None else {"quirks": sorted(quirks)}),
        }
        await self._claim(seen, _with_claims(fields, connection, seen.pose))

    async def admit_also(self, seen: Partner, admission: Admission) -> Partner:
        """One more token is good from now on: the new one of a rotation, before the far side uses it."""
        newest = numbered(admission, await self._admissions(seen))
        offered = admission_documents([replace(newest, is_offered=True)])
        push = {"$each": offered, "$position": 1, "$slice": MOST_TOKENS}  # the one in use stands before all
        document = await self._partners.find_one_and_update(
            _exactly(seen),
            {"$push": {"tokens": push}, "$inc": {"revision": 1}},
            return_document=ReturnDocument.AFTER,
        )
        if document is None:
            raise _superseded(seen)
        return read_partner(document, self._seal)

    async def withdraw(self, name: str, admission: Admission) -> None:
        await self._partners.update_one({"_id": name}, {"$pull": {"tokens": {"digest": admission.digest}}})

    async def settle(self, name: str, used: Admission) -> None:
        """The partner uses this token, so it needs none that it was given before.

        Nothing of this is news of the partner: its revision stays.
        """
        mine: Document = {"_id": name, "tokens.digest": used.digest}
        await self._partners.update_one(mine, {"$pull": {"tokens": {"number": {"$lt": used.number}}}})
        taken = {"tokens.$.is_offered": False, "tokens.$.expires_at": None}
        offered = {"tokens": {"$elemMatch": {"digest": used.digest, "is_offered": True}}}
        await self._partners.update_one({"_id": name, **offered}, {"$set": taken})

    async def show(self, seen: Partner, token: CredentialsToken, spare: CredentialsToken | None) -> None:
        """Which token opens at the far side, and which one might. Raises Superseded."""
        shown = {"connection.token": self._seal.close(token)}
        kept = {"connection.spare": self._seal.close(spare) if spare else None}
        await self._change(seen, {"$set": {**shown, **kept}})

    async def approve(self, seen: Partner, connection: Connection, role: PartyRole) -> None:
        """`connection` is the one that was seen, with the role in force. Raises PartyTaken, Superseded.

        The partner is greeted again: it lacks what is for it in that role.
        """
        fields: Document = {
            "connection.roles": role_documents(connection.roles),
            "connection.pending": role_documents(connection.pending),
            "approved": claims_of({*seen.approved, (role.role, role.party)}),
            "is_greeted": False,
        }
        await self._claim(seen, _with_claims(fields, connection, seen.pose))

    async def set_state(self, seen: Partner, state: PartnerState) -> None:
        """Raises Superseded. Whoever comes back from a suspension is greeted again."""
        await self._change(seen, {"$set": {"state": state, "is_greeted": False}})

    async def set_quirks(self, seen: Partner, quirks: Quirks) -> None:
        """Raises Superseded."""
        await self._change(seen, {"$set": {"quirks": sorted(quirks)}})

    async def set_translation(self, seen: Partner, policy: Policy) -> None:
        """Raises Superseded."""
        await self._change(seen, {"$set": {"translation": policy_document(policy)}})

    async def set_delivery(self, seen: Partner, delivery: Keepings) -> None:
        """Raises Superseded."""
        await self._change(seen, {"$set": {"delivery": delivery_document(delivery)}})

    async def greeted(self, seen: Partner) -> None:
        await self._partners.update_one(_exactly(seen), {"$set": {"is_greeted": True}})

    async def leave(self, name: str) -> None:
        """Every token dies; the name and the parties are free again."""
        gone: Document = {"state": PartnerState.LEFT, "connection": None}
        await self._partners.update_one(
            {"_id": name}, {"$set": gone, "$unset": {"tokens": "", "claims": ""}, "$inc": {"revision": 1}}
        )

    async def forget(self, seen: Partner) -> None:
        await self._partners.delete_one(_exactly(seen))

    async def undo(self, name: str, admission: Admission) -> None:
        """Nothing remains of the registration that began with this token."""
        await self._partners.delete_one({"_id": name, "tokens.digest": admission.digest})

    async def clear_abandoned(self, now: datetime) -> None:
        """Registrations that a crash cut off."""
        await self._partners.delete_many(_abandoned(now))

    async def by_name(self, name: str) -> Partner | None:
        document = await self._partners.find_one({"_id": name})
        return None if document is None else read_partner(document, self._seal)

    async def all(self) -> list[Found]:
        """Raises SealBroken."""
        found, _ = await self.all_and({})
        return found

    async def all_and(self, others: Mapping[str, Document]) -> tuple[list[Found], dict[str, list[Document]]]:
        """In one trip with what other collections hold, each in this projection; all in order of their ids.

        Raises SealBroken. Of a partner that has not changed since the last time no seal is opened.
        """
        unions = [
            {"$unionWith": {"coll": name, "pipeline": [*_projected(fields), _under(name)]}}
            for name, fields in others.items()
        ]
        read: dict[str, list[Document]] = {name: [] for name in (COLLECTION, *others)}
        async for document in self._partners.aggregate([_under(COLLECTION), *unions]):
            ((name, whole),) = document.items()
            read[name].append(whole)
        for documents in read.values():
            documents.sort(key=itemgetter("_id"))
        return self._understood(read.pop(COLLECTION)), read

    def _understood(self, documents: Iterable[Document]) -> list[Found]:
        read: dict[str, tuple[Document, Found]] = {}
        for document in documents:
            known = self._read.get(document["_id"])
            if known is None or known[0] != document:
                known = document, self._found(document)
            read[document["_id"]] = known
        self._read = read
        return [found for _, found in read.values()]

    async def by_digest(self, digest: str) -> Found | None:
        document = await self._partners.find_one({"tokens.digest": digest})
        return None if document is None else self._found(document)

    def _found(self, document: Document) -> Found:
        return read_partner(document, self._seal), read_admissions(document)

    async def _admissions(self, seen: Partner) -> Sequence[Admission]:
        document = await self._partners.find_one(_exactly(seen), {"tokens": 1})
        if document is None:
            raise _superseded(seen)
        return read_admissions(document)

    async def _claim(self, seen: Partner, update: Document) -> None:
        try:
            await self._change(seen, update)
        except DuplicateKey as error:
            raise PartyTaken(
                "another platform is registered for one of these parties in the same role"
            ) from error

    async def _change(self, seen: Partner, update: Document) -> None:
        result = await self._partners.update_one(_exactly(seen), {**update, "$inc": {"revision": 1}})
        if result.matched_count == 0:
            raise _superseded(seen)


def _replaceable(partner: Partner, *, anew: bool) -> Document:
    """Whoever bears the name of this new partner, and needs it no more."""
    now = partner.created_at
    ended = {} if anew else {"tokens.expires_at": {"$lte": now}}
    never_came = {"state": PartnerState.INVITED, **ended}
    return {"_id": partner.name, "$or": [{"state": PartnerState.LEFT}, never_came, _abandoned(now)]}


def _abandoned(now: datetime) -> Document:
    return {"state": PartnerState.REGISTERING, "created_at": {"$lt": now - HANDSHAKE_LIFETIME}}


def _exactly(seen: Partner) -> Document:
    return {"_id": seen.name, "revision": seen.revision}


def _superseded(seen: Partner) -> Superseded:
    return Superseded(f"the partner {seen.name!r} was changed by somebody else meanwhile")


def _with_claims(fields: Document, connection: Connection, pose: Pose | None) -> Document:
    """A hub claims nothing: the parties behind it may have a connection of their own as well."""
    if connection.hub_party is not None:
        return {"$set": fields, "$unset": {"claims": ""}}
    return {"$set": {**fields, "claims": claims(connection.roles, pose)}}


def _projected(fields: Document) -> list[Document]:
    """A stage of a pipeline that leaves these fields; none, and all are left."""
    return [{"$project": fields}] if fields else []


def _under(name: str) -> Document:
    """The stage that tells the documents of one collection from those of others."""
    return {"$project": {"_id": 0, name: "$$ROOT"}}
