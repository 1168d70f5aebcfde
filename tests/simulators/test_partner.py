"""The simulated partner speaks each version as it is written, and departs from it by named quirks alone."""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields
from typing import Any

import pytest

from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.dialect import MODULES, VERSIONS
from simulators.exchanged import Heard
from simulators.partner import Quirks, Reply, Request, SimulatedPartner

CPO, EMSP, HUB = PartyId("FR", "CPO"), PartyId("NL", "MSP"), PartyId("FR", "HUB")
ROUTING = Routing(to=EMSP, sender=CPO)
STAMP = "2026-03-01T08:00:00Z"


@asynccontextmanager
async def pair(
    *versions: str, quirks: Quirks | None = None, theirs: Quirks | None = None
) -> AsyncIterator[tuple[SimulatedPartner, SimulatedPartner]]:
    """A CPO with these quirks that has registered with an eMSP."""
    async with (
        SimulatedPartner(("CPO", CPO), versions=versions, quirks=quirks) as cpo,
        SimulatedPartner(("EMSP", EMSP), versions=versions, quirks=theirs) as emsp,
    ):
        heard = await cpo.register(emsp.versions_url, emsp.invite())
        assert heard.status == 1000
        yield cpo, emsp


def objects(count: int) -> list[dict[str, Any]]:
    return [
        {"id": f"L{number}", "last_updated": f"2026-03-0{number}T08:00:00Z"} for number in range(1, count + 1)
    ]


async def pull(emsp: SimulatedPartner, *path: str, **query: str) -> Heard:
    routing = Routing(to=CPO, sender=EMSP)
    return await emsp.call("GET", "locations", Side.SENDER, *path, routing=routing, query=query)


@pytest.mark.parametrize("version", VERSIONS)
async def test_two_of_them_register_and_then_call_each_other_both_ways(version: str) -> None:
    async with pair(version) as (cpo, emsp):
        assert [each.module for each in cpo.handshakes] == ["versions", "details"]
        await cpo.call(
            "PUT", "sessions", Side.RECEIVER, "FR", "CPO", "S1", routing=ROUTING, body={"id": "S1"}
        )
        await emsp.call("PUT", "tokens", Side.RECEIVER, "NL", "MSP", "T1", routing=ROUTING, body={})
        (pushed,), (told,) = emsp.heard("sessions"), cpo.heard("tokens")
        assert (pushed.version, pushed.path, pushed.json()) == (version, "FR/CPO/S1", {"id": "S1"})
        assert (told.version, told.path) == (version, "NL/MSP/T1")


async def test_2_1_1_is_flat_without_roles_without_headers_and_with_a_raw_token() -> None:
    async with pair("2.1.1") as (cpo, emsp):
        (offered,) = (each for each in emsp.handshakes if each.method == "POST")
        assert {"party_id": "CPO", "country_code": "FR"}.items() <= offered.json().items()
        assert "roles" not in offered.json()
        assert all("role" not in each for each in cpo.offered())
        assert cpo.url_of("locations", Side.SENDER) in {each["url"] for each in cpo.offered()}
        assert cpo.url_of("locations", Side.RECEIVER) not in {each["url"] for each in cpo.offered()}

        heard = await cpo.call("PUT", "sessions", Side.RECEIVER, "S1", routing=ROUTING, body={})
        (pushed,) = emsp.heard("sessions")
        assert cpo.their_token is not None
        assert pushed.headers["Authorization"] == f"Token {cpo.their_token.reveal()}"
        assert pushed.routing == Routing()
        assert "X-Request-ID" not in heard.headers
        assert (await cpo.plain("GET", emsp.versions_url, cpo.their_token.header())).http == 401


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
async def test_later_versions_have_roles_ids_headers_and_base64(version: str) -> None:
    async with pair(version) as (cpo, emsp):
        heard = await cpo.call("PUT", "sessions", Side.RECEIVER, "S1", routing=ROUTING, body={})
        (pushed,) = emsp.heard("sessions")
        assert cpo.their_token is not None
        assert pushed.headers["Authorization"] == cpo.their_token.header()
        assert pushed.routing == ROUTING
        assert heard.headers["X-Request-ID"] == pushed.ids.request_id
        assert Routing.read(heard.headers) == ROUTING.reversed()
        offered = {(each["identifier"], each["role"]) for each in emsp.offered()}
        assert offered == {("credentials", "SENDER")} | {
            (module, side) for module in MODULES[version] for side in Side
        }


@pytest.mark.parametrize(
    ("version", "roles", "hub_party_id"),
    [("2.2.1", [("HUB", "HUB")], None), ("2.3.0", [("CPO", "CPO"), ("EMSP", "MSP")], "FRHUB")],
)
async def test_a_hub_names_itself_as_its_version_has_it(
    version: str, roles: list[tuple[str, str]], hub_party_id: str | None
) -> None:
    """C-019, C-020."""
    async with SimulatedPartner(("CPO", CPO), ("EMSP", EMSP), hub_party=HUB, versions=[version]) as hub:
        told = hub.credentials(hub.invite())
        assert [(each["role"], each["party_id"]) for each in told["roles"]] == roles
        assert told.get("hub_party_id") == hub_party_id


