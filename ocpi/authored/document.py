"""A file as nested dicts and lists that still knows where each value stands, and its way to typed values.

The path of a value is what pydantic calls its location: keys and list indexes. What has no place of its own
(a missing key) stands where the nearest thing around it stands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from pydantic import TypeAdapter, ValidationError

from ocpi.authored.flaws import BrokenFile, Flaw, Place

_Value = TypeVar("_Value")

Where: TypeAlias = "tuple[str | int, ...]"

_TOP = Place(1, 1)


@dataclass(frozen=True, slots=True)
class Document:
    file: Path
    content: dict[str, Any]
    places: Mapping[Where, Place]

    def place(self, where: Where) -> Place:
        while where and where not in self.places:
            where = where[:-1]
        return self.places.get(where, _TOP)

    def flaw(self, where: Where, text: str) -> Flaw:
        return Flaw(self.file, self.place(where), text)

    def read(self, adapter: TypeAdapter[_Value], *, under: str) -> _Value:
        """The value of the top-level key `under`. Raises BrokenFile with every flaw that there is."""
        try:
            return adapter.validate_python(self.content.get(under, []))
        except ValidationError as error:
            raise BrokenFile(self._flaws(error, under)) from error

    def _flaws(self, error: ValidationError, under: str) -> Iterable[Flaw]:
        for detail in error.errors(include_url=False, include_input=False, include_context=False):
            where = (under, *detail["loc"])
            yield self.flaw(where, f"{where[-1]}: {TEXTS.get(detail['type'], detail['msg'])}")


TEXTS = {
    "missing": "is missing",
    "missing_argument": "is missing",
    "unexpected_keyword_argument": "is not known here",
}


def read_text(file: Path) -> str:
    """UTF-8, with the byte order mark that spreadsheets write or without it. Raises BrokenFile."""
    try:
        return file.read_text("utf-8-sig")
    except OSError as error:
        raise BrokenFile([Flaw(file, _TOP, f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise BrokenFile([Flaw(file, _TOP, "is not UTF-8")]) from error
