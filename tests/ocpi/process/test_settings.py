"""Settings: from the environment alone, frozen, and every mistake in one go."""

from ipaddress import IPv4Network

import pytest
from pydantic import SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from ocpi.process.settings import BrokenSettings, ServiceSettings, load, redacted


class HubSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="HUB_")

    public_url: str
    port: int = 8080
    admin_key: SecretStr | None = None
    modules: tuple[str, ...] = ()


ENOUGH = {"HUB_PUBLIC_URL": "https://hub.example"}


def broken(environ: dict[str, str]) -> list[str]:
    with pytest.raises(BrokenSettings) as mistake:
        load(HubSettings, environ)
    return list(mistake.value.lines)


def test_own_variables_are_read_under_the_services_prefix_and_shared_ones_under_ours() -> None:
    settings = load(
        HubSettings,
        {
            **ENOUGH,
            "HUB_PORT": "9000",
            "HUB_MODULES": '["cdrs", "tokens"]',
            "PASSERELLE_LOG_LEVEL": "DEBUG",
            "PASSERELLE_ALLOWED_NETWORKS": '["10.1.0.0/16"]',
            "PATH": "/bin",
            "CPO_PORT": "1",
        },
    )
    assert settings.public_url == "https://hub.example"
    assert settings.port == 9000
    assert settings.modules == ("cdrs", "tokens")
    assert settings.log_level == "DEBUG"
    assert settings.allowed_networks == (IPv4Network("10.1.0.0/16"),)


def test_the_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_PUBLIC_URL", "https://from.env")
    assert load(HubSettings).public_url == "https://from.env"


def test_settings_made_by_hand_take_nothing_from_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_PORT", "9000")
    monkeypatch.setenv("PORT", "9001")
    assert HubSettings(public_url="https://hub.example").port == 8080


def test_an_empty_variable_is_an_absent_one() -> None:
    assert load(HubSettings, {**ENOUGH, "HUB_PORT": ""}).port == 8080
    assert broken({"HUB_PUBLIC_URL": ""}) == ["HUB_PUBLIC_URL: required, but not set"]


def test_settings_never_change() -> None:
    settings = load(HubSettings, ENOUGH)
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]


def test_every_wrong_variable_has_one_line_that_names_it() -> None:
    assert broken({"HUB_PORT": "eighty", "PASSERELLE_LOG_LEVEL": "LOUD", "HUB_PROT": "80"}) == [
        "PASSERELLE_LOG_LEVEL: should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR' (it is 'LOUD')",
        "HUB_PUBLIC_URL: required, but not set",
        "HUB_PORT: should be a valid integer, unable to parse string as an integer (it is 'eighty')",
        "HUB_PROT: nothing reads it; did you mean HUB_PORT?",
    ]


def test_a_misspelt_variable_is_a_mistake_also_where_all_else_is_right() -> None:
    assert broken({**ENOUGH, "PASSERELLE_MONGODB_URL": "mongodb://db"}) == [
        "PASSERELLE_MONGODB_URL: nothing reads it; did you mean PASSERELLE_MONGO_URL?"
    ]


def test_a_list_that_is_not_json_says_how_to_write_one() -> None:
    (line,) = broken({**ENOUGH, "HUB_MODULES": "cdrs,tokens"})
    assert line.startswith('HUB_MODULES: should be JSON, such as ["a", "b"] (Expecting value')


def test_what_kubernetes_adds_for_a_service_named_hub_is_no_mistake() -> None:
    links = {
        "HUB_SERVICE_HOST": "10.0.0.1",
        "HUB_SERVICE_PORT": "80",
        "HUB_SERVICE_PORT_OCPI": "80",
        "HUB_PORT_80_TCP": "tcp://10.0.0.1:80",
        "HUB_PORT_80_TCP_ADDR": "10.0.0.1",
    }
    assert load(HubSettings, {**ENOUGH, **links}).port == 8080


def test_a_network_with_host_bits_is_told_in_words() -> None:
    assert broken({**ENOUGH, "PASSERELLE_ALLOWED_NETWORKS": '["10.0.0.1/8"]'}) == [
        "PASSERELLE_ALLOWED_NETWORKS: 10.0.0.1/8 has host bits set (it is '10.0.0.1/8')"
    ]


def test_a_wrong_secret_is_not_repeated() -> None:
    (line,) = broken({**ENOUGH, "PASSERELLE_PSEUDONYM_KEY": "too short"})
    assert line == "PASSERELLE_PSEUDONYM_KEY: should have at least 16 characters"


def test_settings_are_shown_by_variable_without_secrets_and_passwords() -> None:
    settings = load(
        HubSettings,
        {**ENOUGH, "HUB_ADMIN_KEY": "hunter2", "PASSERELLE_MONGO_URL": "mongodb://hub:hunter2@db/"},
    )
    shown = redacted(settings)
    assert shown["HUB_ADMIN_KEY"] == "[redacted]"
    assert shown["PASSERELLE_MONGO_URL"] == "mongodb://hub:***@db/"
    assert shown["PASSERELLE_PSEUDONYM_KEY"] is None
    assert shown["HUB_PORT"] == 8080
    assert "hunter2" not in repr(settings) + str(settings)
