"""Tokens: asked of the eMSP, or told to who receives them. `context.owner` is the eMSP whose Token it is.

A token is known by uid and type together; in 2.1.1 the address of one that was pushed holds the uid alone.
Spec: 2.3.0 and 2.1.1 mod_tokens, Interfaces and endpoints.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from yarl import URL

from ocpi.client.crawl import EVERYTHING, Facts, Page, Window, crawl
from ocpi.client.line import Line
from ocpi.versions.known import OLDEST
from ocpi.wire.interfaces import Side
from schemas.translation.context import Context
from schemas.v2_3_0.enums import TokenType
from schemas.v2_3_0.tokens import Token

MODULE: Final = "tokens"


def every(line: Line, facts: Facts, window: Window = EVERYTHING) -> AsyncIterator[Page[Token]]:
    return crawl(line, Token, line.url(MODULE, Side.SENDER), facts, window)


async def held(line: Line, uid: str, token_type: TokenType, context: Context) -> Token:
    """What the receiver has of it."""
    return await line.get(Token, _url(line, uid, token_type, context), context)


async def put(line: Line, token: Token, context: Context) -> None:
    url = _url(line, token.uid, token.type, context)
    await line.tell("PUT", url, line.written(Token, token, context))


async def patch(
    line: Line, uid: str, token_type: TokenType, change: Mapping[str, Any], context: Context
) -> None:
    await line.tell("PATCH", _url(line, uid, token_type, context), line.change(Token, change))


def _url(line: Line, uid: str, token_type: TokenType, context: Context) -> URL:
    url = line.owned(MODULE, context, uid)
    return url if line.version == OLDEST else url.update_query(type=str(token_type))
