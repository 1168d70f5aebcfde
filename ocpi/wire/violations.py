"""What an object of the far side lacks, in one line for a status_message."""

from typing import Final

import pydantic

from schemas.validation import problems

_MAX_NAMED: Final = 5


def told(error: pydantic.ValidationError) -> str:
    """The first violations, each with its JSON pointer."""
    found = problems(error)
    named = "; ".join(f"{each.pointer or '/'}: {each.text}" for each in found[:_MAX_NAMED])
    return named if len(found) <= _MAX_NAMED else f"{named}; and {len(found) - _MAX_NAMED} more"
