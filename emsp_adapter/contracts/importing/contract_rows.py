"""A row of a file of contracts.

    contract_id,driver,whitelist,language,group_id,valid_from,valid_until,credit,currency,cpos,countries,hours,\
time_zone,at_once
    NL-MSP-C00000001-0,D-17,NEVER,nl,,,2027-01-01T00:00:00Z,50.00,EUR,FR*CPO NL*ABC,FRA NLD,1-5=07:00-20:00,\
Europe/Amsterdam,1

The first column is needed, in any order. A row says all of its contract but the state: contracts are blocked
and ended by the operator, never by a file. Several parties, countries and hours stand in one cell with spaces
between them; Monday is 1.
"""

import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, TypeAdapter

from emsp_adapter.contracts.contract import Contract, Limits
from emsp_adapter.contracts.importing.card_rows import MISTYPED
from emsp_adapter.contracts.importing.reading import Objection
from ocpi.wire.contract_id import bare, is_mistyped
from schemas.v2_3_0.enums import DayOfWeek

_HOURS: Final = re.compile(r"([1-7])(?:-([1-7]))?=(\d\d:\d\d)-(\d\d:\d\d)", re.ASCII)
_DAYS: Final = tuple(DayOfWeek)
_OF_CONTRACT: Final = ("contract_id", "driver", "whitelist", "language", "group_id")
_LISTS: Final = ("cpos", "countries")


def _nested(row: dict[str, str]) -> dict[str, Any]:
    """The limits go into an object of their own."""
    limits = {name: _cell(name, text) for name, text in row.items() if name in Limits.model_fields}
    return {**{name: text for name, text in row.items() if name not in limits}, "limits": limits}


def _cell(name: str, text: str) -> Any:
    if name == "hours":
        return _hours(text)
    return text.split() if name in _LISTS else text


def _hours(text: str) -> Any:
    """The text itself where it cannot be read, for the model to refuse."""
    found = [_HOURS.fullmatch(each) for each in text.split()]
    read = [_period(each) for each in found if each is not None]
    return read if len(read) == len(found) else text


def _period(found: "re.Match[str]") -> dict[str, Any]:
    first, last, since, until = found.groups()
    return {"days": _DAYS[int(first) - 1 : int(last or first)], "since": since, "until": until}


class ContractRows:
    columns = (*_OF_CONTRACT, *Limits.model_fields)
    needed = ("contract_id",)
    adapter = TypeAdapter(list[Annotated[Contract, BeforeValidator(_nested)]])

    def __init__(self, *, check_digits: bool) -> None:
        self._check_digits = check_digits

    def name(self, contract: Contract) -> str:
        return bare(contract.contract_id)

    def objection(self, contract: Contract) -> Objection | None:
        is_wrong = self._check_digits and is_mistyped(contract.contract_id)
        return Objection("contract_id", MISTYPED) if is_wrong else None
