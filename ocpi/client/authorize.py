"""Ask a token's issuer whether it may charge, now.

Never queued and never repeated: the driver stands at the station. An issuer that does not know the token says
so by 404, by 2004 or by both; all are UnknownToken here.
Spec: 2.3.0 mod_tokens, POST method (real-time authorization).
"""

from dataclasses import replace
from http import HTTPStatus
from typing import Final

from ocpi.client.line import Line
from ocpi.errors import Rejected, UnknownToken
from ocpi.wire.interfaces import Side
from schemas.translation.context import Context
from schemas.v2_3_0.enums import TokenType
from schemas.v2_3_0.tokens import AuthorizationInfo, LocationReferences

_UNKNOWN_TOKEN: Final = 2004


async def authorize(
    line: Line, uid: str, token_type: TokenType, at: LocationReferences | None, context: Context
) -> AuthorizationInfo:
    """`context.owner` is the issuer; a partner of 2.1.1 does not repeat the token, so tell it if it is known.

    Raises UnknownToken, or the DeliveryError that kept the answer from us.
    """
    url = line.url("tokens", Side.SENDER, uid, "authorize").update_query(type=str(token_type))
    body = None if at is None else line.written(LocationReferences, at, context)
    facts = replace(context, asked_token=(uid, token_type), received_at=line.clock.now())
    try:
        return await line.ask("POST", url, AuthorizationInfo, facts, body)
    except Rejected as error:
        if error.http == HTTPStatus.NOT_FOUND or error.ocpi == _UNKNOWN_TOKEN:
            raise UnknownToken("the issuer does not know this token") from error
        raise
