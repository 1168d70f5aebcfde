"""The door that simulated stations connect to is the one of the adapter's own tests."""

from tests.cpo_adapter.conftest import door

__all__ = ["door"]
