"""`explain`: a breakdown in sentences: what was measured, what is billed, and why.

For support staff and drivers; every figure is taken from the breakdown, nothing is computed anew.
"""

from collections.abc import Iterator
from typing import Final

from ocpi.pricing.breakdown import Breakdown, Line
from ocpi.pricing.language.english import ENGLISH
from ocpi.pricing.language.french import FRENCH
from ocpi.pricing.language.words import Language, Words
from ocpi.pricing.language.writing import Writer
from ocpi.pricing.offers import Offer
from ocpi.pricing.periods import Period
from ocpi.pricing.tariff import Dimension
from ocpi.pricing.taxes import Amount
from ocpi.pricing.units import COST_UNITS

_WORDS: Final = {Language.ENGLISH: ENGLISH, Language.FRENCH: FRENCH}


def words_of(language: Language) -> Words:
    return _WORDS[language]


def explain(found: Breakdown, language: Language = Language.ENGLISH) -> tuple[str, ...]:
    """Sentences in the order in which things happened; then the sum, and what is doubtful."""
    words = _WORDS[language]
    writer = Writer(words, found.currency, found.zone)
    return tuple(_sentences(found, words, writer))


def _sentences(found: Breakdown, words: Words, writer: Writer) -> Iterator[str]:
    if found.session_tariff is None:
        yield words.no_tariff
    yield words.zone[found.zone.source].format(zone=found.zone.name)
    for line in found.lines:
        yield from _of_line(line, found.periods.items[line.period], words, writer)
    for dimension in Dimension:
        yield from _of_step(found, dimension, words, writer)
    yield from _of_limits(found, words, writer)
    yield from _of_total(found, words, writer)
    yield from (words.notes[code] for code in dict.fromkeys(note.code for note in found.notes))


def _of_line(line: Line, period: Period, words: Words, writer: Writer) -> Iterator[str]:
    begin, end = writer.clock(period.start), writer.clock(period.end)
    volume = writer.volume(line.dimension, line.volume)
    yield words.measured[line.dimension].format(begin=begin, end=end, volume=volume)
    if line.offer is None:
        yield words.free[line.dimension].format(volume=volume)
        return
    yield words.priced[line.dimension].format(
        volume=writer.volume(line.dimension, line.billed),
        price=writer.price(line.offer),
        cost=writer.cost(line.cost, COST_UNITS),
        reason=writer.reason(line.offer.tariff.elements[line.offer.element].restrictions),
    )


def _of_step(found: Breakdown, dimension: Dimension, words: Words, writer: Writer) -> Iterator[str]:
    """What step_size added to the volume of the session."""
    lines = [line for line in found.lines if line.dimension is dimension and line.offer is not None]
    measured, billed = sum(line.volume for line in lines), sum(line.billed for line in lines)
    offer: Offer | None = next((line.offer for line in lines if line.billed != line.volume), None)
    if offer is not None:
        yield words.step[dimension].format(
            step=writer.step(offer.component),
            measured=writer.volume(dimension, measured),
            billed=writer.volume(dimension, billed),
        )


def _of_limits(found: Breakdown, words: Words, writer: Writer) -> Iterator[str]:
    before, after = found.published.before_limits, found.published.total
    for one, other in zip(before, after, strict=True):
        if one is not None and other is not None and one != other:
            template = words.lifted if other > one else words.capped
            yield template.format(
                before=writer.money(one, found.places), after=writer.money(other, found.places)
            )
            return


def _of_total(found: Breakdown, words: Words, writer: Writer) -> Iterator[str]:
    total: Amount = found.published.total
    net = "" if total.net is None else writer.money(total.net, found.places)
    gross = "" if total.gross is None else writer.money(total.gross, found.places)
    if total.net is None:
        yield words.total_gross_only.format(gross=gross)
    elif total.gross is None:
        yield words.total_net_only.format(net=net)
    else:
        yield words.total.format(net=net, gross=gross)
