"""The far side is the library of Standard Webhooks."""

import base64
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from emsp_adapter.webhooks.signing import headers, new_secret
from ocpi.process.clock import SystemClock

BODY = '{"type":"test","text":"é"}'.encode()


def test_the_library_verifies_what_is_signed_and_nothing_else() -> None:
    secret, now = new_secret(), SystemClock().now()
    signed = headers("msg_1", now, BODY, [secret])
    assert Webhook(secret).verify(BODY, signed) == {"type": "test", "text": "é"}
    for changed in (
        {**signed, "webhook-id": "msg_2"},
        {**signed, "webhook-timestamp": str(int(now.timestamp()) - 1)},
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(BODY, changed)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY + b" ", signed)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(BODY, signed)


def test_either_of_two_secrets_verifies_what_both_signed() -> None:
    old, new = new_secret(), new_secret()
    signed = headers("msg_1", SystemClock().now(), BODY, [new, old])
    assert Webhook(old).verify(BODY, signed) == Webhook(new).verify(BODY, signed)


def test_a_signature_is_the_one_of_the_specification() -> None:
    """With the example secret and message of Standard Webhooks' own tests."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signed = headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
        [secret],
    )
    assert signed["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_secrets_are_of_256_bits_and_never_the_same() -> None:
    assert len(base64.b64decode(new_secret().removeprefix("whsec_"))) == 32
    assert new_secret() != new_secret()
