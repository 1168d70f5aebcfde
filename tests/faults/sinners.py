"""Stations of all versions that sin, and what an adapter says has become of the energy that they counted."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from cpo_adapter.sessions.store import TRANSACTIONS
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Document, Mongo
from ocpi.process.tasks import Supervisor
from simulators.partner import SimulatedPartner
from simulators.sins.catalogue import of_version
from simulators.sins.model import ALL
from simulators.sins.sinner import Sinner, SinnerSettings
from tests.faults.forms import SEED, form
from tests.faults.stations import CARD, KEY, AdapterProcess, bills_of, key_of

SINS_EACH: Final = 2
_OPEN: Final = {"$sum": {"$cond": [{"$eq": ["$outcome", None]}, 1, 0]}}
_LACKING: Final = {"$sum": {"$cond": [{"$eq": ["$lacks", True]}, 1, 0]}}


@dataclass(frozen=True, slots=True)
class Account:
    """Of one station, in Wh; how many of its charges have no outcome yet, or wait for what it may tell."""

    billed_wh: int
    held_wh: int
    not_billed_wh: int
    open: int
    lacking: int

    @property
    def counted_wh(self) -> int:
        return self.billed_wh + self.held_wh + self.not_billed_wh


def fleet(process: AdapterProcess, count: int, chance: Random, supervisor: Supervisor) -> list[Sinner]:
    """Of all versions in turn."""
    return [
        Sinner(
            SinnerSettings(
                identity=f"CP-{number}",
                key=KEY,
                card=CARD,
                ocpp=(ocpp := ALL[number % len(ALL)]),
                sins=chance.sample(of_version(ocpp), SINS_EACH),
                seed=SEED,
            ),
            url=process.stations_url,
            supervisor=supervisor,
            clock=SystemClock(),
        )
        for number in range(count)
    ]


@asynccontextmanager
async def books_of(process: AdapterProcess) -> AsyncIterator["Books"]:
    database = await Mongo.connect(process.mongo_url, process.database)
    yield Books(database)
    database.close()


class Books:
    """What the adapter has kept."""

    def __init__(self, database: Mongo) -> None:
        self._transactions = database.collection(TRANSACTIONS)

    async def accounts(self) -> dict[str, Account]:
        sums = {name: {"$sum": f"${name}"} for name in ("billed_wh", "held_wh", "not_billed_wh")}
        group = {"_id": "$station", **sums, "open": _OPEN, "lacking": _LACKING}
        found = self._transactions.aggregate([{"$group": group}])
        return {each["_id"]: _account(each) async for each in found}

    async def held(self) -> Counter[str]:
        """How many are held for what reason, without its figures."""
        found = self._transactions.find({"outcome": "HELD"}, {"outcome_reason": 1})
        return Counter([_without_figures(each["outcome_reason"]) async for each in found])

    async def settled(
        self, sinners: Sequence[Sinner], quiet_s: float, *, lacking: bool = True
    ) -> dict[str, Account]:
        """Once nothing is lost, nor held for more if it must not be `lacking`; or nothing has changed for so
        long: what thousands tell may be answered long before it is understood.
        """
        clock, before, since_s = SystemClock(), dict[str, Account](), 0.0
        while True:
            accounts = await self.accounts()
            if accounts != before:
                before, since_s = accounts, clock.monotonic()
            waits = not lacking and any(each.lacking for each in accounts.values())
            is_done = not waits and not lost(sinners, accounts)
            if is_done or clock.monotonic() - since_s > quiet_s:
                return accounts
            await asyncio.sleep(form(0.1, 5.0))


def lost(sinners: Sequence[Sinner], accounts: Mapping[str, Account]) -> list[str]:
    return [*_lost(sinners, accounts)]


def _lost(sinners: Sequence[Sinner], accounts: Mapping[str, Account]) -> Iterator[str]:
    """A line for each station whose energy is not billed, held or written off to the watt-hour."""
    for each in sinners:
        name, sins = each.settings.identity, ", ".join(sin.name for sin in each.settings.sins)
        account = accounts.get(name)
        if account is None or account.open:
            yield f"{name} ({each.settings.ocpp}: {sins}) has charges without an outcome: {account}"
        elif account.counted_wh != each.counted_wh:
            yield f"{name} ({each.settings.ocpp}: {sins}) counted {each.counted_wh} Wh: {account}"


async def untold(accounts: Mapping[str, Account], issuer: SimulatedPartner, quiet_s: float) -> list[str]:
    """A line for each station of which the issuer was not told what is billed; once no more bills come."""
    clock, came, since_s = SystemClock(), -1, 0.0
    while lines := [*_untold(accounts, live_wh(issuer))]:
        if len(issuer.heard("cdrs", "POST")) > came:
            came, since_s = len(issuer.heard("cdrs", "POST")), clock.monotonic()
        if clock.monotonic() - since_s > quiet_s:
            break
        await asyncio.sleep(form(0.1, 5.0))
    return lines


def _untold(accounts: Mapping[str, Account], told: Counter[str]) -> Iterator[str]:
    for name, account in accounts.items():
        if told[name] != account.billed_wh:
            yield f"{name} is billed {account.billed_wh} Wh, and its issuer was told {told[name]} Wh"


def live_wh(issuer: SimulatedPartner) -> Counter[str]:
    """By station, of the bills that no credit has taken back."""
    bills = [each[0] for each in bills_of(issuer).values()]
    credited = {bill["credit_reference_id"] for bill in bills if bill.get("credit")}
    found: Counter[str] = Counter()
    for bill in bills:
        if not bill.get("credit") and bill["id"] not in credited:
            found[key_of(bill)[0]] += round(float(bill["total_energy"]) * 1000)
    return found


def _account(found: Document) -> Account:
    figures: dict[str, Any] = {name: int(value) for name, value in found.items() if name != "_id"}
    return Account(**figures)


def _without_figures(reason: str) -> str:
    return " ".join(word for word in reason.split() if not any(letter.isdigit() for letter in word))
