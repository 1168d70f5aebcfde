"""Whatever a partner sends, the answer is findings."""

import copy
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocpi.pricing import Version, Zone, price, read_cdr, read_tariff
from ocpi.pricing.audit import audit, examine
from ocpi.pricing.explain import explain
from ocpi.pricing.language.words import Language
from ocpi.pricing.lint import lint
from ocpi.pricing.report import of_audit
from tests.ocpi.pricing.documents import Json, cdr, component, element, period, tariff

RICH = tariff(
    element(component("FLAT", "1.00"), component("ENERGY", "0.30"), start_time="08:00", end_time="20:00"),
    element(component("TIME", "0.50"), day_of_week=["MONDAY"], min_power=11, min_kwh=2, max_duration=7200),
    element(component("TIME", "0.10"), reservation="RESERVATION"),
    min_price={"excl_vat": 1, "incl_vat": Decimal("1.20")},
    start_date_time="2023-01-01T00:00:00Z",
)
DOCUMENT = cdr(period(), tariffs=[RICH], total_fixed_cost={"excl_vat": 1, "incl_vat": Decimal("1.2")})

junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=True, allow_infinity=True)
    | st.text(max_size=30)
    | st.sampled_from(
        ["NaN", "1e999999999", "-1", "00:60", "2024-13-01", "ENERGY", "0001-01-01T00:00:00Z", "9999-12-31"]
    )
    | st.sampled_from(
        [Decimal("1e400000000"), Decimal("-1e30"), 10**40, -(10**40), Decimal("0.00000000000001")]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document that something else could stand at."""
    inner = (
        document.items()
        if isinstance(document, dict)
        else enumerate(document if isinstance(document, list) else ())
    )
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


def with_junk(document: Json, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    found = copy.deepcopy(document)
    place: Any = found
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return found


@given(st.sampled_from(places(DOCUMENT)), junk)
def test_junk_anywhere_in_a_cdr_gives_findings(path: tuple[Any, ...], value: Any) -> None:
    verdict = examine(with_junk(DOCUMENT, path, value))

    assert json.dumps(of_audit(verdict))
    if verdict.breakdown is not None:
        assert explain(verdict.breakdown, Language.FRENCH)


@given(st.sampled_from(places(RICH)), junk, st.sampled_from(Version))
def test_junk_anywhere_in_a_tariff_gives_findings(
    path: tuple[Any, ...], value: Any, version: Version
) -> None:
    raw = with_junk(RICH, path, value)
    read, _ = read_tariff(raw, version)

    lint(raw, version, country="FRA")
    if read is not None:
        price(read_cdr(DOCUMENT).periods, [read], Zone.named("Europe/Paris"))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_give_findings(text: bytes) -> None:
    assert audit(text)


@pytest.mark.parametrize("text", [b"", b"null", b"[]", b"{", b"[" * 100_000, b'{"id":' * 50_000, b"\xff\xfe"])
def test_what_is_no_cdr_is_said_to_be_none(text: bytes) -> None:
    codes = {finding.code for finding in audit(text)}

    assert codes & {"not_json", "cdr_unreadable"}


def test_a_number_as_a_string_is_read() -> None:
    """The CDR example of 2.1.1 has its price as a string."""
    read, findings = read_tariff(tariff(element(component("ENERGY", "0", price="2.00"))), Version.V2_1_1)

    assert read is not None
    assert findings == []
    assert read.elements[0].components[0].price == 2 * 10**10


def test_an_element_whose_restriction_cannot_be_read_prices_nothing() -> None:
    odd = element(component("ENERGY", "9.00"), start_time="25:00")
    document = cdr(tariffs=[tariff(odd, element(component("ENERGY", "0.30"), component("FLAT", "1.00")))])

    (finding,) = audit(document)

    assert (finding.code, finding.pointer) == (
        "tariff_unreadable",
        "/tariffs/0/elements/0/restrictions/start_time",
    )


def test_an_unknown_restriction_of_a_newer_edition_prices_nothing() -> None:
    booking = element(component("FLAT", "9.00"), reservation="BOOKING_EXPIRES")
    usual = element(component("ENERGY", "0.30"), component("FLAT", "1.00"))

    assert [finding.code for finding in audit(cdr(tariffs=[tariff(booking, usual)]))] == ["tariff_unreadable"]


def test_a_known_key_with_another_tariff_is_priced_as_sent() -> None:
    """Same owner, id and last_updated: what was compiled before must not price this one."""
    dearer = tariff(element(component("ENERGY", "0.60"), component("FLAT", "1.00")))

    first = examine(cdr()).breakdown
    second = examine(cdr(tariffs=[dearer])).breakdown

    assert first is not None
    assert second is not None
    assert first.net() == 4
    assert second.net() == 7
