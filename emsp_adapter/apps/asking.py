"""Asks CPOs on behalf of who holds a key, once for each Idempotency-Key, and tells what came of it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from emsp_adapter.apps.operation import Answer, Asked, Told
from emsp_adapter.apps.repeats import Repeats
from emsp_adapter.apps.told import CommandTold, command_told
from emsp_adapter.errands.actions import Order
from emsp_adapter.errands.desk import Desk
from emsp_adapter.errands.model import Errand
from emsp_adapter.errands.store import ErrandStore
from ocpi.process.logs import logger

log = logger(__name__)
Makes = Callable[[], Awaitable[tuple[Order, str | None]]]
"""What is to be asked, and on whose contract, if that is known. Refuses what the key may not ask."""


class Asking:
    def __init__(self, *, desk: Desk, errands: ErrandStore, repeats: Repeats) -> None:
        self._desk = desk
        self._errands = errands
        self._repeats = repeats

    async def once(self, asked: Asked, makes: Makes) -> Told:
        """Raises Refused, and what Desk.ask raises."""

        async def work(errand_id: str) -> Answer:
            order, contract_id = await makes()
            about = {**order.about, "api_key": asked.key.name}
            if contract_id is not None:
                about["contract_id"] = contract_id
            errand = await self._desk.ask(replace(order, about=about, id=errand_id))
            log.info("asked by key", errand=errand.id, action=errand.action, key_name=asked.key.name)
            return _answer(errand)

        return await self._repeats.once(asked, work, self._recalled)

    async def _recalled(self, errand_id: str) -> Answer | None:
        errand = await self._errands.find(errand_id)
        return None if errand is None else _answer(errand)


def _answer(errand: Errand) -> Answer:
    told: CommandTold = command_told(errand)
    return Answer(told, headers={"Location": f"/api/v1/commands/{errand.id}"})
