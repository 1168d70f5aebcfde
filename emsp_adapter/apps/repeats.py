"""The header Idempotency-Key: who asks again, because no answer came, gets the answer of the first time.

A key is claimed before anything is done, and the errand that will be asked is named in the claim. So whoever
finds a claim without an answer, after a crash, can tell whether the CPO was asked, and nobody is asked twice.
Where nothing was asked, because it could not be, the claim is given up and the next try is a first one.
"""

import hashlib
import re
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from aiohttp import web

from emsp_adapter.apps.operation import JSON, Answer, Asked, Told
from emsp_adapter.apps.problems import refused
from ocpi.process.clock import Clock
from ocpi.process.mongo import ASCENDING, Document, DuplicateKey, Index, Mongo
from schemas import codec

HEADER: Final = "Idempotency-Key"
COLLECTION: Final = "app_repeats"
KEPT_FOR: Final = timedelta(hours=24)
AT_WORK: Final = timedelta(seconds=60)
"""Longer than any request lasts: a claim that is older and has no answer belongs to nobody."""
INDEXES = (Index(collection=COLLECTION, keys=(("expires_at", ASCENDING),), expire_after_s=0),)
_KEY: Final = re.compile(r"[!-~]{1,128}", re.ASCII)

Work = Callable[[str], Awaitable[Answer]]
"""Does it, under the id that the errand is to have."""
Recall = Callable[[str], Awaitable[Answer | None]]
"""What an errand of this id has come to; None if there is none."""


class Repeats:
    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._claims = mongo.collection(COLLECTION)
        self._clock = clock

    async def once(self, asked: Asked, work: Work, recall: Recall) -> Told:
        """Raises Refused: 409 for the same key with another request, or while the first is at work."""
        written = asked.request.headers.getall(HEADER, [])
        if not written:
            return await work(str(uuid.uuid4()))
        claim = self._claim(asked, _checked(written))
        try:
            await self._claims.insert_one(claim)
        except DuplicateKey:
            return await self._again(claim, work, recall)
        return await self._worked(claim, work, recall)

    def _claim(self, asked: Asked, written: str) -> Document:
        now = self._clock.now()
        return {
            "_id": f"{asked.key.name}|{written}",
            "request": _fingerprint(asked),
            "errand": str(uuid.uuid4()),
            "claimed_at": now,
            "expires_at": now + KEPT_FOR,
            "answer": None,
        }

    async def _again(self, claim: Document, work: Work, recall: Recall) -> Told:
        held = await self._claims.find_one({"_id": claim["_id"]})
        if held is None:
            raise _at_work()
        if held["request"] != claim["request"]:
            raise refused(HTTPStatus.CONFLICT, "this key was used for another request", header=HEADER)
        if held["answer"] is not None:
            return _replayed(held["answer"])
        if held["claimed_at"] > self._clock.now() - AT_WORK:
            raise _at_work()
        if (known := await recall(held["errand"])) is not None:
            return await self._kept(held, known)
        if not await self._taken_over(held):
            raise _at_work()
        return await self._worked(held, work, recall)

    async def _worked(self, claim: Document, work: Work, recall: Recall) -> Answer:
        try:
            answer = await work(claim["errand"])
        except Exception:
            if await recall(claim["errand"]) is None:
                await self._claims.delete_one({"_id": claim["_id"], "answer": None})
            raise
        return await self._kept(claim, answer)

    async def _kept(self, claim: Document, answer: Answer) -> Answer:
        value = answer.value
        told = {
            "body": codec.encode(None if value is None else value.model_dump()),
            "headers": dict(answer.headers),
        }
        await self._claims.update_one({"_id": claim["_id"], "answer": None}, {"$set": {"answer": told}})
        return answer

    async def _taken_over(self, held: Document) -> bool:
        """From whoever died over it; one of several who come now."""
        unchanged = {"_id": held["_id"], "claimed_at": held["claimed_at"], "answer": None}
        now: datetime = self._clock.now()
        return bool((await self._claims.update_one(unchanged, {"$set": {"claimed_at": now}})).modified_count)


def _checked(written: list[str]) -> str:
    if len(written) != 1 or not _KEY.fullmatch(written[0]):
        text = "one key of 1 to 128 printable characters of ASCII, without spaces"
        raise refused(HTTPStatus.BAD_REQUEST, text, header=HEADER)
    return written[0]


def _fingerprint(asked: Asked) -> str:
    request = asked.request
    said = b"\0".join((request.method.encode(), request.rel_url.raw_path_qs.encode(), asked.raw_body))
    return hashlib.sha256(said).hexdigest()


def _replayed(told: Document) -> web.Response:
    return web.Response(
        status=int(HTTPStatus.CREATED),
        body=told["body"],
        content_type=JSON,
        headers={**told["headers"], "Idempotency-Replayed": "true"},
    )


def _at_work() -> Exception:
    text = "the first request with this key is at work: ask again in a moment"
    problem = refused(HTTPStatus.CONFLICT, text, header=HEADER)
    problem.headers["Retry-After"] = "1"
    return problem
