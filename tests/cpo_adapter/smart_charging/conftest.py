"""The same eMSP that orders sessions limits them."""

from tests.cpo_adapter.commands.conftest import brief, orders, service

__all__ = ["brief", "orders", "service"]
