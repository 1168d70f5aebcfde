"""The handshake and what follows from it. Spec: credentials; status_codes."""

import pytest

from passerelle.conformance import samples
from passerelle.conformance.target import Target
from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner
from tests.conformance.stages import SHARED_LOOP, Stage, green, on
from tests.conformance.station import changed_status
from tests.fakes.eventually import eventually
from tests.platforms import CPO, HUB, agree, operate

pytestmark = SHARED_LOOP

OF_ALL = ("2.3.0", "2.2.1", "2.1.1")
SINCE_2_2_1 = ("2.2.1", "2.3.0")
EVERYWHERE = on("hub", "cpo", "emsp")
ADAPTERS = on("cpo", "emsp")
WITH_ROLES = on("hub", "cpo", "emsp", versions=SINCE_2_2_1)


async def reached(stage: Stage, newcomer: Target) -> None:
    """Whatever the platform tells everybody has been told to the newcomer, under an agreement."""
    if stage.kind == "emsp":
        await agree(stage.platform, cpo=newcomer.own)
    else:
        await agree(stage.platform, emsp=newcomer.own)
    await eventually(lambda: bool(newcomer.us.received))


def newcomer_role(stage: Stage) -> str:
    return "CPO" if stage.kind == "emsp" else "EMSP"


@EVERYWHERE
async def test_c009_our_versions_and_details_are_read_before_registration_is_answered(stage: Stage) -> None:
    async with stage.newcomer() as target:
        await green("C-009", target)


@EVERYWHERE
async def test_c010_token_a_is_dead_after_registration(stage: Stage) -> None:
    async with stage.newcomer() as target:
        await green("C-009", target)
        await green("C-010", target)


@EVERYWHERE
async def test_c011_the_token_offered_at_registration_goes_on_opening_our_side(stage: Stage) -> None:
    async with stage.newcomer(newcomer_role(stage)) as target:
        await green("C-009", target)
        (token_b,) = {each.token for each in target.us.handshakes}
        await reached(stage, target)
        assert {each.token for each in target.us.received} == {token_b}


@EVERYWHERE
async def test_c012_nobody_registers_twice(stage: Stage) -> None:
    async with stage.newcomer() as target:
        await green("C-009", target)
        await green("C-012", target)
        await stage_opens(target)


@EVERYWHERE
async def test_c013_only_the_registered_replace_or_delete_credentials(stage: Stage) -> None:
    async with stage.newcomer() as target:
        await green("C-013", target)
        await green("C-009", target)


@EVERYWHERE
async def test_c014_a_put_gives_a_new_token_and_reads_our_endpoints_again(stage: Stage) -> None:
    async with stage.newcomer() as target:
        await green("C-009", target)
        await green("C-014", target)
        await stage_opens(target)


@ADAPTERS
async def test_c015_a_put_to_another_version_switches_the_connection(stage: Stage) -> None:
    async with stage.newcomer(newcomer_role(stage), versions=OF_ALL) as target:
        await green("C-009", target)
        await green("C-015", target)
        other = next(each for each in OF_ALL if each != stage.version)
        await target.us.discover(target.versions_url, target.token, other)
        assert (await target.us.renew(other)).is_success
        await reached(stage, target)
        assert {each.version for each in target.us.received} == {other}


@EVERYWHERE
async def test_c016_an_unreachable_caller_is_told_3001_and_may_try_again(stage: Stage) -> None:
    async with stage.newcomer() as target:
        await green("C-016", target)
        await green("C-009", target)


@EVERYWHERE
async def test_c017_a_caller_without_a_needed_endpoint_is_told_3003(stage: Stage) -> None:
    async with stage.newcomer() as target:
        verdict = await green("C-017", target)
        assert verdict.text == "status_code 3003"
        await green("C-009", target)


@ADAPTERS
async def test_c017_an_adapter_needs_modules_too(stage: Stage) -> None:
    async with stage.newcomer() as target:
        us = target.us
        us.endpoints_offered = [each for each in us.offered() if each["identifier"] == "credentials"]
        heard = await us.offer("POST", target.token, us.credentials(us.invite()))
        assert heard.status == 3003
        assert (await target.configure("GET", target.versions_url)).is_success


@EVERYWHERE
async def test_c018_whoever_leaves_is_out_and_hears_nothing_more(stage: Stage) -> None:
    async with stage.newcomer(newcomer_role(stage)) as target:
        await green("C-009", target)
        await reached(stage, target)
        await green("C-018", target)
        await quiet(stage, target.us)


async def quiet(stage: Stage, left: SimulatedPartner) -> None:
    """Nothing arrives any more, although there is news, and others hear of it."""
    left.received.clear()
    stage.far.received.clear()
    stage.emsp.received.clear()
    match stage.kind:
        case "hub":
            body = samples.location(stage.version, CPO, stage.target.fresh_id())
            await stage.push("locations", "FR", "CPO", body["id"], body=body, to=HUB)
        case "cpo":
            await changed_status(stage)
        case _:
            await operate(stage.platform, "/cdrs/pull", {})
    news = "cdrs" if stage.kind == "emsp" else "locations"
    await eventually(lambda: bool(stage.emsp.heard(news)))
    assert left.received == []


@on("hub", versions=("2.2.1",))
async def test_c019_a_hub_of_2_2_1_is_one_role_and_names_nobody_behind_it(stage: Stage) -> None:
    await stage.holds("C-019")


@on("hub", versions=("2.3.0",))
async def test_c020_a_hub_of_2_3_0_has_a_hub_party_id_and_the_roles_behind_it(stage: Stage) -> None:
    await stage.holds("C-020")
    for caller, behind in ((stage.target, ("EMSP", "MSP")), (stage.reader, ("CPO", "CPO"))):
        told = (await caller.configure("GET", caller.credentials_url)).data
        assert told["hub_party_id"] == HUB.compact
        assert behind in {(each["role"], each["party_id"]) for each in told["roles"]}


@WITH_ROLES
async def test_c021_a_role_of_a_party_stands_there_once(stage: Stage) -> None:
    await stage.holds("C-021")


@WITH_ROLES
@pytest.mark.parametrize(("country", "status"), [("DE", 2001), ("AT", 1000)], ids=["twice", "two parties"])
async def test_c021_a_caller_may_play_a_role_for_several_parties_but_not_twice_for_one(
    stage: Stage, country: str, status: int
) -> None:
    async with stage.newcomer() as target:
        role, party = target.us.roles[0]
        target.us.roles = ((role, party), (role, PartyId(country, party.party_id)))
        heard = await target.us.offer("POST", target.token, target.us.credentials(target.us.invite()))
        assert heard.status == status


@ADAPTERS
async def test_c022_unknown_fields_are_no_reason_to_refuse_credentials(stage: Stage) -> None:
    async with stage.newcomer() as target:
        us = target.us
        mine = {**us.credentials(us.invite()), "an_unknown_field": {"x": [1]}}
        assert (await us.offer("POST", target.token, mine)).is_success


@on("emsp", "cpo", versions=("2.3.0",))
async def test_c022_nor_any_other_object(stage: Stage) -> None:
    await stage.holds("C-022")


@WITH_ROLES
async def test_c023_the_token_in_credentials_is_plain(stage: Stage) -> None:
    await stage.holds("C-023")


async def stage_opens(target: Target) -> None:
    assert (await target.configure("GET", target.versions_url)).is_success
