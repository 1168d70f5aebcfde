"""Texts: `CiString` and `string`, with the lengths and forms that OCPI names.

A name ends in its maximum length (`CiString36`), as the object tables write it. Lengths and forms
are reported by `schemas.conformance`, they never reject. Spec: types, CiString, string, URL.
"""

from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from schemas.constraints import Length, form


class CiString(str):
    """A text that is kept as written and equal without regard to case, also to a plain `str`.

    Its hash is that of the lower-cased text, so one set or dict holds either CiStrings or plain
    texts, never both.
    """

    __slots__ = ()

    @property
    def folded(self) -> str:
        """The spelling under which a database should index it."""
        return self.lower()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, str):
            return NotImplemented
        return self.lower() == other.lower()

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.lower())

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: type[Any], _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())


CiString2 = Annotated[CiString, Length(2)]
CiString3 = Annotated[CiString, Length(3)]
CiString4 = Annotated[CiString, Length(4)]
CiString5 = Annotated[CiString, Length(5)]
CiString10 = Annotated[CiString, Length(10)]
CiString20 = Annotated[CiString, Length(20)]
CiString25 = Annotated[CiString, Length(25)]
CiString32 = Annotated[CiString, Length(32)]
CiString36 = Annotated[CiString, Length(36)]
CiString39 = Annotated[CiString, Length(39)]
CiString45 = Annotated[CiString, Length(45)]
CiString48 = Annotated[CiString, Length(48)]
CiString255 = Annotated[CiString, Length(255)]
FilledCiString255 = Annotated[CiString, Length(255, minimum=1)]

String3 = Annotated[str, Length(3)]
String4 = Annotated[str, Length(4)]
String10 = Annotated[str, Length(10)]
String12 = Annotated[str, Length(12)]
String16 = Annotated[str, Length(16)]
String36 = Annotated[str, Length(36)]
String39 = Annotated[str, Length(39)]
String45 = Annotated[str, Length(45)]
String48 = Annotated[str, Length(48)]
String50 = Annotated[str, Length(50)]
String64 = Annotated[str, Length(64)]
String100 = Annotated[str, Length(100)]
String255 = Annotated[str, Length(255)]
String512 = Annotated[str, Length(512)]
String5000 = Annotated[str, Length(5000)]

CountryCode = Annotated[CiString2, form("an ISO 3166-1 alpha-2 code", r"[A-Za-z]{2}")]
PartyCode = Annotated[CiString3, form("an ISO 15118 operator or provider code", r"[A-Za-z0-9]{3}")]
Country2 = Annotated[str, Length(2), form("an ISO 3166-1 alpha-2 code", r"[A-Z]{2}")]
Country = Annotated[str, Length(3), form("an ISO 3166-1 alpha-3 code", r"[A-Z]{3}")]
CiCountry = Annotated[CiString3, form("an ISO 3166-1 alpha-3 code", r"[A-Za-z]{3}")]
Currency = Annotated[str, Length(3), form("an ISO 4217 code", r"[A-Z]{3}")]
CiCurrency = Annotated[CiString3, form("an ISO 4217 code", r"[A-Za-z]{3}")]
Language = Annotated[str, Length(2), form("an ISO 639-1 code", r"[a-z]{2}")]
TimeZone = Annotated[str, Length(255), form("an IANA zone name", r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")]

Latitude = Annotated[str, Length(10), form("degrees with 5 to 7 decimals", r"-?[0-9]{1,2}\.[0-9]{5,7}")]
Longitude = Annotated[str, Length(11), form("degrees with 5 to 7 decimals", r"-?[0-9]{1,3}\.[0-9]{5,7}")]
Latitude6 = Annotated[str, Length(10), form("degrees with 6 decimals", r"-?[0-9]{1,2}\.[0-9]{6}")]
Longitude6 = Annotated[str, Length(11), form("degrees with 6 decimals", r"-?[0-9]{1,3}\.[0-9]{6}")]

LocalTime = Annotated[str, Length(5), form("a time HH:MM", r"([01][0-9]|2[0-3]):[0-5][0-9]")]
LocalDate = Annotated[
    str, Length(10), form("a date YYYY-MM-DD", r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
]

Url = Annotated[str, Length(255), form("an absolute http(s) URL", r"https?://[^\s]+")]
TokenText = Annotated[str, Length(64), form("printable ASCII without spaces", r"[!-~]+")]
