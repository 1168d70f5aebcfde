import pytest

from ocpi.partners.seal import Seal, SealBroken
from ocpi.process.failures import StartFailed
from ocpi.wire.credentials_token import CredentialsToken

TOKEN = CredentialsToken("the-secret-token")


def test_what_is_sealed_opens_with_the_same_key_and_shows_nothing() -> None:
    """A-10."""
    key = Seal.generate_key()
    sealed = Seal(key).close(TOKEN)
    assert "secret" not in sealed
    assert Seal(key).open(sealed).reveal() == TOKEN.reveal()


@pytest.mark.parametrize("key", ["", "short", "é" * 44, "x" * 44])
def test_what_is_no_key_is_told_in_one_line(key: str) -> None:
    with pytest.raises(SealBroken) as told:
        Seal(key)
    assert isinstance(told.value, StartFailed)
    assert "seal.key" in str(told.value)
    assert "\n" not in str(told.value)


def test_another_key_opens_nothing_and_is_told_in_one_line() -> None:
    sealed = Seal(Seal.generate_key()).close(TOKEN)
    with pytest.raises(SealBroken, match="restore the key file") as told:
        Seal(Seal.generate_key()).open(sealed)
    assert "\n" not in str(told.value)
