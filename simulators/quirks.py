"""Habits of real partners that the specification does not know, each a switch of its own.

`written` bends what a partner answers, `spelled` what it sends, so that whoever talks to it meets the habit
on the wire.
"""

import re
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from simulators.exchanged import Reply

_WITH_ZONE: Final = re.compile(rb'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)Z"')


@dataclass(frozen=True, slots=True)
class Quirks:
    """What each does is said in its own line; all are off."""

    trailing_slash: bool = False
    """Addresses in version details end with a slash."""
    enveloped_command_results: bool = False
    """Asynchronous results come with an envelope around them."""
    dates_without_zone: bool = False
    """No date and time ends with Z."""
    list_wrapped_objects: bool = False
    """A GET of one object is answered with a list of one."""
    ok_for_created: bool = False
    """200 where something was created."""
    token_with_newline: bool = False
    """A newline was encoded with the token, as in the specification's own sample."""
    other_token_spelling: bool = False
    """The raw token in 2.2.1 and later, Base64 in 2.1.1."""
    any_token_spelling: bool = False
    """In 2.1.1 too a token is read that comes as Base64."""
    foreign_links: bool = False
    """Link leads to a host of somebody else."""
    endless_links: bool = False
    """The last page leads on to the first."""
    page_as_total: bool = False
    """X-Total-Count is what stands on the page."""
    null_data: bool = False
    """`data` is null where there is none."""
    no_ids: bool = False
    """Neither message ids nor routing headers stand in answers."""
    no_location: bool = False
    """A CDR is accepted without telling where it is kept."""
    wrapped_versions: bool = False
    """The list of versions stands inside an object, as an older text of 2.1.1 drew it."""

    def written(self, reply: Reply, *, is_object: bool) -> Reply:
        """`is_object`: the reply is to a GET of a functional module."""
        bent = reply
        if self.ok_for_created and reply.http == HTTPStatus.CREATED:
            bent = replace(bent, http=HTTPStatus.OK)
        if self.list_wrapped_objects and is_object and isinstance(reply.data, dict):
            bent = replace(bent, data=[reply.data])
        if reply.raw is None:
            bent = replace(bent, raw=self.spelled(bent.body(null_data=self.null_data)))
        return bent

    def spelled(self, body: bytes) -> bytes:
        return _WITH_ZONE.sub(rb'\1"', body) if self.dates_without_zone else body
