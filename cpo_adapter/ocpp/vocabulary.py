"""All that the stations of one version can be told, and by whom.

What the adapter sends by itself has effects here that a call in the version's own words would pass by, and so
has what an order sends: such actions are not called, and the operator hears what sends them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cpo_adapter.ocpp import flaws
from cpo_adapter.ocpp.effects import Effect
from cpo_adapter.ocpp.framing import Payload
from cpo_adapter.ocpp.orders import Call, Order
from cpo_adapter.ocpp.spoken_orders import Words, spoken
from cpo_adapter.ocpp.typed import spelled, typed


class NotCalled(ValueError):
    """Not this action; the text says what to do instead."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`intents` are ours, `words` those of orders; `called` are the rest of the actions."""

    schemas: str
    intents: Mapping[str, Effect]
    words: Words
    called: Mapping[str, Effect]

    def effects(self) -> dict[str, Effect]:
        """By action: every message of the version that stations hear."""
        ordered = {said.action: said.effect for ways in self.words.values() for said in ways}
        return {**self.called, **self.intents, **ordered}

    def spoken(self, order: Order) -> tuple[str, Payload]:
        """Action and payload. Raises NotSpoken; of a Call NotCalled, Unfitting."""
        if not isinstance(order, Call):
            return spoken(self.words, order)
        self._check_is_called(order.action)
        flaws.must_fit(self.schemas, order.action, order.payload)
        message = typed(self.schemas, order.action, order.payload)
        return order.action, spelled(self.schemas, message)

    def _check_is_called(self, action: str) -> None:
        if action in self.called:
            return
        effect = self.effects().get(action)
        if effect is None:
            raise NotCalled(f"the version that is spoken with the station has no {action[:50]} to tell it")
        raise NotCalled(f"{action} is not called: {_instead(effect)}")


def _instead(effect: Effect) -> str:
    if effect.command:
        return f"`passerelle {effect.command}` sends it"
    return f"it is sent for {effect.text}"
