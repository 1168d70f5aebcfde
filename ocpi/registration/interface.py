"""The credentials module as it is mounted. Spec: credentials of each version, Interfaces and endpoints."""

from http import HTTPStatus

from ocpi.registration.acceptance import Acceptance
from ocpi.server.call import Answer, Call, Interface, Route
from ocpi.wire.interfaces import Side
from schemas import codec


def credentials_interface(acceptance: Acceptance) -> Interface:
    async def show(call: Call) -> Answer:
        return Answer(codec.dump(acceptance.towards(call.admitted).ours(call.admitted, call.version)))

    async def register(call: Call) -> Answer:
        here = acceptance.towards(call.admitted)
        ours = await here.register(call.admitted, call.json_object(), call.version)
        return Answer(codec.dump(ours), http=HTTPStatus.CREATED)

    async def renew(call: Call) -> Answer:
        here = acceptance.towards(call.admitted)
        ours = await here.renew(call.admitted, call.json_object(), call.version)
        return Answer(codec.dump(ours))

    async def part(call: Call) -> Answer:
        await acceptance.part(call.admitted)
        return Answer()

    handlers = {"GET": show, "POST": register, "PUT": renew, "DELETE": part}
    routes = tuple(Route(method, "", handler) for method, handler in handlers.items())
    return Interface("credentials", Side.SENDER, routes)
