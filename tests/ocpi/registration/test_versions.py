"""The handshake in each version, both ways. C-001 … C-003, C-009, C-014 … C-023; needs A-3."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.interfaces import Side
from ocpi.wire.quirks import Quirk
from passerelle.admin_client import AdminRefused
from simulators.partner import Heard, Quirks, Reply, SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.ocpi.registration.handshakes import connection, known, register
from tests.platforms import (
    CPO,
    EMSP,
    HUB,
    Running,
    connect,
    invited,
    operate,
    running_cpo,
    running_emsp,
)

ALL = ("2.3.0", "2.2.1", "2.1.1")
OF_CPO = {"cdrs": "SENDER", "commands": "RECEIVER", "locations": "SENDER", "sessions": "SENDER"}
OF_CPO |= {"tariffs": "SENDER", "tokens": "RECEIVER"}


@pytest.fixture
async def emsp_adapter(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Running]:
    async with running_emsp(mongo, clock, tmp_path) as service:
        yield service


@pytest.fixture
async def cpo_adapter(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Running]:
    async with running_cpo(mongo, clock, tmp_path) as service:
        yield service


@asynccontextmanager
async def a_cpo(*versions: str, **quirks: bool) -> AsyncIterator[SimulatedPartner]:
    async with SimulatedPartner(("CPO", CPO), versions=versions, quirks=Quirks(**quirks)) as partner:
        yield partner


async def shows(partner: SimulatedPartner) -> Heard:
    """What the platform tells of itself."""
    assert partner.their_token is not None
    return await partner.send("GET", partner.endpoints["credentials", "SENDER"], partner.their_token)


async def works(platform: Running, partner: SimulatedPartner) -> bool:
    """Whether each side lets the other in."""
    ours = connection(platform)
    header = partner.authorization(ours.token)
    heard = await partner.plain("GET", f"{partner.root()}/credentials", header)
    return heard.http == 200 and (await shows(partner)).http == 200


@pytest.mark.parametrize("version", ALL)
async def test_a_partner_of_any_version_registers_renews_and_leaves(
    emsp_adapter: Running, version: str
) -> None:
    """C-009, C-010, C-014, C-018: what was asked in a version is answered in it."""
    async with a_cpo(version) as cpo:
        token = await invited(emsp_adapter, "the-cpo", "CPO")
        heard = await cpo.register(emsp_adapter.versions_url, token)
        assert (heard.http, heard.status) == (201, 1000)
        assert connection(emsp_adapter).version == version
        assert [(each.module, each.version) for each in cpo.handshakes] == [
            ("versions", ""),
            ("details", version),
        ]
        assert await works(emsp_adapter, cpo)
        assert (await cpo.send("GET", emsp_adapter.versions_url, token)).http == 401

        before = cpo.their_token
        assert (await cpo.renew()).status == 1000
        assert cpo.their_token != before
        assert await works(emsp_adapter, cpo)
        assert (await cpo.withdraw()).status == 1000
        assert (await shows(cpo)).http == 401


@pytest.mark.parametrize("version", ALL)
async def test_we_register_with_a_partner_of_any_version_rotate_and_leave(
    emsp_adapter: Running, version: str
) -> None:
    async with a_cpo(version) as cpo:
        shown = await register(emsp_adapter, cpo)
        assert (shown["version"], cpo.version, cpo.is_registered) == (version, version, True)
        assert await works(emsp_adapter, cpo)
        await operate(emsp_adapter, "/partners/the-cpo/rotate", {})
        assert await works(emsp_adapter, cpo)
        trouble = await asyncio.to_thread(emsp_adapter.admin.delete, "/partners/the-cpo")
        assert trouble == {"name": "the-cpo", "trouble": None}
        assert not cpo.is_registered


@pytest.mark.parametrize(
    ("offered", "named", "chosen"),
    [
        (("2.1.1", "2.3.0", "2.2.1"), None, "2.3.0"),
        (("2.1.1", "2.2.1"), None, "2.2.1"),
        (("2.1.1", "2.3.0", "2.2.1"), "2.1.1", "2.1.1"),
        (("2.3.0", "2.2.1"), "2.2.1", "2.2.1"),
    ],
)
async def test_the_newest_version_of_both_is_spoken_unless_one_is_named(
    emsp_adapter: Running, offered: tuple[str, ...], named: str | None, chosen: str
) -> None:
    async with a_cpo(*offered) as cpo:
        await register(emsp_adapter, cpo, version=named)
        assert connection(emsp_adapter).version == cpo.version == chosen
        assert await works(emsp_adapter, cpo)


async def test_a_partner_of_other_versions_only_is_told_apart_before_anything_is_sent(
    emsp_adapter: Running,
) -> None:
    async with a_cpo("2.2.1") as cpo:
        cpo.answer("GET", "versions", Side.SENDER, lambda _: Reply([{"version": "2.0", "url": cpo.base}]))
        with pytest.raises(AdminRefused, match=r"offers 2\.0, not 2\.3\.0 or 2\.2\.1 or 2\.1\.1"):
            await register(emsp_adapter, cpo)
        assert [each.method for each in cpo.handshakes] == ["GET"]


def sides(platform: Running) -> dict[str, str]:
    return {each.module: str(each.side) for each in connection(platform).endpoints}


async def test_in_2_1_1_an_operator_has_the_interfaces_that_an_issuer_needs(emsp_adapter: Running) -> None:
    """C-003: no endpoint tells its role, so ours tells it."""
    async with a_cpo("2.1.1") as cpo:
        assert not any("role" in each for each in cpo.offered())
        await register(emsp_adapter, cpo)
    assert sides(emsp_adapter) == {"credentials": "SENDER", **OF_CPO}


async def test_in_2_1_1_an_issuer_has_the_interfaces_that_an_operator_needs(cpo_adapter: Running) -> None:
    async with SimulatedPartner(("EMSP", EMSP), versions=["2.1.1"]) as emsp:
        await register(cpo_adapter, emsp, roles=["EMSP"])
    other = {"SENDER": "RECEIVER", "RECEIVER": "SENDER"}
    opposite = {module: other[side] for module, side in OF_CPO.items()}
    assert sides(cpo_adapter) == {"credentials": "SENDER", **opposite}


async def test_credentials_of_2_1_1_are_flat_and_their_role_follows_from_ours(
    emsp_adapter: Running,
) -> None:
    """ocpi.md §6.8. What we say is flat as well, and holds no word of roles."""
    async with a_cpo("2.1.1") as cpo:
        await connect(emsp_adapter, cpo, "the-cpo", "CPO")
        ours = (await shows(cpo)).data
        assert set(ours) == {"token", "url", "business_details", "country_code", "party_id"}
        assert (ours["country_code"], ours["party_id"]) == ("NL", "MSP")
    (role,) = connection(emsp_adapter).roles
    assert (role.role, role.party, role.name) == ("CPO", CPO, f"Simulated {CPO}")


async def test_a_role_that_2_1_1_implies_must_have_been_allowed(emsp_adapter: Running) -> None:
    async with SimulatedPartner(("EMSP", EMSP), versions=["2.1.1"]) as wrong:
        token = await invited(emsp_adapter, "the-emsp", "EMSP")
        heard = await wrong.register(emsp_adapter.versions_url, token)
    assert heard.status == 2001
    assert "role CPO was not allowed" in heard.envelope["status_message"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"party_id": "C|O"}, "/party_id"),
        ({"country_code": None}, "/country_code"),
        ({"business_details": {}}, "/business_details/name"),
        ({"token": "x" * 65}, "/token"),
        ({"url": "ftp://x/"}, "/url"),
    ],
)
async def test_mistakes_in_credentials_of_2_1_1_have_the_pointers_of_2_1_1(
    emsp_adapter: Running, changes: dict[str, Any], pointer: str
) -> None:
    async with a_cpo("2.1.1") as cpo:
        token = await invited(emsp_adapter, "the-cpo", "CPO")
        await cpo.discover(emsp_adapter.versions_url, token)
        heard = await cpo.offer("POST", token, {**cpo.credentials(cpo.invite()), **changes})
    assert (heard.http, heard.status) == (200, 2001)
    assert f"{pointer}:" in heard.envelope["status_message"]


async def test_a_hub_of_2_2_1_is_one_role_and_names_nobody_behind_it(hub: Running) -> None:
    """C-019; in the same moment a partner of 2.3.0 reads who can be reached (C-020)."""
    async with a_cpo("2.2.1") as cpo, SimulatedPartner(("EMSP", EMSP)) as emsp:
        await connect(hub, cpo, "the-cpo", "CPO")
        await connect(hub, emsp, "the-emsp", "EMSP")
        told, told_230 = (await shows(cpo)).data, (await shows(emsp)).data
    assert "hub_party_id" not in told
    assert [(each["role"], each["country_code"] + each["party_id"]) for each in told["roles"]] == [
        ("HUB", HUB.compact)
    ]
    assert told_230["hub_party_id"] == HUB.compact
    assert {each["role"] for each in told_230["roles"]} == {"CPO", "OTHER"}


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
async def test_a_hub_is_known_as_one_in_either_spelling(cpo_adapter: Running, version: str) -> None:
    async with SimulatedPartner(("OTHER", HUB), hub_party=HUB, versions=[version]) as hub:
        await connect(cpo_adapter, hub, "the-hub", "HUB")
    assert connection(cpo_adapter, "the-hub").hub_party == HUB


async def test_the_role_of_a_hub_is_understood_in_2_3_0_too(cpo_adapter: Running) -> None:
    """OCPI issue 544: platforms that grew out of 2.2.1 keep it."""
    async with SimulatedPartner(("HUB", HUB)) as hub:
        await connect(cpo_adapter, hub, "the-hub", "HUB")
    assert connection(cpo_adapter, "the-hub").hub_party == HUB


async def test_a_hub_must_have_been_invited_as_one(cpo_adapter: Running) -> None:
    async with SimulatedPartner(("OTHER", HUB), hub_party=HUB, versions=["2.2.1"]) as hub:
        token = await invited(cpo_adapter, "the-hub", "EMSP")
        heard = await hub.register(cpo_adapter.versions_url, token)
    assert heard.status == 2001
    assert heard.envelope["status_message"].startswith("/roles/0: ")


async def test_a_hub_has_no_2_1_1_yet(hub: Running) -> None:
    async with a_cpo("2.1.1") as cpo:
        with pytest.raises(AdminRefused, match=r"offers 2\.1\.1, not 2\.3\.0 or 2\.2\.1"):
            await register(hub, cpo)


async def test_the_version_that_was_called_must_be_among_theirs(hub: Running) -> None:
    """3002: it calls the credentials of 2.3.0 and offers 2.2.1."""
    async with a_cpo("2.3.0") as cpo:
        token = await invited(hub, "the-cpo", "CPO")
        await cpo.discover(hub.versions_url, token)
        told = Reply([{"version": "2.2.1", "url": f"{cpo.base}/2.2.1"}])
        cpo.answer("GET", "versions", Side.SENDER, lambda _: told)
        heard = await cpo.offer("POST", token, cpo.credentials(cpo.invite()))
        assert (heard.http, heard.status) == (200, 3002)
        cpo.answer("GET", "versions", Side.SENDER, cpo.usual("versions"))
        assert (await cpo.register(hub.versions_url, token)).http == 201


@pytest.mark.parametrize("version", ALL)
async def test_the_modules_that_are_missing_are_named(emsp_adapter: Running, version: str) -> None:
    """C-017: 3003, in each version."""
    async with a_cpo(version) as cpo:
        cpo.endpoints_offered = [each for each in cpo.offered() if each["identifier"] != "cdrs"]
        token = await invited(emsp_adapter, "the-cpo", "CPO")
        heard = await cpo.register(emsp_adapter.versions_url, token)
    assert (heard.status, heard.envelope["status_message"]) == (3003, "the version details lack cdrs SENDER")


async def test_a_put_in_another_version_moves_the_connection(emsp_adapter: Running) -> None:
    """C-015, up and down again: endpoints, tokens and roles are those of the version that was called."""
    async with a_cpo("2.1.1", "2.2.1", "2.3.0") as cpo:
        token = await invited(emsp_adapter, "the-cpo", "CPO")
        await cpo.register(emsp_adapter.versions_url, token, "2.1.1")
        for version in ("2.2.1", "2.3.0", "2.1.1"):
            heard = await cpo.renew(version)
            assert (heard.http, heard.status) == (200, 1000)
            current = connection(emsp_adapter)
            assert current.version == version
            assert current.endpoint("cdrs", Side.SENDER) == f"{cpo.root(version)}/sender/cdrs"
            assert [(each.role, each.party) for each in current.roles] == [("CPO", CPO)]
            assert await works(emsp_adapter, cpo)


async def test_a_move_that_fails_leaves_the_version_as_it_was(emsp_adapter: Running) -> None:
    async with a_cpo("2.2.1", "2.3.0") as cpo:
        await connect(emsp_adapter, cpo, "the-cpo", "CPO")
        cpo.endpoints_offered = [{"identifier": "cdrs", "role": "SENDER", "url": f"{cpo.base}/x"}]
        assert (await cpo.renew("2.2.1")).status == 3003
        cpo.endpoints_offered = None
        assert connection(emsp_adapter).version == "2.3.0"
        assert await works(emsp_adapter, cpo)


@pytest.mark.parametrize("version", ["2.2.1", "2.1.1"])
async def test_only_who_is_registered_may_put_and_delete_and_nobody_twice_post(
    emsp_adapter: Running, version: str
) -> None:
    """C-012, C-013 in the older versions."""
    async with a_cpo(version) as cpo:
        token = await invited(emsp_adapter, "the-cpo", "CPO")
        await cpo.discover(emsp_adapter.versions_url, token)
        for method in ("PUT", "DELETE"):
            assert (await cpo.offer(method, token, cpo.credentials(cpo.invite()))).http == 405
        await cpo.register(emsp_adapter.versions_url, token)
        assert cpo.their_token is not None
        assert (await cpo.offer("POST", cpo.their_token, cpo.credentials(cpo.invite()))).http == 405


async def test_unknown_fields_and_roles_of_any_version_are_welcome(hub: Running) -> None:
    """C-022; a role that nobody knows must still be one that was allowed."""
    async with a_cpo("2.2.1") as cpo:
        token = await invited(hub, "the-cpo", "CPO")
        await cpo.discover(hub.versions_url, token)
        told = cpo.credentials(cpo.invite())
        (role,) = told["roles"]
        unknown = {**told, "roles": [{**role, "role": "PTP", "party_id": "PTP"}]}
        assert (await cpo.offer("POST", token, unknown)).status == 2001
        odd = {**told, "hub_party_id": None, "odd": {"x": [1]}, "roles": [{**role, "odd": 1}]}
        assert (await cpo.offer("POST", token, odd)).http == 201


@pytest.mark.parametrize(
    ("version", "quirk", "found"),
    [
        ("2.3.0", {}, set()),
        ("2.1.1", {}, set()),
        ("2.1.1", {"any_token_spelling": True}, set()),
        ("2.1.1", {"wrapped_versions": True}, set()),
    ],
)
async def test_a_token_is_spelled_as_the_version_has_it(
    emsp_adapter: Running, version: str, quirk: dict[str, bool], found: set[Quirk]
) -> None:
    """C-006, C-007."""
    async with a_cpo(version, **quirk) as cpo:
        await register(emsp_adapter, cpo)
        assert await works(emsp_adapter, cpo)
    partner = known(emsp_adapter)
    assert partner is not None
    assert partner.quirks == found


@pytest.mark.parametrize("begins", ["they", "we"])
async def test_a_partner_that_reads_another_spelling_is_found_out_in_the_handshake(
    emsp_adapter: Running, monkeypatch: pytest.MonkeyPatch, begins: str
) -> None:
    """A-3; OCPI issues 212 and 369: this one compares with the header as it stands, in 2.2.1."""
    async with a_cpo("2.2.1") as cpo:
        monkeypatch.setattr("simulators.dialect.tokens_in", lambda header, _: {header.removeprefix("Token ")})
        if begins == "they":
            await connect(emsp_adapter, cpo, "the-cpo", "CPO")
        else:
            await register(emsp_adapter, cpo)
        partner = known(emsp_adapter)
        assert partner is not None
        assert partner.quirks == {Quirk.RAW_TOKEN}
        ours = connection(emsp_adapter).token
        assert (await cpo.plain("GET", cpo.versions_url, f"Token {ours.reveal()}")).http == 200
        cpo.handshakes.clear()
        await operate(emsp_adapter, "/partners/the-cpo/rotate", {})
        assert [each.method for each in cpo.handshakes] == ["GET", "GET", "PUT"]


async def test_our_token_is_plain_in_credentials_and_base64_in_headers(hub: Running) -> None:
    """C-023."""
    async with a_cpo("2.2.1") as cpo:
        await connect(hub, cpo, "the-cpo", "CPO")
        told = (await shows(cpo)).data["token"]
    assert len(told) <= 64
    assert CredentialsToken(told).header() == cpo.authorization(CredentialsToken(told))
    assert told == (cpo.their_token or cpo.invite()).reveal()
