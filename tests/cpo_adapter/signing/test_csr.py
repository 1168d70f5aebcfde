"""What is signed for a station, and what is not (security whitepaper, A02)."""

from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from cpo_adapter.ocpp.rooms import NotSigned
from cpo_adapter.signing.csr import MOST_CHARACTERS, wanted
from tests.cpo_adapter.certificates import Authority
from tests.cpo_adapter.signing.requests import CN, Asked, Key, rsa_key, tampered

STRONG: list[Callable[[], Key]] = [
    lambda: ec.generate_private_key(ec.SECP256R1()),
    lambda: ec.generate_private_key(ec.SECP384R1()),
    lambda: ec.generate_private_key(ec.SECP521R1()),
    lambda: rsa_key(2048),
]
WEAK: dict[str, Callable[[], Key]] = {
    "RSA of 1024 bits": lambda: rsa_key(1024),
    "P-224, with which nobody comes in by TLS 1.3": lambda: ec.generate_private_key(ec.SECP224R1()),
    "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
}
UNREADABLE: dict[str, Callable[[], str]] = {
    "nothing": lambda: "",
    "no PEM": lambda: "MIIB",
    "half a request": lambda: Asked().pem[:200],
    "a certificate": lambda: str(Authority().own.pem, "ascii"),
    "no ASCII": lambda: "\ud800",
    "more than fits": lambda: Asked().pem + "\n" * MOST_CHARACTERS,
}
NAMES: dict[str, Asked] = {
    "another station": Asked("CP-2"),
    "other case": Asked("cp-1"),
    "a part of it": Asked("CP-11"),
    "no name": Asked(""),
    "two names": Asked(more=(x509.NameAttribute(CN, "CP-2"),)),
    "its own name twice": Asked(more=(x509.NameAttribute(CN, "CP-1"),)),
    "another company": Asked(organizations=("Another CPO",)),
    "no company": Asked(organizations=()),
    "two companies": Asked(organizations=("CPO", "Another CPO")),
}


def refusal(pem: str, *, organization: str | None = "CPO") -> NotSigned:
    with pytest.raises(NotSigned) as caught:
        wanted(pem, name="CP-1", organization=organization)
    assert caught.value.code == "InvalidCSR"
    return caught.value


@pytest.mark.parametrize("key", STRONG)
def test_a_strong_key_in_its_own_name_is_signed(key: Callable[[], Key]) -> None:
    asked = Asked(key=key())
    found = wanted(asked.pem, name="CP-1", organization="CPO")
    assert (found.key, found.name, found.organization) == (asked.key.public_key(), "CP-1", "CPO")


@pytest.mark.parametrize("key", WEAK.values(), ids=WEAK)
def test_a_key_with_which_it_could_not_come_in_is_refused(key: Callable[[], Key]) -> None:
    made = key()
    digest = None if isinstance(made, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    assert "key has to be" in str(refusal(Asked(key=made, digest=digest).pem))


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_request_is_refused(text: Callable[[], str]) -> None:
    refusal(text())


def test_a_request_that_its_own_key_did_not_sign_is_refused() -> None:
    assert "signature" in str(refusal(tampered(Asked(organizations=("CPO",), name="CP-9"))))


def test_a_request_with_a_short_hash_is_refused() -> None:
    assert "SHA-256" in str(refusal(Asked(digest=hashes.SHA224()).pem))


@pytest.mark.parametrize("asked", NAMES.values(), ids=NAMES)
def test_a_station_may_ask_for_itself_alone(asked: Asked) -> None:
    refusal(asked.pem)


@pytest.mark.parametrize(("organizations", "told"), [((), None), (("Any",), "Any"), (("One", "Two"), None)])
def test_without_a_company_in_the_settings_the_one_that_is_told_stands(
    organizations: tuple[str, ...], told: str | None
) -> None:
    found = wanted(Asked(organizations=organizations).pem, name="CP-1", organization=None)
    assert found.organization == told


def test_the_same_key_is_known_again() -> None:
    asked = Asked()
    first, again = (wanted(asked.pem, name="CP-1", organization="CPO") for _ in range(2))
    other = wanted(Asked().pem, name="CP-1", organization="CPO")
    assert first.key_digest == again.key_digest != other.key_digest
