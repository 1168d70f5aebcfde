"""Compressed connections that cost little memory.

What a station offers is accepted with a small window of ours and no context from one message to the next, so
that nothing is kept for an idle connection on our side.
Spec: RFC 7692, 7.1.1.1 and 7.1.2.1 (a server may bind itself to less than was offered); OCPP 2.x part 4, 3.4.
"""

import re
from typing import Final

from aiohttp import web
from aiohttp.hdrs import SEC_WEBSOCKET_EXTENSIONS

LARGEST_WINDOW_BITS: Final = 10
SMALLEST_WINDOW_BITS: Final = 9
"""What zlib can: an offer below it is declined."""

_OURS: Final = re.compile(r"server_max_window_bits\s*=\s*\"?(\d+)", re.IGNORECASE)


def bounded(request: web.Request) -> web.Request:
    """The same handshake, its offer of compression narrowed; without an offer just the same."""
    offers = request.headers.getall(SEC_WEBSOCKET_EXTENSIONS, [])
    if not offers:
        return request
    headers = request.headers.copy()
    headers[SEC_WEBSOCKET_EXTENSIONS] = narrowed(",".join(offers))
    return request.clone(headers=headers)


def narrowed(offered: str) -> str:
    """The first offer of compression that can be met, with our bounds; empty if there is none."""
    for offer in offered.split(","):
        if offer.split(";")[0].strip().casefold() == "permessage-deflate":
            bits = min([LARGEST_WINDOW_BITS, *map(int, _OURS.findall(offer))])
            if bits >= SMALLEST_WINDOW_BITS:
                return f"permessage-deflate; server_no_context_takeover; server_max_window_bits={bits}"
    return ""
