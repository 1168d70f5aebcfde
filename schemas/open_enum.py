"""Enums that keep a value they have never seen.

From 2.3.0 on many lists may grow without a new version, and an object must not be refused for a
value that a later list may hold. The value stays as sent and compares like any text.
A closed enum is a plain `StrEnum`. Spec: types, OpenEnum.
"""

from enum import StrEnum
from typing import Self


class OpenEnum(StrEnum):
    """Known values are members; any other text becomes a value that is no member and is not remembered."""

    @property
    def is_known(self) -> bool:
        return self.value in type(self)._value2member_map_

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = value
        unknown._value_ = value
        return unknown
