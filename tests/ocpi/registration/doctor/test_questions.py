"""Questions are asked as calls are: with the token as it is read, and URLs of our own making spelled."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from ocpi.partners.model import Connection
from ocpi.process.clock import SystemClock
from ocpi.process.egress import Egress
from ocpi.registration.doctor.questions import Questions
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import NOWHERE
from ocpi.wire.quirks import Quirk
from schemas.v2_3_0.enums import VersionNumber

TOKEN = CredentialsToken("the-token")


@pytest.fixture
async def asked() -> AsyncIterator[list[tuple[str, str | None]]]:
    """What arrives at a platform whose port comes first in the list: path and Authorization."""
    found: list[tuple[str, str | None]] = []

    async def answer(request: web.Request) -> web.Response:
        found.append((request.raw_path, request.headers.get("Authorization")))
        return web.Response()

    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.append((f"http://127.0.0.1:{runner.addresses[0][1]}", None))
    yield found
    await runner.cleanup()


async def test_what_the_partner_told_is_asked_as_it_stands_and_our_own_urls_with_its_quirks(
    asked: list[tuple[str, str | None]],
) -> None:
    base, _ = asked.pop()
    quirks = frozenset({Quirk.TRAILING_SLASH, Quirk.RAW_TOKEN})
    current = Connection(VersionNumber.V2_3_0, f"{base}/versions", (), None, (), TOKEN, quirks)
    async with Egress(allow_private=True) as egress:
        questions = Questions(egress, SystemClock(), current)
        await questions.ask("versions", f"{base}/versions")
        await questions.ask("cdrs", f"{base}/cdrs?limit=1", routing=NOWHERE)
        await questions.anonymously("versions", f"{base}/versions")
    raw = f"Token {TOKEN.reveal()}"
    assert asked == [("/versions", raw), ("/cdrs/?limit=1", raw), ("/versions", None)]
