"""The payments module as its receiver: providers tell of terminals, and of what was captured.

Spec: 2.3.0 Payments 1 mod_payments, Receiver Interface.
"""

from http import HTTPStatus

from cpo_adapter.payments.provider import Providers
from cpo_adapter.payments.shelf import Shelf
from ocpi.client.payments import CONFIRMATIONS, MODULE, TERMINALS
from ocpi.errors import UnknownObject
from ocpi.objects.record import Outcome, Record
from ocpi.server.call import Answer, Call, Interface, Route
from ocpi.wire.interfaces import Side
from schemas.v2_3_0.enums import VersionNumber
from schemas.v2_3_0.payments import FinancialAdviceConfirmation, Terminal


class PaymentsReceiver:
    def __init__(self, providers: Providers, shelf: Shelf) -> None:
        self._providers = providers
        self._shelf = shelf

    def interface(self) -> Interface:
        routes = (
            Route("GET", f"/{TERMINALS}/{{id}}", self._terminal, answers=Terminal),
            Route("POST", f"/{TERMINALS}", self._take_terminal, asks=Terminal, answers=Terminal),
            Route("GET", f"/{CONFIRMATIONS}/{{id}}", self._confirmation, answers=FinancialAdviceConfirmation),
            Route(
                "POST",
                f"/{CONFIRMATIONS}",
                self._take_confirmation,
                asks=FinancialAdviceConfirmation,
                answers=FinancialAdviceConfirmation,
            ),
        )
        return Interface(MODULE, Side.RECEIVER, routes, since=VersionNumber.V2_3_0)

    async def _terminal(self, call: Call) -> Answer:
        return _found(await self._shelf.terminal(self._providers.calling(call), call.path["id"]))

    async def _confirmation(self, call: Call) -> Answer:
        return _found(await self._shelf.confirmation(self._providers.calling(call), call.path["id"]))

    async def _take_terminal(self, call: Call) -> Answer:
        ptp = self._providers.calling(call)
        return _taken(*await self._shelf.take_terminal(ptp, call.json_object()))

    async def _take_confirmation(self, call: Call) -> Answer:
        ptp = self._providers.calling(call)
        told = FinancialAdviceConfirmation.model_validate(call.json_object())
        return _taken(*await self._shelf.keep_confirmation(ptp, told))


def _found(record: Record | None) -> Answer:
    if record is None:
        raise UnknownObject("there is nothing of that id")
    return Answer(record.body)


def _taken(outcome: Outcome, record: Record) -> Answer:
    """With what is kept of it."""
    return Answer(record.body, http=HTTPStatus.CREATED if outcome is Outcome.CREATED else HTTPStatus.OK)
