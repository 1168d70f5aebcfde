"""A port that several workers share belongs to this service alone.

With SO_REUSEPORT the kernel lets any process of the same user join in, so a second service started by mistake
would be handed half of the connections. The parent asks for the port alone first, and then holds it without
listening, which no connection reaches.
"""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from ocpi.process.run import PortTaken, Site, why_not


@contextmanager
def reserved(site: Site) -> Iterator[None]:
    """No other service can listen on the port of `site`, nor join in. Raises PortTaken."""
    with ExitStack() as held:
        try:
            addresses = socket.getaddrinfo(
                site.host, site.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )
            for family, *_, address in addresses:
                with closing(_bound(family, address, shared=False)):
                    pass
                holder = held.enter_context(closing(_bound(family, address, shared=True)))
                holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)  # else it would give way
        except OSError as error:
            raise PortTaken(why_not(site, error)) from error
        yield


def _bound(family: int, address: object, *, shared: bool) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # or the last run would be in the way
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(shared))
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)  # type: ignore[arg-type]  # as getaddrinfo says
    except BaseException:
        bound.close()
        raise
    return bound
