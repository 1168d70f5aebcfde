"""A bill as a line of a table: what its CPO says, and what we say about it. Pure.

The same columns stand in CSV and in Parquet. Numbers are exact decimals.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from typing import Any, Final

from emsp_adapter.billing.amounts import Amount, Figures, figures_of
from emsp_adapter.billing.row import Row
from schemas.times import parse


class Kind(Enum):
    TEXT = auto()
    NUMBER = auto()
    DECIMAL = auto()
    INSTANT = auto()
    FLAG = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """`value` is the CDR, decoded, and `body` the bytes that it is kept as."""

    row: Row
    value: dict[str, Any]
    body: bytes
    figures: Figures

    @classmethod
    def of(cls, row: Row, value: dict[str, Any], body: bytes) -> "Line":
        return cls(row, value, body, figures_of(value))


Get = Callable[[Line], object]


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: Kind
    of: Get


def _field(*path: str) -> Get:
    def get(line: Line) -> object:
        value: Any = line.value
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    return get


def _instant(name: str) -> Get:
    return lambda line: parse(line.value[name])


def _amount(of: Callable[[Line], Amount | None], side: str) -> Get:
    return lambda line: getattr(of(line), side, None)


def _hours(line: Line) -> Decimal | None:
    told = {"total_cost": {"before_taxes": 0}, "total_energy": line.value.get("total_time")}
    return figures_of(told).energy_kwh


def _place(line: Line) -> object:
    place = line.value["cdr_location"]
    return place.get("name") or place["id"]


def _theirs(line: Line) -> Amount | None:
    return line.figures.theirs


def _ours(line: Line) -> Amount | None:
    return line.row.ours


def _difference(line: Line) -> Amount | None:
    ours, theirs = line.row.ours, line.figures.theirs
    return None if ours is None or theirs is None else theirs.minus(ours)


def _clean(line: Line) -> bool | None:
    return None if line.row.clean is None else line.row.clean and not line.row.chain_codes


COLUMNS: Final = (
    Column("cpo", Kind.TEXT, lambda line: str(line.row.key.owner)),
    Column("id", Kind.TEXT, lambda line: str(line.row.key.id)),
    Column("session_id", Kind.TEXT, _field("session_id")),
    Column("start_date_time", Kind.INSTANT, _instant("start_date_time")),
    Column("end_date_time", Kind.INSTANT, _instant("end_date_time")),
    Column("token_uid", Kind.TEXT, _field("cdr_token", "uid")),
    Column("contract_id", Kind.TEXT, _field("cdr_token", "contract_id")),
    Column("location", Kind.TEXT, _place),
    Column("evse_id", Kind.TEXT, _field("cdr_location", "evse_id")),
    Column("total_energy_kwh", Kind.DECIMAL, lambda line: line.figures.energy_kwh),
    Column("total_time_h", Kind.DECIMAL, _hours),
    Column("currency", Kind.TEXT, _field("currency")),
    Column("total_excl_tax", Kind.DECIMAL, _amount(_theirs, "net")),
    Column("total_incl_tax", Kind.DECIMAL, _amount(_theirs, "gross")),
    Column("credit", Kind.FLAG, lambda line: line.row.link.is_credit),
    Column("credit_reference_id", Kind.TEXT, _field("credit_reference_id")),
    Column("place", Kind.TEXT, lambda line: line.row.place),
    Column("our_excl_tax", Kind.DECIMAL, _amount(_ours, "net")),
    Column("our_incl_tax", Kind.DECIMAL, _amount(_ours, "gross")),
    Column("difference_excl_tax", Kind.DECIMAL, _amount(_difference, "net")),
    Column("difference_incl_tax", Kind.DECIMAL, _amount(_difference, "gross")),
    Column("audit", Kind.TEXT, lambda line: line.row.audit),
    Column("clean", Kind.FLAG, _clean),
    Column("findings", Kind.TEXT, lambda line: " ".join(line.row.all_codes) or None),
    Column("dispute", Kind.TEXT, lambda line: line.row.dispute_state),
    Column("auth_method", Kind.TEXT, _field("auth_method")),
    Column("authorization_reference", Kind.TEXT, _field("authorization_reference")),
    Column("invoice_reference_id", Kind.TEXT, _field("invoice_reference_id")),
    Column("last_updated", Kind.INSTANT, _instant("last_updated")),
    Column("received_at", Kind.INSTANT, lambda line: line.row.received_at),
    Column("seq", Kind.NUMBER, lambda line: line.row.seq),
)
