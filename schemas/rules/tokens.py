"""Answers about tokens. Spec: mod_tokens, AuthorizationInfo; case C-086."""

from collections.abc import Iterator

from schemas.rules.rule import Rules
from schemas.v2_1_1 import tokens as tokens_2_1_1
from schemas.v2_3_0.enums import AllowedType
from schemas.v2_3_0.tokens import AuthorizationInfo
from schemas.validation import Violation

rules = Rules()

AnyAuthorizationInfo = AuthorizationInfo | tokens_2_1_1.AuthorizationInfo


@rules.about(AuthorizationInfo, tokens_2_1_1.AuthorizationInfo)
def places_are_named_only_where_allowed(info: AnyAuthorizationInfo) -> Iterator[Violation]:
    if info.location is not None and info.allowed is not AllowedType.ALLOWED:
        yield Violation("/location", "contradiction", "is only for an answer that allows charging")
