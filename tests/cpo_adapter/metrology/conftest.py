"""The CPO and the issuer of the tests of sessions."""

from tests.cpo_adapter.sessions.conftest import charging

__all__ = ["charging"]
