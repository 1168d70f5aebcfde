"""A file that a station has sent, as it lies in our folder."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`name` as the station called it, made harmless; `path` below the folder of files.

    `address` is where it came from.
    """

    name: str
    path: str
    size: int
    sha256: str
    address: str = ""
