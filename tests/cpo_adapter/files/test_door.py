"""Who tries to bring or fetch what, and what is left of it afterwards (needs.md §4.5; attack group O)."""

import asyncio
import base64
import gzip
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession, FormData, web
from yarl import URL

from cpo_adapter.files.door import FileDoor
from cpo_adapter.files.shelf import FolderUnusable, Shelf
from cpo_adapter.files.stored import StoredFile
from cpo_adapter.files.tickets import LONGEST_TRANSFER, Tickets, Way
from cpo_adapter.ocpp.arrival import Arrivals
from cpo_adapter.ocpp.client_certificates import ClientCertificates
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from tests.cpo_adapter.certificates import Authority, Issued
from tests.cpo_adapter.door import basic
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually_so

LIMIT = 100_000
FIRMWARE = bytes(range(250)) * 400


@dataclass
class Waiting:
    came: list[tuple[int, StoredFile]] = field(default_factory=list)
    gone: list[tuple[str, int]] = field(default_factory=list)

    async def arrived(self, number: int, file: StoredFile) -> None:
        self.came.append((number, file))

    async def fetched(self, station: str, number: int) -> None:
        self.gone.append((station, number))


@dataclass
class Room:
    url: str
    folder: Path
    tickets: Tickets
    waiting: Waiting
    session: ClientSession
    clock: ManualClock
    authority: Authority

    async def address(self, way: Way = Way.IN, station: str = "CP-1", name: str = "") -> str:
        expires_at = self.clock.now() + timedelta(hours=1)
        return f"{self.url}/files/{await self.tickets.issue(station, 7, way, expires_at, name)}"

    async def put(self, url: str, data: Any = b"a log", **more: Any) -> int:
        async with self.session.put(URL(url, encoded=True), data=data, **more) as answer:
            return answer.status

    async def get(self, url: str, **headers: str) -> tuple[int, bytes]:
        async with self.session.get(url, headers=headers) as answer:
            return answer.status, await answer.read()

    def files(self) -> list[str]:
        """All that lies anywhere below the folder or beside it."""
        return sorted(
            str(each.relative_to(self.folder.parent))
            for each in self.folder.parent.rglob("*")
            if each.is_file()
        )


@pytest.fixture
async def room(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Room]:
    authority = Authority()
    shelf = Shelf(tmp_path / "all" / "files", limit=LIMIT)
    shelf.prepare(clock.now())
    (shelf.folder / "firmware" / "fw.bin").write_bytes(FIRMWARE)
    tickets, waiting = Tickets(mongo, clock), Waiting()
    door = FileDoor(
        tickets=tickets,
        shelf=shelf,
        waiting=waiting,
        arrivals=Arrivals(proxies=(ip_network("127.0.0.0/8"),)),
        certificates=ClientCertificates(
            authorities=(authority.certificate,), organization=None, clock=SystemClock()
        ),
        certificate_name=lambda station: station,
        clock=clock,
    )
    app = web.Application()
    door.mount(app)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession() as session:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield Room(url, shelf.folder, tickets, waiting, session, clock, authority)
    await runner.cleanup()


KEPT = ["files/firmware/fw.bin"]


async def test_an_address_is_good_for_one_file(room: Room) -> None:
    """A station that repeats itself hears that it is done, and overwrites nothing."""
    url = await room.address()
    assert [await room.put(url, b"first"), await room.put(url, b"second")] == [201, 410]
    ((number, file),) = room.waiting.came
    assert (number, (room.folder / file.path).read_bytes()) == (7, b"first")
    assert file.sha256 == hashlib.sha256(b"first").hexdigest()


async def test_of_two_who_come_at_once_one_is_served(room: Room) -> None:
    url = await room.address()
    statuses = await asyncio.gather(*(room.put(url, bytes([each]) * 50_000) for each in range(8)))
    assert statuses.count(201) == 1
    assert set(statuses) <= {201, 409, 410}
    assert len(room.waiting.came) == 1


async def test_an_address_is_not_good_for_long(room: Room) -> None:
    url = await room.address()
    await room.clock.advance(hours=1)
    assert await room.put(url) == 410
    assert room.files() == KEPT


async def test_an_address_that_nobody_gave_is_no_address_and_guessing_is_stopped(room: Room) -> None:
    url = await room.address()
    guesses = [f"{room.url}/files/{'A' * 43}", f"{room.url}/files/x", f"{room.url}/files/{'A' * 42}%C3%A9"]
    assert [await room.put(guess) for guess in guesses] == [404, 404, 404]
    assert {await room.put(guesses[0]) for _ in range(57)} == {404}
    assert await room.put(guesses[0]) == await room.put(url) == 429
    await room.clock.advance(minutes=1)
    assert await room.put(url) == 201


async def test_an_address_to_bring_to_fetches_nothing_and_the_other_way_round(room: Room) -> None:
    coming, going = await room.address(Way.IN), await room.address(Way.OUT, name="fw.bin")
    assert (await room.get(coming))[0] == 404
    assert await room.put(going) == 404
    assert room.files() == KEPT


async def endless() -> AsyncIterator[bytes]:
    """Without a length told beforehand."""
    for _ in range(100):
        yield bytes(10_000)


