"""How a version of OCPP says orders: the action, its payload in the specification's spelling, what it is for.

Payloads are written as they go, not by way of the `ocpp` package's dataclasses: those rewrite keys, inside a
vendor's own data too, and know an order's schema no better than the schema itself, which checks it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from cpo_adapter.ocpp.effects import Effect
from cpo_adapter.ocpp.framing import Payload
from cpo_adapter.ocpp.intents import NotSpoken
from cpo_adapter.ocpp.orders import Order


@dataclass(frozen=True, slots=True)
class Said:
    """`write` makes the payload, of which None is left out; `fits` where an order has two messages."""

    action: str
    write: Callable[[Any], dict[str, Any]]
    effect: Effect
    fits: Callable[[Any], bool] = lambda _: True


Words: TypeAlias = Mapping[type[Order], tuple[Said, ...]]


def spoken(words: Words, order: Order) -> tuple[str, Payload]:
    """Action and payload. Raises NotSpoken."""
    for said in words.get(type(order), ()):
        if said.fits(order):
            return said.action, without_none(said.write(order))
    raise NotSpoken(f"the version that is spoken has no words for {type(order).__name__}")


def without_none(payload: Mapping[str, Any]) -> Payload:
    """Absent is absent, at every depth of objects; a vendor's data stay as they are."""
    return {key: _cleaned(key, item) for key, item in payload.items() if item is not None}


def _cleaned(key: str, item: Any) -> Any:
    return without_none(item) if isinstance(item, dict) and key != "data" else item
