"""All cases that can be seen from outside, in the order in which they are looked at."""

from itertools import chain
from typing import Final

from passerelle.conformance.case import Case
from passerelle.conformance.cases import (
    credentials,
    discovery,
    hub,
    lists,
    published,
    pushes,
    sessions,
    tokens,
)

_FILES: Final = (discovery, credentials, lists, pushes, hub, tokens, sessions, published)


def catalogue() -> list[Case]:
    """By the stage of a connection that they belong to; registering and leaving stand where they happen."""
    found = chain(published.by_rules(), *(file.case for file in _FILES))
    numbered = sorted(found, key=lambda case: case.number)
    return sorted(numbered, key=lambda case: case.stage)
