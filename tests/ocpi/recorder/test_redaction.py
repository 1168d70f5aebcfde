"""What is kept of bodies and addresses: no credential, of a card its pseudonym, and all else as it came."""

import json
from typing import Any

import pytest
from yarl import URL

from ocpi.process.logs import pseudonym
from ocpi.recorder.cards import CARD, card, card_name, masking
from ocpi.recorder.reading import LARGEST
from ocpi.recorder.redaction import CUT, LONGEST, kept_body, kept_url
from schemas import codec
from tests import build

UID = "04E2A1B2C3"
ANY: frozenset[str] = frozenset()


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """A process has one key for pseudonyms; tests of its settings change it."""
    card_name.cache_clear()
    kept_body.cache_clear()


def kept(value: Any) -> Any:
    body = value if isinstance(value, bytes) else codec.encode(value)
    text = kept_body(body, ANY)
    return None if text is None else json.loads(text)


@pytest.mark.parametrize("model", [build.session(), build.cdr(), build.token()])
def test_cards_and_contracts_are_told_by_pseudonym_wherever_they_stand(model: Any) -> None:
    text = kept_body(codec.dump(model), ANY)
    assert text is not None
    assert UID not in text
    assert build.CDR_TOKEN["contract_id"] not in text
    assert card(UID) in text


def test_the_uid_of_an_evse_is_no_card() -> None:
    (told,) = kept(build.location())["evses"]
    assert told["uid"] == "E1"


def test_a_number_keeps_every_digit_and_a_string_its_spelling() -> None:
    assert (
        kept_body(b'{"kwh": 15.3420000000000001, "id":"\xc3\xa9"}', ANY)
        == '{"kwh":15.3420000000000001,"id":"é"}'
    )


def test_what_is_named_like_a_secret_is_gone_but_an_object_of_that_name_is_looked_into() -> None:
    told = kept(
        {"token": "canary", "authorization_reference": "A1", "nested": [{"api_key": "canary", "pin": 12}]}
    )
    assert told == {
        "token": "[redacted]",
        "authorization_reference": "A1",
        "nested": [{"api_key": "[redacted]", "pin": "[redacted]"}],
    }
    assert kept({"token": {"uid": UID, "type": "RFID"}}) == {"token": {"uid": card(UID), "type": "RFID"}}


def test_receipts_of_payment_cards_are_left_out() -> None:
    assert kept({"id": "F1", "eft_data": ["PAN ************1234"]}) == {
        "id": "F1",
        "eft_data": ["[left out]"],
    }


def test_signed_meter_values_repeat_the_card_and_are_left_out() -> None:
    signed = {
        "encoding_method": "OCMF",
        "signed_values": [{"nature": "Start", "signed_data": UID, "plain_data": UID}],
    }
    told = kept({"signed_data": signed})
    assert told["signed_data"]["encoding_method"] == "OCMF"
    assert UID not in json.dumps(told)


def test_a_text_that_names_the_card_is_told_with_its_pseudonym() -> None:
    mask = masking([UID])
    assert mask(f"there is no card {UID.lower()}!") == f"there is no card {card(UID)}!"
    assert mask("X" + UID) == "X" + UID
    assert masking(["1"])("1 of 1") == "1 of 1"


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[" * 100_000, b"[" + b"1," * LARGEST + b"1]", b"\xff"])
def test_what_is_no_json_or_too_large_is_not_kept(body: bytes) -> None:
    assert kept_body(body, ANY) is None


def test_a_long_body_is_cut_and_says_so() -> None:
    text = kept_body(codec.encode({"name": "x" * (LONGEST + 100)}), ANY)
    assert text is not None
    assert text.endswith(CUT)
    assert len(text) == LONGEST + len(CUT)


def test_an_address_has_no_card_and_no_secret() -> None:
    url = URL(
        "https://h.example/ocpi/tokens/04e2a1b2c3/authorize?type=RFID&access_token=canary&id=04E2A1B2C3"
    )
    told = kept_url(str(url), frozenset({UID}))
    assert told == (
        f"https://h.example/ocpi/tokens/{card(UID)}/authorize?type=RFID&access_token=[redacted]&id={card(UID)}"
    )
    assert CARD.fullmatch(f"card:{pseudonym(UID)}")


def test_a_card_in_a_query_is_known_by_the_name_of_its_parameter() -> None:
    told = kept_url(f"https://h.example/x?uid={UID}&type=RFID", frozenset())
    assert told == f"https://h.example/x?uid={card(UID)}&type=RFID"


def test_an_address_keeps_its_own_spelling() -> None:
    url = URL("https://h.example:8443/a%2Fb/c%20d", encoded=True)
    assert kept_url(str(url), frozenset()) == "https://h.example:8443/a%2Fb/c%20d"
