"""The same eMSP that orders sessions limits them."""

from tests.cpo_adapter.commands.conftest import orders

__all__ = ["orders"]
