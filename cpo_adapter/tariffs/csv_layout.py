"""The columns of tariffs in CSV, and how their rows nest.

    id,emsp,group,instead_of,currency,tax_included,type,start_date_time,end_date_time,element,component,price,vat,
    step_size,start_time,end_time,start_date,end_date,min_kwh,max_kwh,min_power,max_power,min_duration,max_duration,
    day_of_week,reservation

One row per price component. Rows with the same `id`, `emsp` and `group` are one tariff, of those the ones
with the same `element` one element of it, in the order in which they are tried; what restricts an element
need stand in its first row only. Several days of the week are separated by blanks.
Spec: 2.3.0 mod_tariffs, TariffElement, PriceComponent, TariffRestrictions.
"""

from typing import Any, Final

from ocpi.authored.document import Document, Where
from ocpi.authored.flaws import BrokenFile, Flaw, Place

_NAMES: Final = ("id", "emsp", "group")
_OF_TARIFF: Final = (
    *_NAMES,
    "instead_of",
    "currency",
    "tax_included",
    "type",
    "start_date_time",
    "end_date_time",
)
_OF_COMPONENT: Final = {"component": "type", "price": "price", "vat": "vat", "step_size": "step_size"}
_OF_ELEMENT: Final = (
    *("start_time", "end_time", "start_date", "end_date", "min_kwh", "max_kwh", "min_power", "max_power"),
    *("min_duration", "max_duration", "day_of_week", "reservation"),
)
_COLUMNS: Final = frozenset({*_OF_TARIFF, "element", *_OF_COMPONENT, *_OF_ELEMENT})


def nested(rows: Document) -> Document:
    """The same content as the TOML form nests it. Raises BrokenFile."""
    nesting = _Nesting(rows)
    for index, row in enumerate(rows.content["row"]):
        nesting.add(index, row)
    if nesting.flaws:
        raise BrokenFile(nesting.flaws)
    return Document(rows.file, {"tariffs": nesting.tariffs}, nesting.places)


class _Nesting:
    def __init__(self, rows: Document) -> None:
        self.tariffs: list[dict[str, Any]] = []
        self.places: dict[Where, Place] = {}
        self.flaws: list[Flaw] = []
        self._rows = rows
        self._tariffs: dict[tuple[str, ...], int] = {}
        self._elements: dict[tuple[int, str], int] = {}

    def add(self, index: int, row: dict[str, str]) -> None:
        for column in row.keys() - _COLUMNS:
            self._flaw(index, column, "is not known here")
        at = self._tariff(index, row)
        where, element = self._element(at, index, row)
        component = {column: row[column] for column in _OF_COMPONENT if column in row}
        place = (*where, "price_components", len(element["price_components"]))
        self.places[place] = self._place(index)
        for column in component:
            self.places[(*place, _OF_COMPONENT[column])] = self._place(index, column)
        element["price_components"].append(
            {_OF_COMPONENT[column]: told for column, told in component.items()}
        )

    def _tariff(self, index: int, row: dict[str, str]) -> int:
        names = tuple(row.get(name, "").lower() for name in _NAMES)
        at = self._tariffs.setdefault(names, len(self.tariffs))
        if at == len(self.tariffs):
            self.tariffs.append({"elements": []})
            self.places["tariffs", at] = self._place(index)
        for column in _OF_TARIFF:
            self._tell(index, row, column, ("tariffs", at), self.tariffs[at])
        return at

    def _element(self, at: int, index: int, row: dict[str, str]) -> tuple[Where, dict[str, Any]]:
        elements = self.tariffs[at]["elements"]
        number = self._elements.setdefault((at, row.get("element", "")), len(elements))
        where: Where = ("tariffs", at, "elements", number)
        if number == len(elements):
            elements.append({"price_components": []})
            self.places[where] = self._place(index)
        element: dict[str, Any] = elements[number]
        for column in _OF_ELEMENT:
            if column in row:
                into = element.setdefault("restrictions", {})
                self._tell(index, row, column, (*where, "restrictions"), into)
        return where, element

    def _tell(self, index: int, row: dict[str, str], column: str, where: Where, into: dict[str, Any]) -> None:
        if column not in row:
            return
        value: Any = row[column].split() if column == "day_of_week" else row[column]
        self.places.setdefault((*where, column), self._place(index, column))
        if into.setdefault(column, value) != value:
            self._flaw(index, column, "contradicts an earlier row")

    def _flaw(self, index: int, column: str, text: str) -> None:
        self.flaws.append(self._rows.flaw(("row", index, column), f"{column}: {text}"))

    def _place(self, index: int, *column: str) -> Place:
        return self._rows.place(("row", index, *column))
