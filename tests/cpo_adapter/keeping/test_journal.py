"""The journal on disk: what it acknowledged it has, whatever became of the process."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpo_adapter.keeping import model
from cpo_adapter.keeping.journal import Journal
from cpo_adapter.keeping.journal_file import JournalFile, JournalUnusable
from cpo_adapter.keeping.model import GivenNumber, Kept, KeptMessage, Places
from cpo_adapter.ocpp.raw import RawMessage
from cpo_adapter.ocpp.rooms import CannotStore
from ocpi.process.clock import SystemClock
from ocpi.process.tasks import Supervisor

HEARD = datetime(2026, 1, 1, 8, 0, 0, 123456, tzinfo=UTC)


def message(number: int = 1, frame: str = '[2,"1","MeterValues",{}]') -> KeptMessage:
    return KeptMessage(RawMessage("CP-1", "ocpp1.6", "MeterValues", str(number), frame, HEARD), number)


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    async with Supervisor(name="test", clock=SystemClock()) as supervisor:
        yield supervisor


def opened(folder: Path, supervisor: Supervisor, *, limit: int = 1 << 20) -> Journal:
    return Journal(JournalFile.in_folder(folder), supervisor=supervisor, limit=limit)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.journal"))


async def test_a_process_that_is_killed_leaves_all_that_it_acknowledged(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    kept: list[Kept] = [message(1), GivenNumber(7, "CP-1|told", "CP-1"), message(2, 'é"\\\u0000')]
    journal = opened(tmp_path, supervisor)
    await asyncio.gather(*map(journal.append, kept))
    await journal.close()

    assert list(opened(tmp_path, supervisor).held()) == kept


@pytest.mark.parametrize("damage", ["cut", "zeros", "flipped", "length"])
async def test_a_record_that_was_being_written_is_set_aside(
    tmp_path: Path, supervisor: Supervisor, damage: str
) -> None:
    journal = opened(tmp_path, supervisor)
    await journal.append(message(1))
    whole = journal.size
    await journal.append(message(2))
    await journal.close()
    _damage(files(tmp_path)[0], whole, damage)

    journal = opened(tmp_path, supervisor)
    assert list(journal.held()) == [message(1)]
    await journal.append(message(3))
    assert list(journal.held()) == [message(1), message(3)]
    assert (tmp_path / "1.torn").stat().st_size > 0


def _damage(path: Path, begin: int, damage: str) -> None:
    data = bytearray(path.read_bytes())
    if damage == "cut":
        data = data[:-3]
    elif damage == "zeros":
        data[begin:] = bytes(len(data) - begin)
    elif damage == "flipped":
        data[-3] ^= 1
    else:
        data[begin : begin + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(data)


@given(st.lists(st.binary(max_size=300), max_size=20), st.data())
def test_whole_records_survive_any_cut(
    tmp_path_factory: pytest.TempPathFactory, records: list[bytes], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    file = JournalFile.in_folder(folder)
    ends = [0]
    for record in records:
        file.append([record])
        ends.append(file.size)
    file.close()
    cut = data.draw(st.integers(0, ends[-1]))
    os.truncate(file.path, cut)
    again = JournalFile.in_folder(folder)
    found, end = again.read(0)
    again.close()

    whole = sum(each <= cut for each in ends) - 1
    assert (found, end) == (records[:whole], ends[whole])


async def test_two_processes_on_one_folder_have_a_file_each(tmp_path: Path, supervisor: Supervisor) -> None:
    first, second = opened(tmp_path, supervisor), opened(tmp_path, supervisor)
    await first.append(message(1))
    await second.append(message(2))

    assert [list(each.held()) for each in (first, second)] == [[message(1)], [message(2)]]
    assert first.path != second.path


async def test_a_full_journal_refuses_and_keeps_what_it_has(tmp_path: Path, supervisor: Supervisor) -> None:
    journal = opened(tmp_path, supervisor, limit=500)
    outcomes = await asyncio.gather(
        *(journal.append(message(number)) for number in range(10)), return_exceptions=True
    )

    kept = [number for number, outcome in enumerate(outcomes) if outcome is None]
    assert kept == list(range(len(kept)))
    assert 0 < len(kept) < 10
    assert all(isinstance(outcome, CannotStore) for outcome in outcomes[len(kept) :])
    assert [each.order for each in journal.held() if isinstance(each, KeptMessage)] == kept
    assert journal.size <= 500
    assert journal.is_full


async def test_what_the_database_has_makes_room(tmp_path: Path, supervisor: Supervisor) -> None:
    journal = opened(tmp_path, supervisor, limit=500)
    await journal.append(message(1))
    kept, up_to = await journal.unreturned()
    await journal.append(message(2))
    assert (kept, journal.is_empty) == ([message(1)], False)
    await journal.given_back(up_to)
    kept, up_to = await journal.unreturned()
    assert (kept, journal.is_empty) == ([message(2)], False)
    await journal.given_back(up_to)

    assert (journal.size, journal.is_empty) == (0, True)
    assert files(tmp_path)[0].stat().st_size == 0


async def test_many_messages_share_a_sync(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs: list[int] = []
    monkeypatch.setattr(os, "fdatasync", syncs.append)
    journal = opened(tmp_path, supervisor)
    await asyncio.gather(*(journal.append(message(number)) for number in range(500)))

    assert len(list(journal.held())) == 500
    assert len(syncs) < 5


async def test_a_disk_that_fails_refuses_what_came_and_goes_on(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened(tmp_path, supervisor)
    await journal.append(message(1))
    with monkeypatch.context() as patched:
        patched.setattr(os, "fdatasync", _fails)
        with pytest.raises(CannotStore):
            await journal.append(message(2))
    await journal.append(message(3))

    assert list(journal.held()) == [message(1), message(3)]


def _fails(_: int) -> None:
    raise OSError(28, "No space left on device")


async def test_a_closed_journal_keeps_nothing(tmp_path: Path, supervisor: Supervisor) -> None:
    journal = opened(tmp_path, supervisor)
    await journal.close()

    with pytest.raises(CannotStore):
        await journal.append(message(1))


def test_a_folder_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JournalUnusable, match="cannot be used: "):
        JournalFile.in_folder(tmp_path / "file" / "journal")


def test_the_journal_is_for_its_owner_alone(tmp_path: Path) -> None:
    """It holds the numbers of cards."""
    JournalFile.in_folder(tmp_path / "journal").close()

    assert (tmp_path / "journal").stat().st_mode & 0o777 == 0o700
    assert files(tmp_path / "journal")[0].stat().st_mode & 0o777 == 0o600


@given(st.text(), st.text(), st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_what_is_written_is_read_again(station: str, frame: str, heard_at: datetime) -> None:
    raw = RawMessage(station, "ocpp2.0.1", "TransactionEvent", "1", frame, heard_at.replace(tzinfo=UTC))
    for kept in (KeptMessage(raw, 5), GivenNumber(2**31 - 1, frame, station)):
        assert model.read(model.written(kept)) == kept


def test_places_never_fall_back_with_the_clock() -> None:
    places = Places()
    places.leave_behind(10)
    given = [places.following(at) for at in (HEARD, HEARD, HEARD.replace(year=2025), HEARD)]

    assert given == sorted(set(given))
    assert given[0] > 10
