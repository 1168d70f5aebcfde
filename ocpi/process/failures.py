"""Why a process cannot do its work, told to the person who started it.

Each failure is a state of the world rather than a mistake in the code: nobody needs a traceback for it. Its
text is whole lines for an operator, with the remedy and without a secret; its exit code tells a script what
kind it is.
"""

import os
from typing import ClassVar


class StartFailed(Exception):
    """Something the process needs is not to be had."""

    exit_code: ClassVar[int] = os.EX_UNAVAILABLE
