"""Cards, as records name them: by a pseudonym that stays the same, and is told by nobody else.

Spec: mod_tokens of each version, Token; 2.1.1 mod_cdrs, auth_id.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

from ocpi.process.logs import pseudonym
from ocpi.process.redaction import without_passwords

CARD_NAMES: Final = ("uid", "contract_id", "auth_id", "visual_number", "group_id")
CARD: Final = re.compile(r"card:[0-9a-f]{4}-[0-9a-f]{12}")
_SHORTEST_IN_TEXT: Final = 6
_SCHEMES: Final = ("token ", "bearer ", "basic ")

Mask = Callable[[str], str]


@lru_cache(maxsize=4096)
def card_name(text: str) -> str:
    return str(pseudonym(text))


def card(text: str) -> str:
    """As it stands in a body or an address."""
    return f"card:{card_name(text)}"


def masking(cards: Iterable[str]) -> Mask:
    """For texts: has a pseudonym where they name one of these cards. Short names are no words to look for."""
    wanted = [each.lower() for each in cards if len(each) >= _SHORTEST_IN_TEXT]

    def mask(text: str) -> str:
        folded = text.lower()
        if "@" in folded or any(scheme in folded for scheme in _SCHEMES):
            text = without_passwords(text)
        return _masked(text, wanted) if any(each in folded for each in wanted) else text

    return mask


def _masked(text: str, cards: Iterable[str]) -> str:
    named = "|".join(re.escape(each) for each in cards)
    return re.sub(rf"(?<!\w)({named})(?!\w)", lambda found: card(found[0]), text, flags=re.IGNORECASE)
