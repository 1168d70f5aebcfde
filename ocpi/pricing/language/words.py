"""What a language must be able to say about a price. One value of `Words` is one language.

Templates take their parts by name; numbers come in already written in the language's way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ocpi.pricing.notes import Code
from ocpi.pricing.tariff import Dimension
from ocpi.pricing.zones import ZoneSource


class Language(StrEnum):
    """ISO 639-1."""

    ENGLISH = "en"
    FRENCH = "fr"


@dataclass(frozen=True, slots=True)
class Words:
    """All sentences and half sentences of one language."""

    decimal_mark: str
    weekdays: tuple[str, ...]
    zone: Mapping[ZoneSource, str]
    measured: Mapping[Dimension, str]
    priced: Mapping[Dimension, str]
    free: Mapping[Dimension, str]
    energy_price: str
    time_price: str
    once: str
    net_price: str
    gross_price: str
    untaxed_price: str
    with_vat: str
    step: Mapping[Dimension, str]
    always: str
    when: str
    joined: str
    between_times: str
    from_time: str
    until_time: str
    between_dates: str
    from_date: str
    until_date: str
    on_days: str
    at_least: Mapping[str, str]
    below: Mapping[str, str]
    of_reservation: str
    of_expired: str
    lifted: str
    capped: str
    total: str
    total_net_only: str
    total_gross_only: str
    no_tariff: str
    notes: Mapping[Code, str]
    whole_hours: str
    hours: str
    minutes: str
    seconds: str
