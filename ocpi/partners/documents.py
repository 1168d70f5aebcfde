"""How a partner lies in the database.

What it shows to us is kept as digests with a scope and an end; what we show to it is sealed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from ocpi.partners.keeping import Keeping, Keepings, usual
from ocpi.partners.model import Connection, Partner, PartnerEndpoint, PartnerState, PartyRole
from ocpi.partners.seal import Seal
from ocpi.partners.virtual import Pose, Welcome
from ocpi.process.mongo import Document
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.interfaces import Side
from ocpi.wire.quirks import Quirk, Quirks, effective
from schemas.kinds import PartyId
from schemas.translation.context import Policy
from schemas.v2_3_0.enums import VersionNumber

_POLICY = TypeAdapter(Policy)


class Scope(StrEnum):
    """HANDSHAKE: versions and credentials only, as TOKEN_A is meant. FULL: all that the roles allow."""

    HANDSHAKE = "HANDSHAKE"
    FULL = "FULL"


@dataclass(frozen=True, slots=True)
class Admission:
    """A token of ours in a partner's hands, as we know it afterwards.

    `number` counts those of one partner, so that the use of one ends the earlier ones. `is_offered`: it was
    sent, and nobody knows whether it was taken; its use would tell.
    """

    digest: str
    scope: Scope
    expires_at: datetime | None = None
    number: int = 0
    is_offered: bool = False

    @classmethod
    def of(cls, token: CredentialsToken, scope: Scope, expires_at: datetime | None = None) -> "Admission":
        return cls(token.digest(), scope, expires_at)

    def is_good_at(self, instant: datetime) -> bool:
        return self.expires_at is None or instant < self.expires_at

    def ending(self, at: datetime) -> "Admission":
        """The same, but no longer than that."""
        end = at if self.expires_at is None else min(at, self.expires_at)
        return replace(self, expires_at=end)


def to_document(partner: Partner, admissions: Iterable[Admission], seal: Seal) -> Document:
    parties = partner.allowed_parties
    return {
        "_id": partner.name,
        "state": partner.state,
        "allowed_roles": sorted(partner.allowed_roles),
        "allowed_parties": None if parties is None else sorted(str(each) for each in parties),
        "connection": None if partner.connection is None else connection_document(partner.connection, seal),
        "created_at": partner.created_at,
        "registered_at": partner.registered_at,
        "revision": partner.revision,
        "is_greeted": partner.is_greeted,
        "told": partner.told,
        "quirks": sorted(partner.quirks),
        "delivery": delivery_document(partner.delivery),
        "translation": policy_document(partner.translation),
        "approved": claims_of(partner.approved),
        "tokens": admission_documents(admissions),
        "part_of": partner.part_of,
        "pose": partner.pose and {"role": partner.pose.role, "party": str(partner.pose.party)},
        "welcome": partner.welcome and welcome_document(partner.welcome, seal),
    }


def claims_of(approved: Iterable[tuple[str, PartyId]]) -> list[str]:
    return sorted(f"{role}|{party}" for role, party in approved)


def _read_claims(stored: Iterable[str]) -> frozenset[tuple[str, PartyId]]:
    pairs = (each.split("|", 1) for each in stored)
    return frozenset((role, PartyId.parse(party)) for role, party in pairs)


def welcome_document(welcome: Welcome, seal: Seal) -> Document:
    return {"versions_url": welcome.versions_url, "token": seal.close(welcome.token)}


def connection_document(connection: Connection, seal: Seal) -> Document:
    return {
        "version": connection.version,
        "versions_url": connection.versions_url,
        "hub_party": str(connection.hub_party) if connection.hub_party else None,
        "roles": role_documents(connection.roles),
        "pending": role_documents(connection.pending),
        "endpoints": [
            {"module": each.module, "side": each.side, "url": each.url} for each in connection.endpoints
        ],
        "token": seal.close(connection.token),
        "spare": seal.close(connection.spare) if connection.spare else None,
    }


def role_documents(roles: Iterable[PartyRole]) -> list[Document]:
    return [{"role": each.role, "party": str(each.party), "name": each.name} for each in roles]


def _read_roles(stored: Iterable[Document]) -> tuple[PartyRole, ...]:
    return tuple(PartyRole(each["role"], PartyId.parse(each["party"]), each["name"]) for each in stored)


def policy_document(policy: Policy) -> Document:
    """What differs from the usual, so that a usual that changes changes for everybody."""
    usual = asdict(Policy())
    return {name: value for name, value in asdict(policy).items() if value != usual[name]}


def delivery_document(delivery: Keepings) -> Document:
    """What differs from the usual, as with a policy."""
    return {module: keeping for module, keeping in delivery.items() if keeping is not usual(module)}


def admission_documents(admissions: Iterable[Admission]) -> list[Document]:
    return [
        {
            "digest": each.digest,
            "scope": each.scope,
            "expires_at": each.expires_at,
            "number": each.number,
            "is_offered": each.is_offered,
        }
        for each in admissions
    ]


def read_partner(document: Document, seal: Seal) -> Partner:
    """Raises SealBroken."""
    parties = document["allowed_parties"]
    quirks = _read_quirks(document)
    return Partner(
        name=document["_id"],
        state=PartnerState(document["state"]),
        allowed_roles=frozenset(document["allowed_roles"]),
        connection=_read_connection(document["connection"], seal, quirks),
        created_at=document["created_at"],
        registered_at=document["registered_at"],
        allowed_parties=None if parties is None else frozenset(PartyId.parse(each) for each in parties),
        revision=document["revision"],
        is_greeted=document["is_greeted"],
        translation=_POLICY.validate_python(document.get("translation", {})),
        quirks=quirks,
        delivery={module: Keeping(each) for module, each in document.get("delivery", {}).items()},
        told=document.get("told"),
        approved=_read_claims(document.get("approved", ())),
        pose=_read_pose(document.get("pose")),
        part_of=document.get("part_of"),
        welcome=_read_welcome(document.get("welcome"), seal),
    )


def read_admissions(document: Document) -> Sequence[Admission]:
    return [
        Admission(
            digest=each["digest"],
            scope=Scope(each["scope"]),
            expires_at=each["expires_at"],
            number=each.get("number", 0),
            is_offered=each.get("is_offered", False),
        )
        for each in document.get("tokens", ())
    ]


def _read_pose(stored: Document | None) -> Pose | None:
    return None if stored is None else Pose(stored["role"], PartyId.parse(stored["party"]))


def _read_welcome(stored: Document | None, seal: Seal) -> Welcome | None:
    return None if stored is None else Welcome(stored["versions_url"], seal.open(stored["token"]))


def _read_quirks(document: Mapping[str, Any]) -> Quirks:
    """A quirk that was chosen in a later release is none here."""
    return frozenset(Quirk(each) for each in document.get("quirks", ()) if each in set(Quirk))


def _read_connection(stored: Document | None, seal: Seal, quirks: Quirks) -> Connection | None:
    if stored is None:
        return None
    version = VersionNumber(stored["version"])
    return Connection(
        version=version,
        versions_url=stored["versions_url"],
        roles=_read_roles(stored["roles"]),
        pending=_read_roles(stored.get("pending", ())),
        hub_party=PartyId.parse(stored["hub_party"]) if stored["hub_party"] else None,
        endpoints=tuple(
            PartnerEndpoint(each["module"], Side(each["side"]), each["url"]) for each in stored["endpoints"]
        ),
        token=seal.open(stored["token"]),
        quirks=effective(quirks, version),
        spare=seal.open(stored["spare"]) if stored.get("spare") else None,
    )
