"""May this card charge, now? Pure.

Spec: 2.3.0 mod_tokens, AllowedType.
"""

from schemas.v2_3_0.enums import AllowedType
from schemas.v2_3_0.tokens import Token


def allowed(token: Token) -> AllowedType:
    """A card that was blocked stays known: its holder is told so, and not that it does not exist."""
    return AllowedType.ALLOWED if token.valid else AllowedType.BLOCKED
