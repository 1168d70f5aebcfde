"""The cases that no single partner can see from outside, and why.

They are about what a platform sends, keeps to itself, computes or does over time: some are seen by the far
side when it happens, some only by whoever runs the platform.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_FAR_SIDE: Final = "seen by whoever receives what the platform sends, when it sends it"
_TWO_PARTNERS: Final = "needs two partners of the hub at once"
_TIME: Final = "shows over time only"
_STATION: Final = "needs a charging station that plays along"
_PRICING: Final = "needs a charge whose course is known; passerelle audit prices the CDRs anew"
_INSIDE: Final = "happens inside the platform"

UNSEEN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "C-011": _FAR_SIDE,
        "C-028": _FAR_SIDE,
        "C-037": _STATION,
        "C-040": _FAR_SIDE,
        "C-047": _FAR_SIDE,
        "C-048": _FAR_SIDE,
        "C-049": _TWO_PARTNERS,
        "C-050": _TWO_PARTNERS,
        "C-052": _TWO_PARTNERS,
        "C-053": _TWO_PARTNERS,
        "C-054": _TWO_PARTNERS,
        "C-059": _TWO_PARTNERS,
        "C-061": _TWO_PARTNERS,
        "C-063": _TWO_PARTNERS,
        "C-064": _TIME,
        "C-065": _TWO_PARTNERS,
        "C-066": _TWO_PARTNERS,
        "C-067": _TIME,
        "C-068": _TIME,
        "C-071": "only the operator knows which EVSEs are private",
        "C-075": _INSIDE,
        "C-076": _STATION,
        "C-078": "a permission, not a duty",
        "C-079": _STATION,
        "C-080": _INSIDE,
        "C-081": _STATION,
        "C-082": _STATION,
        "C-083": _STATION,
        "C-084": _STATION,
        "C-085": _STATION,
        "C-086": "depends on the contract of the token, which only the eMSP knows",
        "C-090": "only the eMSP knows when it needs a location",
        "C-092": "needs a location whose status the eMSP knows",
        "C-093": "needs a location that the eMSP does not know",
        "C-095": _STATION,
        "C-096": _STATION,
        "C-097": _STATION,
        "C-101": _STATION,
        "C-102": _STATION,
        "C-103": _TIME,
        "C-106": _PRICING,
        "C-112": _STATION,
        "C-113": _STATION,
        "C-115": _STATION,
        "C-117": _PRICING,
        "C-118": _STATION,
        "C-119": "needs a bill for a charge at a location that was never told",
        "C-120": _STATION,
        "C-122": _STATION,
        "C-123": _STATION,
        "C-124": _STATION,
        "C-125": _STATION,
        "C-127": "who asked for it shows in no message",
        "C-128": _STATION,
        "C-129": _STATION,
        "C-130": _STATION,
        **{f"C-{number}": _PRICING for number in (*range(131, 136), *range(137, 143), *range(144, 149))},
        "C-151": "the lack of vat in a component is right or wrong by the law of the country alone",
        "C-152": _PRICING,
        "C-153": "a text in human words",
    }
)
