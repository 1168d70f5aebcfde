"""The live tables: what goes on at the stations, and what the issuer of the cards knows of it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from passerelle.demo.services import Services

_SHOWN: Final = 12
_COLOURS: Final = {"ACTIVE": "green", "CHARGING": "green", "AVAILABLE": "cyan", "UNKNOWN": "dim"}


def picture(services: Services) -> Group:
    """Asked anew each time, over the admin ports: stations of the CPO, the rest of the eMSP."""
    emsp = services.emsp.admin()
    return Group(
        _stations(services.cpo.admin().get("/stations"), emsp.get("/objects/locations")),
        _sessions(emsp.get("/objects/sessions", limit="200")),
        _bills(emsp.get("/objects/cdrs", limit="200")),
    )


def _stations(stations: Sequence[dict[str, Any]], locations: Sequence[dict[str, Any]]) -> Table:
    statuses = {evse["uid"]: evse["status"] for location in locations for evse in location["evses"]}
    table = Table("station", "connected", "EVSEs, as the eMSP sees them", title="Stations of FR*CPO")
    for station in stations[:_SHOWN]:
        evses = Text("  ").join(_coloured(statuses.get(uid, "UNKNOWN")) for uid in station["evses"])
        table.add_row(station["identity"], "yes" if station["connected"] else "no", evses)
    return table


def _sessions(sessions: Sequence[dict[str, Any]]) -> Table:
    table = Table("EVSE", "session", "status", "kWh", "cost so far", title="Sessions, as the eMSP sees them")
    for session in sessions[-_SHOWN:]:
        table.add_row(
            session["evse_uid"],
            session["id"][:8],
            _coloured(session["status"]),
            f"{session['kwh']}",
            _money(session.get("total_cost"), session["currency"]),
        )
    return table


def _bills(cdrs: Sequence[dict[str, Any]]) -> Table:
    table = Table(
        "from", "CDR", "EVSE", "card", "kWh", "hours", "total", title="CDRs, as the eMSP received them"
    )
    for cdr in cdrs[-_SHOWN:]:
        table.add_row(
            f"{cdr['country_code']}*{cdr['party_id']}",
            cdr["id"][:8],
            cdr["cdr_location"]["evse_uid"],
            f"…{cdr['cdr_token']['uid'][-4:]}",
            f"{cdr['total_energy']}",
            f"{cdr['total_time']}",
            _money(cdr["total_cost"], cdr["currency"]),
        )
    return table


def _money(price: dict[str, Any] | None, currency: str) -> str:
    """Before taxes, and the taxes."""
    if price is None:
        return ""
    taxes = sum((tax["amount"] for tax in price.get("taxes", ())), Decimal())
    return f"{price['before_taxes']} + {taxes} {currency}"


def _coloured(status: str) -> Text:
    return Text(status, style=_COLOURS.get(status, ""))
