"""Which of the bills of a session is owed: rules, and properties of every order of arrival."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emsp_adapter.billing.chain import Chain, Link, Place, chained

NAMES = [f"b{number}" for number in range(5)]


def bill(name: str, seq: int) -> Link:
    return Link(name, seq)


def credit(name: str, seq: int, of: str | None) -> Link:
    return Link(name, seq, is_credit=True, credits=of)


def places(*links: Link) -> dict[str, Place]:
    return {each.link.id: each.place for each in chained(links).bills}


def codes(*links: Link) -> dict[str, tuple[str, ...]]:
    return {each.link.id: each.codes for each in chained(links).bills if each.codes}


def test_a_bill_alone_is_live() -> None:
    assert places(bill("a", 1)) == {"a": Place.LIVE}


def test_a_second_bill_of_a_session_is_a_duplicate_of_the_first() -> None:
    links = (bill("a", 1), bill("b", 2))
    assert places(*links) == {"a": Place.LIVE, "b": Place.DUPLICATE}
    assert codes(*links) == {"b": ("session_billed_twice",)}


def test_a_bill_that_is_taken_back_is_replaced_by_the_next() -> None:
    links = (bill("a", 1), credit("c", 2, "a"), bill("b", 3))
    assert places(*links) == {"a": Place.CREDITED, "c": Place.CREDIT, "b": Place.LIVE}
    assert codes(*links) == {}


def test_a_replacement_that_comes_before_its_credit_ends_as_the_live_one_all_the_same() -> None:
    links = (bill("a", 1), bill("b", 2), credit("c", 3, "a"))
    assert places(*links) == {"a": Place.CREDITED, "b": Place.LIVE, "c": Place.CREDIT}
    assert codes(*links) == {}


@pytest.mark.parametrize(
    ("loose", "code"),
    [
        (credit("x", 9, None), "credit_without_reference"),
        (credit("x", 9, "nobody"), "credit_without_original"),
        (credit("x", 9, "c"), "credit_of_a_credit"),
        (credit("x", 9, "a"), "credited_twice"),
    ],
)
def test_a_credit_that_takes_nothing_back_says_why(loose: Link, code: str) -> None:
    links = (bill("a", 1), credit("c", 2, "a"), bill("b", 3), loose)
    assert places(*links)["x"] is Place.LOOSE
    assert codes(*links) == {"x": (code,)}
    assert chained(links).live == "b"


def test_a_credit_takes_effect_when_its_original_comes() -> None:
    early = credit("c", 1, "a")
    assert places(early) == {"c": Place.LOOSE}
    assert places(early, bill("a", 2)) == {"c": Place.CREDIT, "a": Place.CREDITED}


@st.composite
def arrivals(draw: st.DrawFn) -> list[Link]:
    """Bills and credits of one session, in any order; a credit may name anything."""
    size = draw(st.integers(0, 8))
    links = []
    for seq in range(size):
        if draw(st.booleans()):
            links.append(bill(f"b{seq}", seq))
        else:
            named = draw(st.sampled_from([None, "nobody", *NAMES, "c0", "c1"]))
            links.append(credit(f"c{seq}", seq, named))
    return links


@given(arrivals())
def test_one_bill_is_live_where_any_stands_and_none_where_none_does(links: list[Link]) -> None:
    chain = chained(links)
    count = Counter(each.place for each in chain.bills)
    standing = count[Place.LIVE] + count[Place.DUPLICATE]
    assert count[Place.LIVE] == min(standing, 1)
    assert (chain.live is not None) == (standing > 0)


@given(arrivals())
def test_every_bill_that_is_taken_back_is_taken_back_by_one_credit(links: list[Link]) -> None:
    chain = chained(links)
    taken = {each.link.id for each in chain.bills if each.place is Place.CREDITED}
    takers = Counter(each.link.credits for each in chain.bills if each.place is Place.CREDIT)
    assert takers == Counter(taken)


@given(arrivals(), st.randoms(use_true_random=False))
def test_it_does_not_matter_in_which_order_they_are_looked_at(links: list[Link], chance: object) -> None:
    mixed = list(links)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert chained(mixed) == chained(links)


@given(arrivals())
def test_every_bill_has_a_place(links: list[Link]) -> None:
    chain: Chain = chained(links)
    assert [each.link for each in chain.bills] == links
