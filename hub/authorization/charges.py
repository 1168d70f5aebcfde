"""A CPO tells of a charge, and with it whose card charged.

Only the issuer that the session or bill is for is learned, since it alone can say that this is wrong.
Spec: 2.3.0 mod_sessions, mod_cdrs, CdrToken class.
"""

from contextlib import suppress

from hub.authorization.card import Card
from hub.authorization.learned import Learned
from ocpi.errors import InvalidParameters
from ocpi.objects.record import Record
from schemas.kinds import ObjectKind, PartyId
from schemas.v2_3_0.cdrs import CdrToken

_CHARGES = frozenset({ObjectKind.SESSION, ObjectKind.CDR})


class ChargedCards:
    def __init__(self, learned: Learned) -> None:
        self._learned = learned

    def notice(self, record: Record) -> None:
        """Of whatever was told to one party; a uid that can be none is of no card."""
        if record.key.kind not in _CHARGES or record.audience is None:
            return
        token = CdrToken.model_validate(record.value()["cdr_token"])
        if PartyId(token.country_code, token.party_id) == record.audience:
            with suppress(InvalidParameters):
                card = Card.named(token.uid, str(token.type), record.audience)
                self._learned.note(record.key.owner, card, record.audience)
