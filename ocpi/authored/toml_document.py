"""TOML with places.

The standard library reads TOML and forgets where; this walks the text a second time, beside what was read.
The text is known to be well-formed by then, so the walk only has to find its way, not to judge.
Spec: TOML 1.0.
"""

import re
import tomllib
from bisect import bisect_right
from decimal import Decimal
from pathlib import Path

from ocpi.authored.document import Document, Where, read_text
from ocpi.authored.flaws import BrokenFile, Flaw, Place

_ERROR_AT = re.compile(r" \(at line (\d+), column (\d+)\)$")
_AT_END = " (at end of document)"
_GAP = re.compile(r"(?:[ \t\r\n,]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_EQUALS = re.compile(r"[ \t]*=[ \t]*")


def read_toml(file: Path, text: str | None = None) -> Document:
    """Fractions keep every digit, as Decimals. `text` is what the file holds, where that is known.

    Raises BrokenFile, also for a file that cannot be read.
    """
    text = read_text(file) if text is None else text
    try:
        content = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise BrokenFile([_syntax_flaw(file, text, str(error))]) from error
    return Document(file, content, _Walk(text).places)


def _syntax_flaw(file: Path, text: str, message: str) -> Flaw:
    """The library puts the place into its words."""
    if found := _ERROR_AT.search(message):
        return Flaw(file, Place(int(found[1]), int(found[2])), message[: found.start()])
    lines = text.split("\n")
    return Flaw(file, Place(len(lines), len(lines[-1]) + 1), message.removesuffix(_AT_END))


class _Walk:
    """One pass over a whole text; `places` is the result."""

    def __init__(self, text: str) -> None:
        self.places: dict[Where, Place] = {}
        self._text = text
        self._line_starts = [0, *(newline.end() for newline in re.finditer("\n", text))]
        self._at = 0
        self._tables: dict[Where, int] = {}  # how many tables the array of tables at a path has
        self._document()

    def _document(self) -> None:
        table: Where = ()
        while self._skip(_GAP) and self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Where:
        start = self._at
        is_array = self._text.startswith("[[", self._at)
        self._at += 1 + is_array
        self._skip(_GAP)
        keys = self._key()
        table = self._resolved(keys[:-1]) + keys[-1:]
        if is_array:
            self._tables[table] = self._tables.get(table, 0) + 1
        table = self._resolved(keys)
        self.places[table] = self._place(start)
        self._at = self._text.index("]", self._at) + 1 + is_array
        return table

    def _resolved(self, keys: Where) -> Where:
        """The path that a header means: within the last table of each array of tables on the way."""
        path: Where = ()
        for key in keys:
            path = (*path, key)
            if path in self._tables:
                path = (*path, self._tables[path] - 1)
        return path

    def _pair(self, table: Where) -> None:
        start = self._at
        path = table + self._key()
        self._skip(_EQUALS)
        self.places[path] = self._place(start)
        self._value(path)

    def _key(self) -> Where:
        keys = [self._key_part()]
        while _DOT.match(self._text, self._at):
            self._skip(_DOT)
            keys.append(self._key_part())
        return tuple(keys)

    def _key_part(self) -> str:
        if self._text[self._at] in "\"'":
            (key,) = tomllib.loads(self._take(_STRING) + " = 0")
            return key
        return self._take(_BARE_KEY)

    def _value(self, path: Where) -> None:
        first = self._text[self._at]
        if first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        else:
            self._skip(_STRING if first in "\"'" else _SCALAR)

    def _array(self, path: Where) -> None:
        self._at += 1
        index = 0
        while self._skip(_GAP) and self._text[self._at] != "]":
            self.places[*path, index] = self._place(self._at)
            self._value((*path, index))
            index += 1
        self._at += 1

    def _inline_table(self, path: Where) -> None:
        self._at += 1
        while self._skip(_GAP) and self._text[self._at] != "}":
            self._pair(path)
        self._at += 1

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        """Always true: what is skipped may be nothing."""
        self._take(pattern)
        return True

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[0]

    def _place(self, at: int) -> Place:
        line = bisect_right(self._line_starts, at)
        return Place(line, at - self._line_starts[line - 1] + 1)
