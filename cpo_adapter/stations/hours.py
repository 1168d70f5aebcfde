"""Opening hours as people write them into a cell: `24/7`, or `1-5=08:00-20:00 6=09:00-12:30`.

Monday is 1, Sunday is 7; times are local to the site. What is not written so is left as it is, and is told as
a mistake by whoever reads it.
Spec: 2.3.0 mod_locations, Hours.
"""

import re
from typing import Any, Final

_ALWAYS: Final = "24/7"
_PERIOD: Final = re.compile(r"([1-7])(?:-([1-7]))?=(\d\d:\d\d)-(\d\d:\d\d)")


def hours_in(cell: str) -> Any:
    """As an Hours object; the cell itself where it cannot be read."""
    if cell == _ALWAYS:
        return {"twentyfourseven": True}
    periods = [_PERIOD.fullmatch(each) for each in cell.split()]
    read = [each for each in periods if each is not None]
    if not read or len(read) < len(periods):
        return cell
    return {"twentyfourseven": False, "regular_hours": [day for each in read for day in _days(each)]}


def _days(period: "re.Match[str]") -> list[dict[str, Any]]:
    first, last, begin, end = period.groups()
    days = range(int(first), int(last or first) + 1)
    return [{"weekday": day, "period_begin": begin, "period_end": end} for day in days]
