"""Kinds of token that 2.2.1 does not list are OTHER there. Spec: mod_tokens, TokenType."""

from typing import TypeVar

from schemas.lists import is_listed
from schemas.translation.crossing import Crossing
from schemas.v2_3_0.cdrs import CdrToken
from schemas.v2_3_0.enums import TokenType
from schemas.v2_3_0.locations import PublishTokenType
from schemas.v2_3_0.tokens import Token

AnyToken = TypeVar("AnyToken", Token, CdrToken, PublishTokenType)


def token_down(token: AnyToken, crossing: Crossing) -> AnyToken:
    return crossing.carry(token, type(token), type=_type(token.type, crossing))


def _type(kind: TokenType | None, crossing: Crossing) -> TokenType | None:
    if kind is None or is_listed(kind, crossing.route.target):
        return kind
    crossing.change("type", reason=f"{kind} is not in the list of {crossing.route.target}")
    return TokenType.OTHER
