"""The tokens module as its sender: our cards page by page, and the real-time authorization of one.

Spec: 2.3.0 mod_tokens, Sender Interface.
"""

from emsp_adapter.authorization.model import Question
from emsp_adapter.authorization.service import Authorization
from ocpi.objects.lists import SenderInterface
from ocpi.server.call import Answer, Call, Interface, Route
from ocpi.server.parties import PartyChecks
from schemas.v2_3_0.tokens import AuthorizationInfo, LocationReferences


def tokens_interface(lists: SenderInterface, authorization: Authorization, checks: PartyChecks) -> Interface:
    async def authorize(call: Call) -> Answer:
        question = Question(
            uid=call.path["uid"],
            token_type=call.query.get("type", "RFID"),
            cpo=checks.sender(call),
            at=_where(call),
        )
        return Answer(await authorization.answer(question))

    return lists.interface(
        Route("POST", "/{uid}/authorize", authorize, asks=LocationReferences, answers=AuthorizationInfo)
    )


def _where(call: Call) -> LocationReferences | None:
    return LocationReferences.model_validate(call.json_object()) if call.body.strip() else None