async def test_of_several_versions_the_best_is_taken_and_a_put_switches() -> None:
    """C-015."""
    async with pair("2.1.1", "2.2.1") as (cpo, emsp):
        assert (cpo.version, emsp.version) == ("2.2.1", "2.2.1")
        before = cpo.their_token
        heard = await cpo.renew("2.1.1")
        assert heard.data["token"] != (before and before.reveal())
        assert (cpo.version, emsp.version) == ("2.1.1", "2.1.1")
        await emsp.call("PUT", "tokens", Side.RECEIVER, "T1", routing=ROUTING, body={})
        assert [each.version for each in cpo.heard("tokens")] == ["2.1.1"]


async def test_a_refused_switch_leaves_the_version_as_it_was() -> None:
    async with pair("2.1.1", "2.2.1") as (cpo, emsp):
        emsp.answer("PUT", "credentials", Side.SENDER, lambda _: Reply(status_code=3000))
        before = dict(cpo.endpoints)
        await cpo.renew("2.1.1")
        assert (cpo.version, cpo.endpoints) == ("2.2.1", before)


async def test_a_token_that_was_offered_is_good_although_its_answer_never_came() -> None:
    async with pair("2.3.0") as (cpo, emsp):

        async def take_it_and_say_nothing(request: Request) -> Reply:
            await emsp.usual("credentials")(request)
            return Reply(http=504, raw=b"")

        emsp.answer("PUT", "credentials", Side.SENDER, take_it_and_say_nothing)
        assert (await cpo.renew()).http == 504
        assert (await emsp.renew()).is_success


async def test_credentials_are_kept_as_the_methods_say() -> None:
    """C-012, C-013, C-016, C-018."""
    async with pair("2.3.0") as (cpo, emsp):
        assert (await cpo.offer("POST", shown(cpo), cpo.credentials(cpo.invite()))).http == 405
        assert (await cpo.offer("PUT", emsp.invite(), cpo.credentials(cpo.invite()))).http == 405
        away = {**cpo.credentials(cpo.invite()), "url": "http://127.0.0.1:1/versions"}
        assert (await cpo.offer("POST", emsp.invite(), away)).status == 3001
        assert (await cpo.send("GET", cpo.endpoints["credentials", "SENDER"], shown(cpo))).data["roles"]
        await cpo.withdraw()
        assert not emsp.is_registered
        assert (await cpo.send("GET", emsp.versions_url, shown(cpo))).http == 401


def shown(partner: SimulatedPartner) -> CredentialsToken:
    assert partner.their_token is not None
    return partner.their_token


async def test_no_version_in_common_ends_in_3002() -> None:
    async with (
        SimulatedPartner(("CPO", CPO), versions=["2.1.1", "2.2.1"]) as cpo,
        SimulatedPartner(("EMSP", EMSP), versions=["2.2.1", "2.3.0"]) as emsp,
    ):
        await cpo.discover(emsp.versions_url, emsp.invite())
        cpo.versions = ("2.1.1",)
        cpo.version = "2.1.1"
        cpo.quirks = Quirks(any_token_spelling=True)
        heard = await cpo.offer("POST", emsp.invite(), cpo.credentials(cpo.invite(), "2.2.1"))
        assert heard.status == 3002


async def test_lists_are_paged_and_filtered() -> None:
    """C-024, C-025, C-026."""
    async with pair("2.3.0") as (cpo, emsp):
        cpo.publishes("locations", objects(5), at_most=2)
        first = await pull(emsp, limit="9", date_from="2026-03-02T08:00:00Z", date_to="2026-03-05T08:00:00Z")
        assert [each["id"] for each in first.data] == ["L2", "L3"]
        assert (first.headers["X-Total-Count"], first.headers["X-Limit"]) == ("3", "2")
        link = first.headers["Link"].removeprefix("<").removesuffix('>; rel="next"')
        last = await emsp.send("GET", link, shown(emsp))
        assert [each["id"] for each in last.data] == ["L4"]
        assert "Link" not in last.headers


async def test_single_objects_and_their_parts_are_served() -> None:
    whole = {"id": "L1", "last_updated": STAMP, "evses": [{"uid": "E1", "connectors": [{"id": "1"}]}]}
    async with pair("2.3.0") as (cpo, emsp):
        cpo.publishes("locations", [whole])
        assert (await pull(emsp, "L1", "E1", "1")).data == {"id": "1"}
        assert (await pull(emsp, "L1", "E2")).http == 404


