"""Results of commands and charging profiles, as some partners send them: inside of an envelope.

A result stands alone in the body of a request; no result has a field that an envelope has.
Spec: 2.3.0 mod_commands and mod_charging_profiles, Sender Interface (POST method).
"""

from typing import Any


def unwrapped(body: dict[str, Any]) -> dict[str, Any]:
    """The result, whether it stands alone or in an envelope."""
    inner = body.get("data")
    return inner if "status_code" in body and isinstance(inner, dict) else body
