"""Versions, endpoints, and who is let in. Spec: version_information_endpoint; transport_and_format."""

from ocpi.wire.interfaces import Side
from tests.conformance.stages import SHARED_LOOP, Stage, green, on

pytestmark = SHARED_LOOP

SINCE_2_2_1 = ("2.2.1", "2.3.0")
EVERYWHERE = on("hub", "cpo", "emsp")
WITH_ROLES = on("hub", "cpo", "emsp", versions=SINCE_2_2_1)
ADAPTERS_IN_2_1_1 = on("cpo", "emsp", versions=("2.1.1",))


@EVERYWHERE
async def test_c001_the_versions_are_a_list_with_absolute_urls(stage: Stage) -> None:
    await stage.holds("C-001")
    assert stage.version in stage.target.offered


@WITH_ROLES
async def test_c002_each_endpoint_has_a_role_and_credentials_stand_there_once(stage: Stage) -> None:
    await stage.holds("C-002")


@ADAPTERS_IN_2_1_1
async def test_c003_endpoints_of_2_1_1_have_no_role(stage: Stage) -> None:
    await stage.holds("C-003")
    assert all("role" not in each for each in stage.target.endpoints)


async def unsuspected(stage: Stage) -> None:
    """Wrong tokens of other tests count no longer: the platform stops those who guess."""
    await stage.clock.leap(minutes=2)


@EVERYWHERE
async def test_c004_nobody_is_let_in_without_a_token(stage: Stage) -> None:
    await unsuspected(stage)
    await stage.holds("C-004")


@EVERYWHERE
async def test_c005_an_unknown_token_is_401_and_not_403(stage: Stage) -> None:
    await unsuspected(stage)
    await stage.holds("C-005")


@WITH_ROLES
async def test_c006_tokens_come_in_base64_and_older_spellings_are_read_too(stage: Stage) -> None:
    verdict = await stage.holds("C-006")
    assert verdict.text == "every spelling is read"


@WITH_ROLES
async def test_c006_what_we_send_is_base64(stage: Stage) -> None:
    async with stage.newcomer() as target:
        await green("C-009", target)
        (shown,) = {each.headers["Authorization"] for each in target.us.handshakes}
        token = next(each.token for each in target.us.handshakes)
        assert shown != f"Token {token}"


@ADAPTERS_IN_2_1_1
async def test_c007_tokens_of_2_1_1_are_raw_in_both_directions(stage: Stage) -> None:
    await stage.holds("C-007")
    async with stage.newcomer() as target:
        await green("C-009", target)
        assert {each.headers["Authorization"] for each in target.us.handshakes} == {
            f"Token {each.token}" for each in target.us.handshakes
        }


@WITH_ROLES
async def test_c008_token_a_opens_the_handshake_and_nothing_else(stage: Stage) -> None:
    async with stage.newcomer() as target:
        await green("C-008", target)
        assert target.has("tokens", Side.RECEIVER) or target.has("tokens", Side.SENDER)
