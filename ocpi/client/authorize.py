"""Ask a token's issuer whether it may charge, now.

Never queued and never repeated: the driver stands at the station. An issuer that does not know the token says
so by 404, by 2004 or by both; all are UnknownToken here.
Spec: 2.3.0 mod_tokens, POST method (real-time authorization).
"""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

import pydantic

from ocpi.client.http import Outgoing, accepted, send
from ocpi.errors import Rejected, UnknownReceiver, UnknownToken, Unreadable
from ocpi.partners.model import Partner
from ocpi.process.clock import Clock
from ocpi.process.egress import Egress
from ocpi.wire import envelope, urls
from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.v2_3_0.tokens import AuthorizationInfo, LocationReferences

_UNKNOWN_TOKEN: Final = 2004


@dataclass(frozen=True, slots=True)
class Question:
    """`routing.to` is None when the issuer is not known: a hub then finds out."""

    uid: str
    token_type: str
    at: LocationReferences
    routing: Routing
    deadline: datetime
    correlation_id: str | None = None


class TokenAuthorizer:
    def __init__(self, *, egress: Egress, clock: Clock) -> None:
        self._egress = egress
        self._clock = clock

    async def ask(self, partner: Partner, question: Question) -> AuthorizationInfo:
        """Raises UnknownToken, or the DeliveryError that kept the answer from us."""
        received = await send(self._egress, self._clock, _request(partner, question))
        try:
            return AuthorizationInfo.model_validate(envelope.decoded(accepted(received).data))
        except Rejected as error:
            if error.http == HTTPStatus.NOT_FOUND or error.ocpi == _UNKNOWN_TOKEN:
                raise UnknownToken("the issuer does not know this token") from error
            raise
        except pydantic.ValidationError as error:
            raise Unreadable("the answer holds no AuthorizationInfo") from error


def _request(partner: Partner, question: Question) -> Outgoing:
    connection = partner.connection
    endpoint = connection.endpoint("tokens", Side.SENDER) if connection else None
    if connection is None or endpoint is None:
        raise UnknownReceiver(f"{partner.name} authorizes no tokens")
    url = urls.join(endpoint, question.uid, "authorize").update_query(type=question.token_type)
    return Outgoing(
        method="POST",
        url=url,
        token=connection.token,
        ids=MessageIds.fresh(question.correlation_id),
        deadline=question.deadline,
        routing=question.routing,
        body=codec.dump(question.at),
    )
