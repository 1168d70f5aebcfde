"""Values that nobody may read again: a station's own key, wherever it shows it.

Some stations tell theirs when asked for their configuration, and a report of variables may hold it. It is
taken out before anything is stored, logged or shown.
Spec: OCPP security whitepaper, AuthorizationKey (write-only); OCPP 2.0.1, SecurityCtrlr.BasicAuthPassword.
"""

from typing import Any, Final

from schemas import codec
from schemas.codec import Json, MalformedJson

SECRET: Final = frozenset({"authorizationkey", "basicauthpassword", "apnpassword"})
_VALUES: Final = frozenset({"value", "attributeValue", "actualValue"})
_REMOVED: Final = "(removed)"


def is_secret(name: str) -> bool:
    """Of a configuration key, or of a variable with or without its component."""
    return name.rpartition(".")[2].strip().casefold() in SECRET


def without_secrets(value: Json) -> Json:
    """The same, with the values of secret keys and variables removed, however deep they lie."""
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: without_secrets(item) for key, item in (_removed(value) if _holds(value) else value).items()}


def safe_frame(frame: str) -> str:
    """A frame as it may be stored; as it came, byte for byte, unless it holds a secret."""
    if not any(name in frame.casefold() for name in SECRET):
        return frame
    try:
        return codec.encode(without_secrets(codec.decode(frame.encode()))).decode()
    except (MalformedJson, UnicodeEncodeError):
        return _REMOVED


def _holds(told: dict[str, Any]) -> bool:
    """As a configuration key or a variable: with its name beside it, or in the variable beside it."""
    variable = told.get("variable")
    names = [told.get("key"), variable.get("name") if isinstance(variable, dict) else None]
    return any(isinstance(name, str) and is_secret(name) for name in names)


def _removed(told: dict[str, Any]) -> dict[str, Any]:
    """Values lie beside the name, or in the attributes of a variable."""
    hidden = {key: _REMOVED if key in _VALUES else item for key, item in told.items()}
    attributes = told.get("variableAttribute")
    if isinstance(attributes, list):
        hidden["variableAttribute"] = [_removed(each) for each in attributes if isinstance(each, dict)]
    return hidden
