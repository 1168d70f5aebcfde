"""A row of a file of cards.

    uid,contract_id,type,visual_number,issuer,group_id,language,whitelist,default_profile_type,energy_supplier,\
energy_contract_id,valid
    04A1B2C3D4E5F6,NL-MSP-C00000001-0,,0001,,,,,,,,

The first two columns are needed, in any order. A row says all of its card: what it leaves out there is not.
Spec: 2.3.0 mod_tokens, Token object.
"""

import hashlib
from typing import Final

from pydantic import TypeAdapter

from emsp_adapter.contracts.cards import Card, CardType
from emsp_adapter.contracts.importing.reading import Objection
from ocpi.authored.csv_rows import CsvRow
from ocpi.wire.contract_id import is_mistyped

MISTYPED: Final = "its check digit is not right"


class CardRows:
    columns = tuple(Card.model_fields)
    needed = ("uid", "contract_id")
    adapter = TypeAdapter(list[Card])

    def __init__(self, *, check_digits: bool) -> None:
        self._check_digits = check_digits

    def name(self, card: Card) -> str:
        return card.name

    def objection(self, card: Card) -> Objection | None:
        if not self._check_digits:
            return None
        if is_mistyped(card.contract_id):
            return Objection("contract_id", MISTYPED)
        if card.type is CardType.EMAID and is_mistyped(card.uid):
            return Objection("uid", MISTYPED)
        return None


def row_digest(row: CsvRow) -> str:
    """Equal for rows that say the same, in whatever order of columns."""
    told = "\x1f".join(f"{name}={value}" for name, value in sorted(row.fields.items()))
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()