@pytest.mark.parametrize("told", ["length", "chunks", "form", "compressed"])
async def test_what_is_too_large_is_refused_and_nothing_of_it_is_left(room: Room, told: str) -> None:
    """However it is told; a small body that unpacks to a large one too."""
    url, headers = await room.address(), {}
    data: Any = {
        "length": bytes(300_000),
        "chunks": endless(),
        "form": None,
        "compressed": gzip.compress(bytes(10_000_000)),
    }[told]
    if told == "form":
        data = FormData()
        data.add_field("file", endless(), filename="log")
    if told == "compressed":
        headers = {"Content-Encoding": "gzip"}
    try:
        assert await room.put(url, data, headers=headers) == 413
    except ClientError:
        assert told != "length", "it hears no, or the line is cut while it goes on sending"
    assert (room.files(), room.waiting.came) == (KEPT, [])
    assert await room.put(url, b"smaller") == 201, "it may try again with less"


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd",
        "..%2f..%2fevil",
        "..%5c..%5cevil.log",
        "%2e%2e/%2e%2e/evil",
        "/etc/passwd",
        "C:%5cevil",
        ".hidden",
        "a%00b.log",
        "x" * 300,
        "%E2%80%AE.log",
        "",
    ],
)
async def test_no_name_leads_out_of_the_folder(room: Room, name: str) -> None:
    url = await room.address()
    assert await room.put(f"{url}/{name}") == 201
    new = [each for each in room.files() if each not in KEPT]
    assert len(new) == 1
    assert new[0].startswith("files/in/7-")
    assert len(new[0]) < 100


@pytest.mark.parametrize("name", ["../../evil", "/etc/passwd", "..\\evil", ".bashrc"])
async def test_no_name_in_a_form_leads_out_of_the_folder(room: Room, name: str) -> None:
    form = FormData()
    form.add_field("file", b"x", filename=name)
    async with room.session.post(await room.address(), data=form) as answer:
        assert answer.status == 201
    (new,) = [each for each in room.files() if each not in KEPT]
    assert new.startswith("files/in/7-")


async def test_a_form_without_a_file_is_none(room: Room) -> None:
    url = await room.address()
    form = FormData({"note": "no file"}, default_to_multipart=True)
    async with room.session.post(url, data=form) as answer:
        assert answer.status == 400
    assert await room.put(url) == 201


async def test_a_station_that_shows_who_it_is_has_to_be_the_one_that_was_asked(room: Room) -> None:
    url = await room.address(station="CP-1")
    assert await room.put(url, headers=basic(b"CP-2", b"its own key")) == 403
    assert room.files() == KEPT
    assert await room.put(url, headers=basic(b"CP-1", b"its own key")) == 201


async def test_the_certificate_of_another_station_opens_no_address(room: Room) -> None:
    """As a trusted proxy hands it on, beside a right address."""
    url = await room.address(station="CP-1")
    shown = {name: pem_header(room.authority.station(name)) for name in ("CP-1", "CP-2")}
    assert await room.put(url, headers={"Client-Cert": shown["CP-2"]}) == 403
    assert await room.put(url, headers={"Client-Cert": shown["CP-1"]}) == 201


def pem_header(issued: Issued) -> str:
    return base64.b64encode(issued.der).decode()


async def test_an_upload_that_breaks_off_leaves_nothing_and_may_begin_anew(room: Room) -> None:
    url = URL(await room.address())
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(f"PUT {url.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf".encode())
    await writer.drain()
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    assert reader is not None

    async def is_taken() -> bool:
        return await room.put(str(url), b"whole") == 201

    await eventually_so(is_taken)
    ((_, file),) = room.waiting.came
    assert file.size == 5
    assert len(room.files()) == 2


async def test_firmware_goes_out_once_also_in_pieces(room: Room) -> None:
    url = await room.address(Way.OUT, name="fw.bin")
    async with room.session.head(url) as answer:
        assert (answer.status, answer.content_length) == (200, len(FIRMWARE))
    first = await room.get(url, Range="bytes=0-59999")
    assert first == (206, FIRMWARE[:60_000])
    assert room.waiting.gone == []
    rest = await room.get(url, Range="bytes=60000-")
    assert first[1] + rest[1] == FIRMWARE
    await eventually_so(lambda: is_void(room, url))
    assert room.waiting.gone == [("CP-1", 7)]


async def is_void(room: Room, url: str) -> bool:
    """Soon after its last byte has left."""
    return (await room.get(url))[0] == 410


async def test_a_link_out_of_the_folder_is_not_followed(room: Room) -> None:
    (room.folder / "firmware" / "link").symlink_to("/etc/hostname")
    for name in ("link", "../in/x", ""):
        assert (await room.get(await room.address(Way.OUT, name=name)))[0] == 404


def test_a_folder_that_cannot_be_used_keeps_the_service_from_starting(
    tmp_path: Path, clock: ManualClock
) -> None:
    (tmp_path / "files").write_text("no folder")
    with pytest.raises(FolderUnusable, match="cannot be used"):
        Shelf(tmp_path / "files", limit=1).prepare(clock.now())


def test_half_a_file_that_a_dead_process_left_is_thrown_away(tmp_path: Path) -> None:
    shelf, now = Shelf(tmp_path, limit=1), SystemClock().now()
    shelf.prepare(now)
    half, whole = tmp_path / "in" / ".7-a.log.00", tmp_path / "in" / "7-a.log"
    for file in (half, whole):
        file.write_text("x")
    shelf.prepare(now)
    assert half.exists(), "somebody may be at it"
    shelf.prepare(now + 2 * LONGEST_TRANSFER)
    assert (half.exists(), whole.exists()) == (False, True)


async def test_the_database_knows_no_address(room: Room, mongo: Mongo) -> None:
    """Whoever reads it can use none."""
    secret = (await room.address()).rpartition("/")[2]
    found = [str(each) async for each in mongo.collection("station_file_tickets").find({})]
    assert len(found) == 1
    assert secret not in found[0]
