"""A square of its own for each file here, as for fetching."""

from tests.emsp_adapter.sync.conftest import cpo, square

__all__ = ["cpo", "square"]
