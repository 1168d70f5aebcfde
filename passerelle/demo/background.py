"""One piece of work beside the table that shows it."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Generic, ParamSpec, TypeVar

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")


class Working(Generic[Result]):
    def __init__(self, future: "Future[Result]") -> None:
        self._future = future

    def is_done(self) -> bool:
        return self._future.done()

    def result(self) -> Result:
        """Raises what the work raised."""
        return self._future.result()


@contextmanager
def in_background(
    work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Iterator[Working[Result]]:
    """In a thread; leaving does not wait for it when an error is on its way."""
    executor = ThreadPoolExecutor(max_workers=1)
    try:
        yield Working(executor.submit(work, *args, **kwargs))
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
