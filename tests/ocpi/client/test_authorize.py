"""Asking an issuer of every version whether a token may charge. C-087 … C-090."""

import pytest

from ocpi.client.authorize import authorize
from ocpi.errors import Rejected, UnknownToken
from ocpi.process.egress import Egress
from ocpi.wire.interfaces import Side
from ocpi.wire.quirks import Quirk
from schemas.translation.context import Context
from schemas.v2_3_0.enums import TokenType
from schemas.v2_3_0.tokens import AuthorizationInfo, LocationReferences
from simulators.partner import Reply, SimulatedPartner
from tests import build
from tests.ocpi.client.connected import OF_THE_EMSP, VERSIONS, line_to, speaking, told_in
from tests.platforms import EMSP

HERE = LocationReferences(location_id="LOC1", evse_uids=("E1",))


def allowing(far: SimulatedPartner, *, wrapped: bool = False) -> None:
    info = AuthorizationInfo.model_validate({"allowed": "ALLOWED", "token": build.token().to_wire()})
    told = told_in(far.version, AuthorizationInfo, info, OF_THE_EMSP)
    far.answer("POST", "tokens", Side.SENDER, lambda _: Reply([told] if wrapped else told))


@pytest.mark.parametrize("version", VERSIONS)
async def test_an_issuer_is_asked_and_understood(version: str, egress: Egress) -> None:
    async with speaking(version, "EMSP", EMSP) as far:
        allowing(far)
        facts = Context(owner=EMSP, token=build.token())
        info = await authorize(line_to(far, egress), "04E2A1B2C3", TokenType.RFID, HERE, facts)
    (heard,) = far.received
    assert (heard.method, heard.path, heard.query) == (
        "POST",
        "04E2A1B2C3/authorize",
        {"type": "RFID"},
    )
    assert heard.json() == {"location_id": "LOC1", "evse_uids": ["E1"]}
    assert (info.allowed, info.token.contract_id) == ("ALLOWED", "NL-MSP-C12345678-X")


@pytest.mark.parametrize("version", VERSIONS)
async def test_an_answer_may_stand_in_a_list_of_its_own(version: str, egress: Egress) -> None:
    async with speaking(version, "EMSP", EMSP) as far:
        allowing(far, wrapped=True)
        info = await authorize(line_to(far, egress), "04E2A1B2C3", TokenType.RFID, HERE, OF_THE_EMSP)
    assert info.allowed == "ALLOWED"


async def test_the_token_of_an_answer_of_2_1_1_is_the_one_that_was_asked_for(egress: Egress) -> None:
    async with speaking("2.1.1", "EMSP", EMSP) as far:
        allowing(far)
        info = await authorize(line_to(far, egress), "CARD", TokenType.RFID, None, OF_THE_EMSP)
    assert far.received[0].body == b""
    assert (info.token.uid, info.token.type, info.token.contract_id) == ("CARD", "RFID", "#NA")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "reply",
    [
        Reply(http=404, status_code=2004),
        Reply(http=404, status_code=2001),
        Reply(status_code=2004),
        Reply(http=404, raw=b"not found"),
        Reply(http=404, raw=b'{"detail":"Not Found"}'),
    ],
)
async def test_an_unknown_token_is_told_in_several_ways(version: str, reply: Reply, egress: Egress) -> None:
    """C-088."""
    async with speaking(version, "EMSP", EMSP) as far:
        far.answer("POST", "tokens", Side.SENDER, lambda _: reply)
        with pytest.raises(UnknownToken):
            await authorize(line_to(far, egress), "CARD", TokenType.RFID, HERE, OF_THE_EMSP)


async def test_another_refusal_is_no_unknown_token(egress: Egress) -> None:
    """C-090."""
    async with speaking("2.3.0", "EMSP", EMSP) as far:
        far.answer("POST", "tokens", Side.SENDER, lambda _: Reply(status_code=2002))
        with pytest.raises(Rejected) as refused:
            await authorize(line_to(far, egress), "CARD", TokenType.RFID, None, OF_THE_EMSP)
    assert refused.value.ocpi == 2002


async def test_the_type_is_called_as_the_partner_reads_it(egress: Egress) -> None:
    async with speaking("2.1.1", "EMSP", EMSP) as far:
        allowing(far)
        line = line_to(far, egress, Quirk.TYPE_AS_TOKEN_TYPE)
        await authorize(line, "A/../B", TokenType.OTHER, HERE, OF_THE_EMSP)
    assert far.received[0].query == {"token_type": "OTHER"}
    assert far.received[0].path == "A%2F..%2FB/authorize"
