"""Numbers, times and conditions in one language."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from ocpi.pricing.language.words import Words
from ocpi.pricing.offers import Offer
from ocpi.pricing.policy import Mode
from ocpi.pricing.rounding import divided
from ocpi.pricing.tariff import Component, Dimension, Reservation, Restrictions, TaxMode
from ocpi.pricing.units import (
    ENERGY_PLACES,
    POWER_PLACES,
    PRICE_PLACES,
    RATE_PLACES,
    TICKS_PER_SECOND,
    decimal_text,
)
from ocpi.pricing.zones import SECONDS_PER_DAY, Zone

_EPOCH: Final = date(1970, 1, 1).toordinal()
_PLACES: Final = 4


class Writer:
    """Puts figures into the words of a language; money in one currency, times in one zone."""

    def __init__(self, words: Words, currency: str, zone: Zone) -> None:
        self.words = words
        self._currency = currency
        self._zone = zone

    def number(self, units: int, places: int) -> str:
        return decimal_text(units, places).replace(".", self.words.decimal_mark)

    def money(self, units: int, places: int) -> str:
        """With two decimals at least."""
        whole, _, part = decimal_text(units, places).partition(".")
        return f"{whole}{self.words.decimal_mark}{part.ljust(2, '0')} {self._currency}"

    def cost(self, units: int, of_one: int) -> str:
        """An exact amount to four decimals."""
        return self.money(divided(units * 10**_PLACES, of_one, Mode.HALF_UP), _PLACES)

    def volume(self, dimension: Dimension, volume: int) -> str:
        if dimension is Dimension.ENERGY:
            return f"{self.number(volume, ENERGY_PLACES)} kWh"
        return self.duration(volume)

    def step(self, component: Component) -> str:
        if component.dimension is Dimension.ENERGY:
            return f"{self.number(component.step, ENERGY_PLACES - 3)} Wh"
        return self.duration(component.step)

    def duration(self, ticks: int) -> str:
        seconds = (ticks + TICKS_PER_SECOND // 2) // TICKS_PER_SECOND
        hours, rest = divmod(seconds, 3600)
        parts = {"hours": hours, "minutes": rest // 60, "seconds": rest % 60}
        if rest % 60:
            parts["minutes"] = seconds // 60
            return self.words.seconds.format(**parts)
        if hours and not rest:
            return self.words.whole_hours.format(**parts)
        return (self.words.hours if hours else self.words.minutes).format(**parts)

    def clock(self, tick: int) -> str:
        """The wall clock of the location."""
        local = (tick + self._zone.clock.stretch(tick).offset) // TICKS_PER_SECOND
        return clock_text(local % SECONDS_PER_DAY)

    def price(self, offer: Offer) -> str:
        component, words = offer.component, self.words
        amount = self.money(component.price, PRICE_PLACES)
        template = {Dimension.ENERGY: words.energy_price, Dimension.FLAT: words.once}
        price = template.get(component.dimension, words.time_price).format(amount=amount)
        match offer.account.tax:
            case TaxMode.GROSS:
                return words.gross_price.format(price=price)
            case TaxMode.NET if component.vat:
                return words.with_vat.format(price=price, rate=self.number(component.vat, RATE_PLACES))
            case TaxMode.NET | TaxMode.UNKNOWN:
                return words.net_price.format(price=price)
            case TaxMode.NONE:
                return words.untaxed_price.format(price=price)

    def reason(self, given: Restrictions) -> str:
        """Why an offer applied: its conditions, all of which hold."""
        conditions = list(self._conditions(given))
        if not conditions:
            return self.words.always
        return self.words.when.format(conditions=self.words.joined.join(conditions))

    def _conditions(self, given: Restrictions) -> Iterator[str]:
        words = self.words
        if given.reservation is not None:
            is_expired = given.reservation is Reservation.RESERVATION_EXPIRES
            yield words.of_expired if is_expired else words.of_reservation
        if given.day_of_week is not None:
            yield words.on_days.format(
                days=", ".join(words.weekdays[day] for day in sorted(given.day_of_week))
            )
        yield from self._times(given)
        yield from self._dates(given)
        yield from self._bounds(given)

    def _times(self, given: Restrictions) -> Iterator[str]:
        start = None if given.start_time is None else clock_text(given.start_time)
        end = None if given.end_time is None else clock_text(given.end_time)
        yield from _range(start, end, self.words.between_times, self.words.from_time, self.words.until_time)

    def _dates(self, given: Restrictions) -> Iterator[str]:
        start = None if given.start_date is None else _date_text(given.start_date)
        end = None if given.end_date is None else _date_text(given.end_date)
        yield from _range(start, end, self.words.between_dates, self.words.from_date, self.words.until_date)

    def _bounds(self, given: Restrictions) -> Iterator[str]:
        bounds = (
            ("energy", given.min_energy, given.max_energy),
            ("power", given.min_power, given.max_power),
            ("current", given.min_current, given.max_current),
        )
        for name, least, most in bounds:
            if least is not None:
                yield self.words.at_least[name].format(value=self.number(least, POWER_PLACES))
            if most is not None:
                yield self.words.below[name].format(value=self.number(most, POWER_PLACES))
        if given.min_duration is not None:
            yield self.words.at_least["duration"].format(value=self.duration(given.min_duration))
        if given.max_duration is not None:
            yield self.words.below["duration"].format(value=self.duration(given.max_duration))


def clock_text(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"


def _date_text(day: int) -> str:
    return date.fromordinal(day + _EPOCH).isoformat()


def _range(start: str | None, end: str | None, both: str, begin: str, until: str) -> Iterator[str]:
    if start is not None and end is not None:
        yield both.format(start=start, end=end)
    elif start is not None:
        yield begin.format(start=start)
    elif end is not None:
        yield until.format(end=end)
