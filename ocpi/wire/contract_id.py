"""Contract ids: country, provider, nine characters that name the contract, and a check digit. Pure.

`NL-TNM-C00122045-K` and `nltnmc00122045k` are one id. Who keeps an id keeps it as it was written, and
compares it by what `bare` says. Ids of older schemes are shorter and have no check digit that is known here.
Spec: eMI3 contract ids; 2.3.0 mod_tokens, Token object.
"""

import re
from functools import cache
from typing import Final

from schemas.kinds import PartyId

INSTANCE_LENGTH: Final = 9
CHARACTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WITHOUT_CHECK_DIGIT: Final = 5 + INSTANCE_LENGTH
_CHECKED: Final = re.compile(r"[A-Z]{2}[A-Z0-9]{13}", re.ASCII)
_INSTANCE: Final = re.compile(rf"[A-Z0-9]{{{INSTANCE_LENGTH}}}", re.ASCII)

_Pair = tuple[int, int]


def bare(written: str) -> str:
    """By what two spellings of an id are compared: upper case, without separators."""
    return written.replace("-", "").replace("*", "").upper()


def is_mistyped(written: str) -> bool:
    """Whether an id that has a check digit has another one than it should."""
    stripped = bare(written)
    return _CHECKED.fullmatch(stripped) is not None and not has_right_check_digit(stripped)


def has_right_check_digit(stripped: str) -> bool:
    """Of fifteen letters and digits, upper case, without separators."""
    return len(stripped) == _WITHOUT_CHECK_DIGIT + 1 and check_digit(stripped[:-1]) == stripped[-1]


def check_digit(fourteen: str) -> str:
    """Of country, provider and nine characters, upper case, without separators.

    Each character stands for two pairs of digits, to base 2 and to base 3; the pairs, weighted by the powers
    of a matrix, add up to nothing together with those of the check digit.
    """
    return _by_rest()[_rest(sum(map(dict.__getitem__, _weights(), fourteen)))]


def contract_id(provider: PartyId, instance: str) -> str:
    """As people write it, with its check digit: `NL-TNM-C00122045-K`. Raises ValueError."""
    upper = instance.upper()
    if not (instance.isascii() and _INSTANCE.fullmatch(upper)):
        raise ValueError(f"a contract is named by {INSTANCE_LENGTH} letters and digits")
    country, party = provider.country_code, provider.party_id
    return f"{country}-{party}-{upper}-{check_digit(f'{country}{party}{upper}')}"


@cache
def _weights() -> tuple[dict[str, int], ...]:
    """For each place, what each character adds."""
    return tuple(_weighed(place) for place in range(1, _WITHOUT_CHECK_DIGIT + 1))


def _weighed(place: int) -> dict[str, int]:
    """Both pairs side by side in one number, a byte for each of their four digits."""
    return {each: _packed(value, place) for value, each in enumerate(CHARACTERS)}


def _packed(value: int, place: int) -> int:
    twos = _powered((value // 18, value // 9 % 2), place, base=2, corner=1)
    threes = _powered((value // 3 % 3, value % 3), place, base=3, corner=2)
    return int.from_bytes((*twos, *threes))


def _rest(total: int) -> tuple[int, int, int, int]:
    first, second, third, fourth = total.to_bytes(4)
    return first % 2, second % 2, third % 3, fourth % 3


@cache
def _by_rest() -> dict[tuple[int, int, int, int], str]:
    """The check digit that brings a sum to nothing."""
    last = _weighed(_WITHOUT_CHECK_DIGIT + 1)
    return {_rest(_opposite(packed)): each for each, packed in last.items()}


def _opposite(packed: int) -> int:
    return int.from_bytes(6 - each for each in packed.to_bytes(4))


def _powered(pair: _Pair, power: int, *, base: int, corner: int) -> _Pair:
    """Pair times [[0, 1], [1, corner]] to a power."""
    left, right = pair
    for _ in range(power):
        left, right = right % base, (left + corner * right) % base
    return left, right
