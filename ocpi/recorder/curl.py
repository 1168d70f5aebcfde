"""A recorded message as a line that sends it again. Secrets are shell variables.

TOKEN     as the Authorization header shows it, spelled by the partner's habits
CARD      the uid of a card, where the record has its pseudonym
"""

import shlex
from collections.abc import Mapping
from typing import Any, Final

from ocpi.recorder.cards import CARD
from ocpi.recorder.redaction import CUT
from ocpi.wire.headers import MessageIds, Routing
from schemas.kinds import PartyId

_AUTHORIZATION: Final = '-H "Authorization: Token $TOKEN"'


def curl_line(message: Mapping[str, Any]) -> str:
    """With new ids but the same correlation id. A body that was cut or not kept is left out."""
    ids = MessageIds.fresh(message["correlation_id"])
    routing = Routing(to=_party(message["to"]), sender=_party(message["from"]))
    headers = [
        f"-H {shlex.quote(f'{name}: {value}')}" for name, value in {**ids.write(), **routing.write()}.items()
    ]
    words = ["curl -sS", f"-X {message['method']}", _AUTHORIZATION, *headers, *_body(message["request"])]
    return " ".join([*words, _quoted(message["url"])])


def _body(kept: str | None) -> list[str]:
    if not kept or kept.endswith(CUT):
        return []
    return ["-H 'Content-Type: application/json'", f"--data {_quoted(kept)}"]


def _quoted(text: str) -> str:
    """For the shell; where a card was, its variable."""
    parts = CARD.split(text)
    return '"$CARD"'.join(shlex.quote(part) if part else "" for part in parts) or "''"


def _party(written: str | None) -> PartyId | None:
    return None if written is None else PartyId.parse(written)
