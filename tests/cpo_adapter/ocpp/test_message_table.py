"""docs/ocpp-messages.md says of every message of every version what comes of it, and nothing else."""

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import get_args

import pytest
from typer.core import TyperGroup
from typer.main import get_command as app_of

from cpo_adapter.ocpp import message_table, orders, validation
from cpo_adapter.ocpp.casing import payload
from cpo_adapter.ocpp.dialect import Dialect
from cpo_adapter.ocpp.framing import Payload
from cpo_adapter.ocpp.intents import Intent, NotSpoken
from cpo_adapter.ocpp.message_table import SPOKEN, Spoken
from cpo_adapter.ocpp.orders import Order
from cpo_adapter.ocpp.spoken import dialects
from cpo_adapter.ocpp.v16.handlers import Handlers as Handlers16
from cpo_adapter.ocpp.v21.dialect import Handlers as Handlers21
from cpo_adapter.ocpp.v201.handlers import Handlers as Handlers201
from cpo_adapter.ocpp.validation import Part
from ocpi.process.clock import SystemClock
from passerelle.stations_cli import app
from tests.cpo_adapter.ocpp.everything_said import INTENTS, ORDERS_2, ORDERS_16, ORDERS_21
from tests.cpo_adapter.rooms import Cards, Sessions, Stations

DOCUMENT = Path(__file__).parents[3] / "docs" / "ocpp-messages.md"
ROOMS = {"stations": Stations(), "cards": Cards(), "sessions": Sessions(), "clock": SystemClock()}
HANDLERS: dict[str, Handlers16 | Handlers201] = {
    "v16": Handlers16(**ROOMS),  # type: ignore[arg-type]
    "v201": Handlers201(**ROOMS),  # type: ignore[arg-type]
    "v21": Handlers21(**ROOMS),  # type: ignore[arg-type]
}
SENDS = {"v21": {"NotifyPeriodicEventStream"}}
"""Nobody answers these, so that they have no handler of their own."""

ACTIONS = {"v16": 39, "v201": 64, "v21": 91}
ORDERS: Mapping[str, Sequence[Order]] = {"v16": ORDERS_16, "v201": ORDERS_2, "v21": ORDERS_21}
DIALECTS: dict[str, Dialect] = {each.schemas: each for each in dialects(**ROOMS)}  # type: ignore[arg-type]

by_version = pytest.mark.parametrize("spoken", SPOKEN, ids=lambda spoken: spoken.schemas)


def actions_of(version: str) -> set[str]:
    """Every message for which the `ocpp` package has a schema."""
    files = (resources.files(f"ocpp.{version}") / "schemas").iterdir()
    names = {each.name.removesuffix(".json") for each in files if each.name.endswith(".json")}
    return {each.removesuffix("Request") for each in names if not each.endswith("Response")}


def said_by(version: str) -> dict[str, Payload]:
    """What every intent and order becomes, by action."""
    dialect, said = DIALECTS[version], {}
    for intent in INTENTS:
        try:
            message = dialect.request(intent)
        except NotSpoken:
            continue
        said[type(message).__name__] = payload(message)
    return said | dict(dialect.order(order) for order in ORDERS[version])


def test_the_document_is_what_is_declared() -> None:
    assert DOCUMENT.read_text() == message_table.document(), (
        "write it: python -m cpo_adapter.ocpp.message_table docs/ocpp-messages.md"
    )


@by_version
def test_every_message_of_the_version_has_a_row(spoken: Spoken) -> None:
    assert spoken.heard.keys() | spoken.said.keys() == actions_of(spoken.schemas)
    assert len(actions_of(spoken.schemas)) == ACTIONS[spoken.schemas]
    assert spoken.heard.keys() & spoken.said.keys() == {"DataTransfer"}, "that alone goes both ways"


@by_version
def test_every_message_of_a_station_has_a_handler(spoken: Spoken) -> None:
    assert HANDLERS[spoken.schemas].table().keys() | SENDS.get(spoken.schemas, set()) == spoken.heard.keys()


@by_version
def test_every_message_to_a_station_is_said_by_somebody(spoken: Spoken) -> None:
    said = said_by(spoken.schemas)
    assert said.keys() == spoken.said.keys()
    for action, told in said.items():
        validation.must_fit(spoken.schemas, action, Part.REQUEST, told)


def test_the_samples_are_one_of_each() -> None:
    assert {type(each) for each in INTENTS} == set(get_args(Intent))
    assert {type(each) for each in (*ORDERS_16, *ORDERS_21)} == {
        each for each in vars(orders).values() if isinstance(each, type) and issubclass(each, Order)
    } - {Order}


def test_every_command_of_the_table_is_one() -> None:
    for command in {row.effect.command for row in message_table.rows()} - {""}:
        found = app_of(app)
        for word in command.split()[1:]:
            assert isinstance(found, TyperGroup), command
            found = found.commands[word]


def test_a_row_without_effect_is_none() -> None:
    assert all(row.effect.text and row.versions for row in message_table.rows())
