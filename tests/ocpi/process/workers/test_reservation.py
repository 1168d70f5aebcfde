"""A shared port is this service's alone."""

import asyncio
import socket

import pytest
from aiohttp import web

from ocpi.process.run import PortTaken, Site, listening
from ocpi.process.workers.reservation import reserved


def site(port: int, *, is_shared: bool = True) -> Site:
    return Site(name="ocpi", app=web.Application(), port=port, is_shared=is_shared, setting="HUB_PORT")


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
        return number


async def test_workers_share_what_the_parent_holds(port: int) -> None:
    with reserved(site(port)):
        async with listening([site(port)]), listening([site(port)]) as urls:
            assert urls == {"ocpi": f"http://127.0.0.1:{port}"}


async def test_a_second_service_is_refused_even_while_no_worker_of_the_first_listens(port: int) -> None:
    with reserved(site(port)):
        for _ in range(2):
            with pytest.raises(PortTaken, match="or set HUB_PORT"), reserved(site(port)):
                pass
            with pytest.raises(PortTaken):
                async with listening([site(port, is_shared=False)]):
                    pass
            async with listening([site(port)]):
                with pytest.raises(PortTaken), reserved(site(port)):
                    pass


async def test_connections_of_the_last_run_that_linger_are_in_nobodys_way(port: int) -> None:
    with reserved(site(port)):
        async with listening([site(port)]):
            with socket.create_connection(("127.0.0.1", port)) as caller:
                caller.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                loop = asyncio.get_running_loop()
                while await loop.run_in_executor(None, caller.recv, 4096):
                    pass
    with reserved(site(port)):
        pass


async def test_a_service_of_one_process_keeps_others_out(port: int) -> None:
    async with listening([site(port, is_shared=False)]):
        with pytest.raises(PortTaken), reserved(site(port)):
            pass


def test_no_connection_reaches_who_only_holds_the_port(port: int) -> None:
    with reserved(site(port)), socket.socket() as caller:
        assert caller.connect_ex(("127.0.0.1", port)) != 0


def test_the_port_is_free_afterwards(port: int) -> None:
    with reserved(site(port)):
        pass
    with reserved(site(port)):
        pass
