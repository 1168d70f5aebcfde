import base64

import pytest

from ocpi.wire.credentials_token import CredentialsToken, readings

SECRET = "example-token"


def spelled(text: str) -> str:
    return "Token " + base64.b64encode(text.encode()).decode()


def read(authorization: str) -> list[str]:
    return [token.reveal() for token in readings(authorization)]


def test_the_header_is_the_word_token_and_base64() -> None:
    assert CredentialsToken(SECRET).header() == "Token ZXhhbXBsZS10b2tlbg=="


def test_the_specified_spelling_is_read_first() -> None:
    assert read(spelled(SECRET))[0] == SECRET


def test_base64_of_a_token_and_a_newline_is_read() -> None:
    assert read(spelled(SECRET + "\n"))[0] == SECRET


def test_a_raw_token_is_read() -> None:
    assert SECRET in read(f"Token {SECRET}")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer abc",
        "Token",
        "Token ",
        "token ZXhhbXBsZS10b2tlbg==",
        "Token  ZXhhbXBsZS10b2tlbg==",
        "Token \x00",
        "Token AA==",
        "Token " + "QUFB" * 4000,
    ],
)
def test_what_is_no_token_header_means_nobody(header: str) -> None:
    """A-2."""
    assert SECRET not in read(header)
    assert all(len(secret) <= 64 for secret in read(header))


@pytest.mark.parametrize("secret", ["", "with blank", "x" * 65, "tab\there", "ümlaut"])
def test_a_token_is_printable_ascii_of_at_most_64(secret: str) -> None:
    with pytest.raises(ValueError, match="1 to 64 printable"):
        CredentialsToken(secret)


def test_a_printed_token_tells_its_tail_only() -> None:
    token = CredentialsToken.generate()
    assert token.reveal() not in repr(token)
    assert f"{token}" == f"Token …{token.reveal()[-4:]}"
    assert repr(CredentialsToken("short")) == "Token …"


def test_two_generated_tokens_differ() -> None:
    assert CredentialsToken.generate().digest() != CredentialsToken.generate().digest()
