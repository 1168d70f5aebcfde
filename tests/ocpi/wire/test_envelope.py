from datetime import UTC, datetime

import pytest

from ocpi.errors import Unreadable
from ocpi.wire import envelope
from schemas import codec

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def test_data_is_put_into_the_envelope_byte_for_byte() -> None:
    data = b'{"volume": 15.3420000000000001, "odd" : 1e2}'
    body = envelope.write(AT, data=data)
    assert data in body
    assert envelope.read(body) == envelope.Envelope(1000, None, data)


def test_an_envelope_without_data_is_valid_json() -> None:
    body = envelope.write(AT, status_code=2001, message='say "why"')
    assert codec.decode(body) == {
        "status_code": 2001,
        "status_message": 'say "why"',
        "timestamp": "2026-03-01T12:30:00Z",
    }


def test_null_data_is_no_data() -> None:
    """C-047."""
    assert envelope.read(b'{"status_code": 1000, "data": null}').data is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"data": []}',
        b'{"status_code": "1000"}',
        b'{"status_code": 1000, "data": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    ],
)
def test_what_is_no_envelope_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        envelope.read(body)


def test_the_members_of_a_list_keep_their_bytes() -> None:
    assert envelope.members(b'[{"a": 1.10}, {"b" :2}]') == [b'{"a": 1.10}', b'{"b" :2}']
    assert envelope.members(None) == []
    with pytest.raises(Unreadable, match="list"):
        envelope.members(b"{}")
