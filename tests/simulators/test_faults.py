"""Each fault of a simulated partner shows on the wire, byte by byte, and leaves the others alone."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from yarl import URL

from schemas import codec
from schemas.kinds import PartyId
from schemas.times import parse
from simulators import faults
from simulators.faults import PROFILES, Fault
from simulators.partner import SimulatedPartner
from tests.fakes.clock import START, ManualClock
from tests.fakes.eventually import eventually
from tests.fakes.raw_http import request

MODULE = "/receiver/locations/FR/CPO/L1"


class Line:
    """A TCP connection to the partner, kept open from one request to the next."""

    def __init__(
        self, partner: SimulatedPartner, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._shown = partner.invite().header()
        self._reader = reader
        self._writer = writer

    def ask(self, path: str = MODULE) -> None:
        shown = b"Authorization: " + self._shown.encode()
        self._writer.write(request("PUT", path.encode(), shown, body=b"{}", keep_alive=True))

    async def said(self, within_s: float = 0.2) -> bytes:
        """All that came until there was silence for so long. Raises ConnectionResetError."""
        came = b""
        while True:
            try:
                async with asyncio.timeout(within_s):
                    more = await self._reader.read(2**16)
            except TimeoutError:
                return came
            if not more:
                return came
            came += more

    async def head(self) -> bytes:
        return await self._reader.readuntil(b"\r\n\r\n")

    async def read(self, count: int) -> bytes:
        return await self._reader.readexactly(count)

    @property
    def is_open(self) -> bool:
        return not self._reader.at_eof()

    async def close(self) -> None:
        self._writer.close()


@asynccontextmanager
async def line_to(partner: SimulatedPartner) -> AsyncIterator[Line]:
    where = URL(partner.base)
    line = Line(partner, *await asyncio.open_connection(where.host, where.port))
    try:
        yield line
    finally:
        await line.close()


@pytest.fixture
async def partner() -> AsyncIterator[SimulatedPartner]:
    async with SimulatedPartner(("EMSP", PartyId("NL", "MSP"))) as partner:
        yield partner


async def heard(partner: SimulatedPartner, fault: Fault) -> bytes:
    """The whole of an answer."""
    with partner.faults.acting(fault) as acting:
        async with line_to(partner) as line:
            line.ask()
            answer = await line.said()
    assert acting.met == 1
    return answer


def status(answer: bytes) -> bytes:
    return answer.split(b" ", 2)[1]


def envelope(answer: bytes) -> Any:
    return codec.decode(answer.partition(b"\r\n\r\n")[2])


async def test_a_slow_partner_takes_the_request_at_once_and_answers_late(
    partner: SimulatedPartner, clock: ManualClock
) -> None:
    with partner.faults.acting(faults.slow(30, clock)):
        async with line_to(partner) as line:
            line.ask()
            await eventually(lambda: partner.received)
            await clock.advance(seconds=29)
            assert await line.said() == b""
            await clock.advance(seconds=1)
            assert status(await line.said()) == b"200"


async def test_a_dead_partner_resets_the_connection_and_takes_nothing(partner: SimulatedPartner) -> None:
    with pytest.raises(ConnectionResetError):
        await heard(partner, faults.dead())
    assert partner.received == []


async def test_a_flapping_partner_is_dead_every_other_while(
    partner: SimulatedPartner, clock: ManualClock
) -> None:
    with partner.faults.acting(faults.flapping(5, 5, clock)) as acting:
        for is_up in (True, False, True, False):
            async with line_to(partner) as line:
                line.ask()
                if is_up:
                    assert status(await line.said()) == b"200"
                else:
                    with pytest.raises(ConnectionResetError):
                        await line.said()
            await clock.advance(seconds=5)
    assert acting.met == 4
    assert len(partner.received) == 2


async def test_too_many_requests_say_when_to_come_again(partner: SimulatedPartner) -> None:
    answer = await heard(partner, faults.too_many(30))
    assert status(answer) == b"429"
    assert b"\r\nRetry-After: 30\r\n" in answer
    assert partner.received == []


async def test_a_broken_partner_says_500_without_an_envelope(partner: SimulatedPartner) -> None:
    answer = await heard(partner, faults.broken())
    assert status(answer) == b"500"
    assert not answer.partition(b"\r\n\r\n")[2].startswith(b"{")
    assert partner.received == []


async def test_a_reset_comes_in_the_middle_of_the_answer_to_a_request_that_was_taken(
    partner: SimulatedPartner,
) -> None:
    with partner.faults.acting(faults.reset()):
        async with line_to(partner) as line:
            line.ask()
            await line.head()
            with pytest.raises(ConnectionResetError):
                await line.read(10_000)
    assert len(partner.received) == 1


async def test_a_drip_is_a_byte_a_second(partner: SimulatedPartner, clock: ManualClock) -> None:
    with partner.faults.acting(faults.drip(clock)):
        async with line_to(partner) as line:
            line.ask()
            assert b"Content-Length" in await line.head()
            assert await line.said() == b"{"
            await clock.advance(seconds=3)
            assert len(await line.said()) == 3


async def test_a_huge_answer_says_ten_gigabytes_and_means_it(partner: SimulatedPartner) -> None:
    with partner.faults.acting(faults.huge()):
        async with line_to(partner) as line:
            line.ask()
            assert b"Content-Length: 10000000000\r\n" in await line.head()
            for _ in range(50):
                await line.read(1_000_000)


async def test_an_endless_answer_has_always_one_more_chunk(
    partner: SimulatedPartner, clock: ManualClock
) -> None:
    with partner.faults.acting(faults.endless(clock)):
        async with line_to(partner) as line:
            line.ask()
            assert b"Transfer-Encoding: chunked" in await line.head()
            for _ in range(20):
                assert await line.read(6) == b"1\r\n \r\n"
                await clock.advance(seconds=0.1)


async def test_a_bomb_is_a_megabyte_that_unpacks_into_a_gigabyte(partner: SimulatedPartner) -> None:
    answer = await heard(partner, faults.bomb())
    assert b"\r\nContent-Encoding: gzip\r\n" in answer
    packed = answer.partition(b"\r\n\r\n")[2]
    assert len(packed) < 2_000_000
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    first = unpacker.decompress(packed)
    members = len(packed) / (len(packed) - len(unpacker.unused_data))
    assert members * len(first) == 1_000_000_000


async def test_a_redirect_leads_to_itself(partner: SimulatedPartner) -> None:
    answer = await heard(partner, faults.redirects())
    assert status(answer) == b"302"
    assert f"Location: http://x{MODULE}\r\n".encode() in answer


async def test_wrong_json_is_a_success_that_nobody_can_read(partner: SimulatedPartner) -> None:
    answer = await heard(partner, faults.wrong_json())
    assert status(answer) == b"200"
    with pytest.raises(codec.MalformedJson):
        envelope(answer)
    assert len(partner.received) == 1


async def test_an_old_clock_stamps_answers_in_the_past(partner: SimulatedPartner, clock: ManualClock) -> None:
    answer = await heard(partner, faults.old_clock(timedelta(minutes=10), clock))
    assert parse(envelope(answer)["timestamp"]) == START - timedelta(minutes=10)
    assert b"\r\nDate: Wed, 31 Dec 2025 23:50:00 GMT\r\n" in answer
    assert envelope(answer)["status_code"] == 1000


async def test_a_black_hole_takes_a_connection_and_says_nothing(partner: SimulatedPartner) -> None:
    assert await heard(partner, faults.black_hole()) == b""
    assert partner.received == []


async def test_a_half_open_connection_answers_once_and_a_new_one_again(partner: SimulatedPartner) -> None:
    with partner.faults.acting(faults.half_open()):
        async with line_to(partner) as line, line_to(partner) as other:
            line.ask()
            assert status(await line.said()) == b"200"
            line.ask()
            assert await line.said() == b""
            assert line.is_open
            other.ask()
            assert status(await other.said()) == b"200"


async def test_a_fault_is_for_the_modules_that_it_names_and_ends_with_its_context(
    partner: SimulatedPartner,
) -> None:
    with partner.faults.acting(faults.broken(), "cdrs", "versions") as acting:
        async with line_to(partner) as line:
            for path in (MODULE, "/receiver/cdrs", "/versions"):
                line.ask(path)
            answers = await line.said()
    assert answers.count(b"HTTP/1.1 500") == 2
    assert acting.met == 2
    async with line_to(partner) as line:
        line.ask("/receiver/cdrs")
        assert status(await line.said()) == b"200"


async def test_of_two_faults_the_latest_acts(partner: SimulatedPartner) -> None:
    with partner.faults.acting(faults.broken()) as first:
        assert status(await heard(partner, faults.too_many())) == b"429"
        assert first.met == 0


def test_every_fault_has_a_name() -> None:
    theirs = {name for name in faults.__all__ if name.islower()} - {"in_turn"}
    assert {make.__name__ for make in PROFILES.values()} == theirs
