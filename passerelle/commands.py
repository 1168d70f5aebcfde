"""The commands by name, each imported when it is asked for: an answer comes in a moment.

A service brings its whole self along, database driver and all; a question to one of them needs none of it.
"""

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import typer
from typer._click.core import Command, Context  # what TyperGroup deals in; it has no public name
from typer.core import TyperGroup

PLACES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "partners": "partners_cli:app",
        "agreements": "agreements_cli:app",
        "groups": "groups_cli:app",
        "outbox": "outbox_cli:app",
        "emsp": "emsp_cli:app",
        "stations": "stations_cli:app",
        "sessions": "sessions_cli:app",
        "tokens": "tokens_cli:app",
        "access": "access_cli:app",
        "ledger": "ledger_cli:app",
        "objects": "objects_cli:app",
        "inventory": "inventory_cli:app",
        "tariffs": "tariffs_cli:app",
        "tariff": "pricing_cli:tariff_app",
        "ocmf": "ocmf_cli:app",
        "metering": "metering_cli:app",
        "price": "pricing_cli:price",
        "audit": "pricing_cli:audit",
        "acts": "acts_cli:acts",
        "demo": "demo_cli:demo",
        "simulate": "simulate_cli:app",
        "presence": "presence_cli:presence",
        "doctor": "doctor_cli:doctor",
        "conformance": "conformance_cli:conformance",
        "messages": "messages_cli:messages",
        "trace": "trace_cli:trace",
    }
)
"""Module and name within it: a group of commands, or a command."""


class Commands(TyperGroup):
    """Those of the app itself, and those of `PLACES`."""

    def list_commands(self, ctx: Context) -> list[str]:
        return [*super().list_commands(ctx), *PLACES]

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        place = PLACES.get(cmd_name)
        return super().get_command(ctx, cmd_name) if place is None else _found(cmd_name, place)


def _found(name: str, place: str) -> Command:
    module, _, attribute = place.partition(":")
    found: Any = getattr(importlib.import_module(f"passerelle.{module}"), attribute)
    if isinstance(found, typer.Typer):
        command: Command = typer.main.get_group(found)  # a group also if it has one command
    else:
        alone = typer.Typer(add_completion=False)
        alone.command(name)(found)
        command = typer.main.get_command(alone)
    command.name = name
    return command
