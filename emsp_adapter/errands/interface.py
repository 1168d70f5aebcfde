"""Where CPOs tell results. Spec: 2.3.0 mod_commands, Sender Interface."""

from emsp_adapter.errands.actions import COMMANDS
from emsp_adapter.errands.desk import Desk
from ocpi.server.call import Answer, Call, Interface, Route
from ocpi.wire.interfaces import Side

RESULTS = "/{action}/{secret}"


def commands_interface(desk: Desk) -> Interface:
    """The body is read in `desk`: a result may come with an envelope, which the door could not translate."""

    async def result(call: Call) -> Answer:
        await desk.result(call)
        return Answer()

    return Interface(COMMANDS, Side.SENDER, (Route("POST", RESULTS, result),))
