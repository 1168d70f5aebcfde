"""Webhooks over the API: made, changed, tried, and looked after. For keys of back offices alone."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from emsp_adapter.apps.keys.key import Scope
from emsp_adapter.apps.operation import Answer, Asked, Operation
from emsp_adapter.webhooks.asked import Changing, Listing, Making, OfMessage, OfWebhook, Rotating
from emsp_adapter.webhooks.office import WebhookOffice
from emsp_adapter.webhooks.told import (
    MessageSent,
    MessagesTold,
    WebhookMade,
    WebhooksTold,
    WebhookTold,
    made_told,
    message_told,
    webhook_told,
)
from ocpi.process.mongo import Document

_NONE: Final = {
    HTTPStatus.NOT_FOUND: "No such webhook, or no such message.",
    HTTPStatus.CONFLICT: "The address may not be called, the webhook is disabled, or there are too many.",
}
_MILLISECOND: Final = timedelta(milliseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class WebhookOperations:
    def __init__(self, office: WebhookOffice) -> None:
        self._office = office

    def operations(self) -> list[Operation]:
        shared: dict[str, Any] = {"tag": "webhooks", "scope": Scope.WEBHOOKS_MANAGE}
        one = {**shared, "path_model": OfWebhook, "errors": _NONE}
        return [
            Operation(
                method="GET",
                path="/webhooks",
                id="listWebhooks",
                summary="All webhooks",
                does=self._list,
                answer=WebhooksTold,
                **shared,
            ),
            Operation(
                method="POST",
                path="/webhooks",
                id="createWebhook",
                summary="Be told of events at an address",
                about="The secret in the answer is told nowhere else.",
                does=self._create,
                body=Making,
                answer=WebhookMade,
                status=HTTPStatus.CREATED,
                errors=_NONE,
                **shared,
            ),
            *self._of_one(one),
            *self._of_messages(one),
        ]

    def _of_one(self, one: dict[str, Any]) -> list[Operation]:
        return [
            Operation(
                method="GET",
                path="/webhooks/{id}",
                id="getWebhook",
                summary="A webhook",
                does=self._get,
                answer=WebhookTold,
                **one,
            ),
            Operation(
                method="PATCH",
                path="/webhooks/{id}",
                id="changeWebhook",
                summary="Change, disable or enable a webhook",
                about="Enabled again, it is told what waited meanwhile.",
                does=self._change,
                body=Changing,
                answer=WebhookTold,
                **one,
            ),
            Operation(
                method="DELETE",
                path="/webhooks/{id}",
                id="removeWebhook",
                summary="Remove a webhook and its messages",
                does=self._remove,
                status=HTTPStatus.NO_CONTENT,
                **one,
            ),
            Operation(
                method="POST",
                path="/webhooks/{id}/rotate",
                id="rotateWebhookSecret",
                summary="Replace the secret",
                about="For a while messages bear two signatures, so that nothing is lost in between.",
                does=self._rotate,
                body=Rotating,
                answer=WebhookMade,
                **one,
            ),
        ]

    def _of_messages(self, one: dict[str, Any]) -> list[Operation]:
        return [
            Operation(
                method="POST",
                path="/webhooks/{id}/test",
                id="testWebhook",
                summary="Send a test event",
                does=self._test,
                answer=MessageSent,
                status=HTTPStatus.ACCEPTED,
                **one,
            ),
            Operation(
                method="GET",
                path="/webhooks/{id}/messages",
                id="listWebhookMessages",
                summary="Messages and the attempts to deliver them, the newest first",
                about="They are kept for 30 days.",
                does=self._messages,
                query=Listing,
                answer=MessagesTold,
                **one,
            ),
            Operation(
                method="POST",
                path="/webhooks/{id}/messages/{message_id}/resend",
                id="resendWebhookMessage",
                summary="Deliver a message once more",
                does=self._resend,
                answer=MessageSent,
                status=HTTPStatus.ACCEPTED,
                **{**one, "path_model": OfMessage},
            ),
        ]

    async def _list(self, _: Asked) -> WebhooksTold:
        return WebhooksTold(webhooks=[webhook_told(each) for each in await self._office.all()])

    async def _create(self, asked: Asked) -> WebhookMade:
        told = asked.body(Making)
        by = f"key {asked.key.name}"
        return made_told(await self._office.create(told.url, told.events, told.description, by))

    async def _get(self, asked: Asked) -> WebhookTold:
        return webhook_told(await self._office.get(asked.path(OfWebhook).id))

    async def _change(self, asked: Asked) -> WebhookTold:
        told = asked.body(Changing).model_dump()
        return webhook_told(await self._office.change(asked.path(OfWebhook).id, **told))

    async def _remove(self, asked: Asked) -> Answer:
        await self._office.remove(asked.path(OfWebhook).id)
        return Answer(None)

    async def _rotate(self, asked: Asked) -> WebhookMade:
        overlap = timedelta(hours=asked.body(Rotating).overlap_hours)
        return made_told(await self._office.rotate(asked.path(OfWebhook).id, overlap))

    async def _test(self, asked: Asked) -> MessageSent:
        return MessageSent(id=await self._office.test(asked.path(OfWebhook).id))

    async def _resend(self, asked: Asked) -> MessageSent:
        named = asked.path(OfMessage)
        await self._office.resend(named.id, named.message_id)
        return MessageSent(id=named.message_id)

    async def _messages(self, asked: Asked) -> MessagesTold:
        listing = asked.query(Listing)
        before = None if listing.cursor is None else _behind(listing.cursor)
        rows = await self._office.messages(asked.path(OfWebhook).id, listing.state, before, listing.limit + 1)
        shown = rows[: listing.limit]
        following = _cursor(shown[-1]) if len(rows) > listing.limit else None
        return MessagesTold(messages=[message_told(each) for each in shown], next=following)


def _cursor(row: Document) -> str:
    return f"{(row['created_at'] - _EPOCH) // _MILLISECOND}-{row['message']}"


def _behind(cursor: str) -> tuple[datetime, str]:
    written, _, message = cursor.partition("-")
    return _EPOCH + min(int(written), _LATEST_MS) * _MILLISECOND, message


_LATEST_MS: Final = 253_402_300_799_000
"""The last second that there is."""
