"""Nothing is forgotten: a case has a test or a reason, here and in `passerelle conformance`."""

from passerelle.conformance.catalogue import catalogue
from passerelle.conformance.unseen import UNSEEN
from tests.conformance.not_applicable import REASONS
from tests.conformance.registry import NUMBERS, covered


def test_each_case_is_tested_or_says_why_not() -> None:
    assert sorted(covered() | set(REASONS)) == NUMBERS


def test_no_case_has_both_a_test_and_a_reason() -> None:
    assert covered() & set(REASONS) == set()


def test_the_command_looks_at_each_case_or_says_why_not() -> None:
    seen = [case.number for case in catalogue()]
    assert sorted([*seen, *UNSEEN]) == NUMBERS