async def test_what_is_pushed_is_kept_and_shown_again() -> None:
    async with pair("2.3.0") as (cpo, emsp):
        kept = emsp.keeps("sessions")
        path = ("FR", "CPO", "S1")

        async def push(method: str, body: Any) -> Heard:
            return await cpo.call(method, "sessions", Side.RECEIVER, *path, routing=ROUTING, body=body)

        assert (await push("PATCH", {"kwh": 1})).http == 404
        assert (await push("PUT", {"id": "S1", "last_updated": STAMP})).http == 201
        assert (await push("PATCH", {"kwh": 2})).http == 200
        assert (await push("PUT", b"{")).http == 400
        assert (await push("PUT", {"id": "S1"})).status == 2001
        assert (await push("GET", None)).data == {"id": "S1", "last_updated": STAMP, "kwh": 2}
        assert list(kept.objects) == ["FR/CPO/S1"]


async def test_a_bill_is_found_where_its_location_says() -> None:
    """C-114."""
    async with pair("2.3.0") as (cpo, emsp):
        emsp.keeps("cdrs")
        bill = {"id": "CDR1", "last_updated": STAMP}
        heard = await cpo.call("POST", "cdrs", Side.RECEIVER, routing=ROUTING, body=bill)
        again = await cpo.send("GET", heard.headers["Location"], shown(cpo), routing=ROUTING)
        assert (heard.http, again.data) == (201, bill)


async def probe(quirks: Quirks) -> dict[str, object]:
    """What a far side sees of a CPO with these quirks."""
    async with pair("2.3.0", theirs=quirks) as (cpo, emsp):
        listed = emsp.publishes("tokens", objects(3), at_most=2)
        emsp.keeps("cdrs")
        page = await cpo.call("GET", "tokens", Side.SENDER, routing=ROUTING)
        last = await cpo.call("GET", "tokens", Side.SENDER, query={"offset": "2"}, routing=ROUTING)
        one = await cpo.call("GET", "tokens", Side.SENDER, "L1", routing=ROUTING)
        bill = await cpo.call(
            "POST", "cdrs", Side.RECEIVER, body={"id": "C", "last_updated": STAMP}, routing=ROUTING
        )
        put = await cpo.call("PUT", "commands", Side.RECEIVER, body={}, routing=ROUTING)
        await emsp.tell_result(f"{cpo.base}/sender/commands/1", {"result": "ACCEPTED"}, ROUTING)
        (result,) = cpo.heard("commands")
        versions = await cpo.send("GET", emsp.versions_url, shown(cpo))
        assert len(listed.objects) == 3
        return {
            "trailing_slash": all(each["url"].endswith("/") for each in emsp.offered()),
            "enveloped_command_results": "data" in result.json(),
            "dates_without_zone": not str(one.envelope["timestamp"]).endswith("Z"),
            "list_wrapped_objects": isinstance(one.data, list),
            "ok_for_created": bill.http == 200,
            "token_with_newline": result.headers["Authorization"] == f"Token {with_newline(shown(emsp))}",
            "other_token_spelling": result.headers["Authorization"] == f"Token {shown(emsp).reveal()}",
            "any_token_spelling": False,
            "foreign_links": "elsewhere.example" in page.headers["Link"],
            "endless_links": "Link" in last.headers,
            "page_as_total": page.headers["X-Total-Count"] == "2",
            "null_data": "data" in put.envelope,
            "no_ids": "X-Request-ID" not in put.headers,
            "no_location": "Location" not in bill.headers,
            "wrapped_versions": isinstance(versions.data, dict),
        }


def with_newline(token: CredentialsToken) -> str:
    return b64encode(f"{token.reveal()}\n".encode()).decode()


ON_THE_WIRE = [
    each.name for each in fields(Quirks) if each.name not in ("any_token_spelling", "wrapped_versions")
]


async def test_without_quirks_nothing_is_odd() -> None:
    assert not any((await probe(Quirks())).values())


@pytest.mark.parametrize("quirk", ON_THE_WIRE)
async def test_each_quirk_shows_and_shows_alone(quirk: str) -> None:
    seen = await probe(Quirks(**{quirk: True}))
    assert [name for name, is_odd in seen.items() if is_odd] == [quirk]


async def test_versions_may_stand_inside_an_object() -> None:
    async with SimulatedPartner(("CPO", CPO), quirks=Quirks(wrapped_versions=True)) as cpo:
        heard = await cpo.send("GET", cpo.versions_url, cpo.invite())
        assert [each["version"] for each in heard.data["versions"]] == ["2.3.0"]


async def test_a_partner_of_2_1_1_may_read_base64_too() -> None:
    async with SimulatedPartner(
        ("CPO", CPO), versions=["2.1.1"], quirks=Quirks(any_token_spelling=True)
    ) as cpo:
        assert (await cpo.plain("GET", cpo.versions_url, cpo.invite().header())).http == 200
