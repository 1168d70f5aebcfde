"""Texts for those who have ASCII only: letters lose their marks, the rest becomes a question mark."""

import unicodedata

_BY_HAND = str.maketrans(
    {
        "ß": "ss",
        "ẞ": "SS",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "ł": "l",
        "Ł": "L",
    }
)


def to_ascii(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.translate(_BY_HAND))
    letters = "".join(part for part in parts if not unicodedata.combining(part))
    return letters.encode("ascii", "replace").decode()
