"""Was it priced by a tariff that is known, published, valid and of the right currency, in a known zone?

Spec: 2.3.0 mod_cdrs, CDR.tariffs and currency; mod_tariffs, Tariff object.
"""

from dataclasses import replace

from ocpi.pricing.cache import compiled
from ocpi.pricing.countries import country
from ocpi.pricing.currencies import is_known
from ocpi.pricing.notes import Code
from ocpi.pricing.subject import PERIODS, Subject
from ocpi.pricing.tariff import Tariff
from ocpi.pricing.units import RATE_PLACES, decimal_text
from ocpi.pricing.zones import ZoneSource

_OF_SESSION = frozenset(
    {Code.NO_TARIFF, Code.TARIFF_NOT_VALID, Code.TARIFF_TYPE_MISSING, Code.MIXED_CURRENCIES}
)


def check_tariffs(subject: Subject) -> None:
    if not is_known(subject.cdr.currency):
        subject.error("currency_unknown", "/currency", "a code of ISO 4217", subject.wire.currency)
    if subject.found.zone.source is ZoneSource.ASSUMED:
        subject.warn("zone_unknown", "/cdr_location/country", "a time zone", subject.cdr.country)
    tariff = subject.found.session_tariff
    if tariff is not None:
        _check_currency(subject, tariff)
        _check_vat(subject, tariff)
    if subject.known.tariffs:
        for index, embedded in enumerate(subject.cdr.tariffs):
            _check_published(subject, index, embedded)
    if subject.volumes.reserved and tariff is not None and not _prices_reservations(tariff):
        subject.inform("reservation_without_element", "/tariffs")
    for note in subject.found.notes:
        _report(subject, note.code, note.period, note.dimension)


def _check_currency(subject: Subject, tariff: Tariff) -> None:
    if subject.cdr.currency != tariff.currency:
        subject.error("currency_differs", "/currency", tariff.currency, subject.wire.currency)


def _check_vat(subject: Subject, tariff: Tariff) -> None:
    place = country(subject.cdr.country)
    rate = compiled(tariff, subject.known.policy).highest_vat
    if place is not None and place.highest_vat is not None and rate > place.highest_vat:
        expected = decimal_text(place.highest_vat, RATE_PLACES)
        subject.warn("vat_implausible", "/tariffs", expected, decimal_text(rate, RATE_PLACES))


def _prices_reservations(tariff: Tariff) -> bool:
    return any(element.restrictions.reservation is not None for element in tariff.elements)


def _check_published(subject: Subject, index: int, embedded: Tariff) -> None:
    """The embedded tariff is the one that was published under its id, whoever owns and dates it."""
    same = [each for each in subject.known.tariffs if each.id.upper() == embedded.id.upper()]
    if not same:
        subject.warn("tariff_unpublished", f"/tariffs/{index}", None, embedded.id)
    elif all(_bare(each) != _bare(embedded) for each in same):
        subject.error("tariff_differs", f"/tariffs/{index}", same[0].last_updated, embedded.last_updated)


def _bare(tariff: Tariff) -> Tariff:
    return replace(tariff, id="", owner="", last_updated="")


def _report(subject: Subject, code: Code, period: int | None, dimension: object) -> None:
    """A note of the engine as a finding."""
    if code is Code.NO_TARIFF:
        subject.warn(code, "/tariffs", "a tariff")
    elif code in _OF_SESSION or period is None:
        subject.warn(code, "/tariffs") if code in _OF_SESSION else subject.warn(code, "")
    else:
        subject.warn(code, f"{PERIODS}/{period}", None, dimension)
