"""Partners of 2.1.1 in the store and in memory: one claim, and a connection for each remote party."""

from dataclasses import replace

import pytest

from ocpi.errors import UnknownReceiver, Unregistered
from ocpi.partners.documents import Admission, Scope
from ocpi.partners.model import Partner, PartnerState
from ocpi.partners.seal import Seal
from ocpi.partners.store import NameTaken, PartyTaken
from ocpi.partners.virtual import Pose, Welcome, name_of
from ocpi.partners.virtual_store import VirtualStore
from ocpi.process.mongo import Mongo
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.quirks import Quirk
from schemas.kinds import PartyId
from schemas.translation.context import Policy
from tests.ocpi.partners.conftest import Rooms, connection
from tests.platforms import CPO, EMSP

OTHER = PartyId("BE", "CPO")


class Virtual:
    """A virtual partner and its parts, beside the rooms that it lies in."""

    def __init__(self, mongo: Mongo, rooms: Rooms) -> None:
        self.rooms = rooms
        self.store = VirtualStore(mongo, Seal(Seal.generate_key()))

    async def add(self, name: str = "old", welcome: Welcome | None = None) -> None:
        whole = Partner(
            name=name,
            state=PartnerState.VIRTUAL,
            allowed_roles=frozenset({"EMSP"}),
            connection=None,
            created_at=self.rooms.clock.now(),
            allowed_parties=frozenset({EMSP}),
            welcome=welcome,
        )
        await self.store.add(whole)

    async def registered(self, remote: PartyId) -> None:
        part = Partner(
            name=name_of("old", remote),
            state=PartnerState.INVITED,
            allowed_roles=frozenset({"EMSP"}),
            connection=None,
            created_at=self.rooms.clock.now(),
            allowed_parties=frozenset({EMSP}),
            pose=Pose("CPO", remote),
            part_of="old",
        )
        full = Admission.of(CredentialsToken.generate(), Scope.FULL)
        seen = await self.rooms.partners.add(part, full)
        made = connection(("EMSP", EMSP))
        await self.rooms.partners.connect(seen, made, full, self.rooms.clock.now())
        await self.rooms.directory.refresh()


@pytest.fixture
def virtual(mongo: Mongo, rooms: Rooms) -> Virtual:
    return Virtual(mongo, rooms)


async def test_a_party_is_spoken_to_by_the_connection_of_the_remote_one(virtual: Virtual) -> None:
    await virtual.add()
    for remote in (CPO, OTHER):
        await virtual.registered(remote)
    directory = virtual.rooms.directory
    assert directory.route_to(EMSP, "EMSP", remote=CPO).name == "old@FRCPO"
    assert directory.route_to(EMSP, "EMSP", remote=OTHER).name == "old@BECPO"
    assert directory.speaker(EMSP, "EMSP") is not None
    assert (directory.is_connected(EMSP), directory.is_virtual(EMSP), directory.is_virtual(CPO)) == (
        True, True, False,
    )  # fmt: skip


async def test_a_virtual_party_is_no_stranger_to_whom_it_is_not_registered_for(virtual: Virtual) -> None:
    await virtual.add()
    await virtual.rooms.directory.refresh()
    directory = virtual.rooms.directory
    with pytest.raises(Unregistered):
        directory.route_to(EMSP, "EMSP", remote=CPO)
    with pytest.raises(UnknownReceiver):
        directory.route_to(EMSP, "CPO", remote=CPO)
    assert directory.active_partners() == []


async def test_a_virtual_partner_keeps_others_from_its_name_and_its_party(virtual: Virtual) -> None:
    await virtual.add()
    with pytest.raises(NameTaken):
        await virtual.add()
    with pytest.raises(PartyTaken):
        await virtual.add("second")
    with pytest.raises(PartyTaken):
        await virtual.rooms.connected("third", ("EMSP", EMSP))
    await virtual.rooms.partners.leave("old")
    await virtual.add("second")
    await virtual.rooms.connected("other-role", ("CPO", EMSP))


async def test_nobody_becomes_virtual_as_a_party_that_is_registered(virtual: Virtual) -> None:
    await virtual.rooms.connected("new", ("EMSP", EMSP))
    with pytest.raises(PartyTaken):
        await virtual.add()


async def test_where_a_partner_welcomes_us_comes_back_with_its_token(virtual: Virtual, mongo: Mongo) -> None:
    secret = CredentialsToken.generate()
    await virtual.add()
    await virtual.store.set_welcome("old", Welcome("https://old.example/versions", secret))
    document = await mongo.collection("partners").find_one({"_id": "old"})
    assert document is not None
    assert secret.reveal() not in str(document)
    assert document["welcome"]["versions_url"] == "https://old.example/versions"


async def test_a_part_is_treated_as_the_whole_but_for_what_was_said_of_it(virtual: Virtual) -> None:
    await virtual.add()
    for remote in (CPO, OTHER):
        await virtual.registered(remote)
    partners, directory = virtual.rooms.partners, virtual.rooms.directory

    def known(name: str) -> Partner:
        found = directory.partner(name)
        assert found is not None
        return found

    await partners.set_quirks(known("old"), frozenset({Quirk.NULLS_TOLD, Quirk.BASE64_TOKEN}))
    await partners.set_quirks(known("old@BECPO"), frozenset({Quirk.RAW_TOKEN}))
    await directory.refresh()
    await partners.set_translation(known("old"), Policy(postal_code="0000"))
    await directory.refresh()
    first, second = known("old@FRCPO"), known("old@BECPO")
    assert first.quirks == {Quirk.NULLS_TOLD, Quirk.BASE64_TOKEN}
    assert second.quirks == {Quirk.NULLS_TOLD, Quirk.RAW_TOKEN}
    assert second.connection is not None
    assert second.connection.quirks >= second.quirks
    await partners.set_translation(second, replace(Policy(), postal_code="9999"))
    await directory.refresh()
    codes = [known(name).translation.postal_code for name in ("old@FRCPO", "old@BECPO")]
    assert codes == ["0000", "9999"]
