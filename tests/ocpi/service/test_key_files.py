"""Secrets beside the database: whole, private, and told about in one line when something is wrong."""

import threading
from pathlib import Path

import pytest

from ocpi.process.failures import StartFailed
from ocpi.service.key_files import KeyFileOpen, read_secret, secret_in


def test_a_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "operator.key"
    assert secret_in(file, lambda: "one") == "one"
    assert secret_in(file, lambda: "two") == "one"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in file.parent.iterdir()] == ["operator.key"]


def test_processes_that_start_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    """Nobody reads a file that is not written yet."""
    file, found, together = tmp_path / "seal.key", [], threading.Barrier(8)

    def start(number: int) -> None:
        together.wait()
        found.append(secret_in(file, lambda: f"secret {number}"))

    threads = [threading.Thread(target=start, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert set(found) == {file.read_text()}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_secret_that_others_can_read_is_not_used(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "operator.key"
    secret_in(file, lambda: "the secret")
    file.chmod(mode)
    with pytest.raises(KeyFileOpen, match="mode 600") as told:
        read_secret(file)
    assert isinstance(told.value, StartFailed)
    assert "the secret" not in str(told.value)
    assert "\n" not in str(told.value)


def test_an_empty_file_is_no_secret(tmp_path: Path) -> None:
    file = tmp_path / "operator.key"
    file.touch(mode=0o600)
    with pytest.raises(KeyFileOpen, match="empty"):
        secret_in(file, lambda: "another")
