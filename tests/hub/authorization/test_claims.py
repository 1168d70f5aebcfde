"""Whose card it is, by what issuers answered that were asked openly. C-088."""

import pytest

from hub.authorization.claims import Claim, Claimed, Contested, Unclaimed, claim_of, settle
from schemas.kinds import PartyId

A, B, C = (PartyId("NL", each) for each in ("AAA", "BBB", "CCC"))
MINE, PERHAPS, NOT_MINE = Claim.MINE, Claim.PERHAPS, Claim.NOT_MINE


def body(data: str, status: int = 1000) -> bytes:
    return f'{{"data":{data},"status_code":{status},"timestamp":"2026-01-01T00:00:00Z"}}'.encode()


@pytest.mark.parametrize("allowed", ["ALLOWED", "BLOCKED", "EXPIRED", "NO_CREDIT", "NOT_ALLOWED"])
def test_whoever_says_anything_of_a_card_claims_it(allowed: str) -> None:
    assert claim_of(200, 1000, body(f'{{"allowed":"{allowed}"}}')) is MINE


@pytest.mark.parametrize(
    ("http", "status", "data", "claim"),
    [
        (404, 2004, "null", NOT_MINE),
        (200, 2004, "null", NOT_MINE),
        (404, 1000, '{"allowed":"ALLOWED"}', NOT_MINE),
        (200, 2002, "null", PERHAPS),
        (200, 3000, "null", NOT_MINE),
        (500, 1000, '{"allowed":"ALLOWED"}', NOT_MINE),
        (200, 1000, "null", NOT_MINE),
        (200, 1000, "[]", NOT_MINE),
        (200, 1000, '{"allowed":5}', NOT_MINE),
    ],
)
def test_what_says_nothing_of_the_card_is_no_claim(http: int, status: int, data: str, claim: Claim) -> None:
    assert claim_of(http, status, body(data, status)) is claim


def test_an_answer_that_cannot_be_read_is_no_claim() -> None:
    assert claim_of(200, 1000, b"<html>") is NOT_MINE


@pytest.mark.parametrize(
    ("claims", "settled"),
    [
        ({}, Unclaimed()),
        ({A: NOT_MINE, B: NOT_MINE}, Unclaimed()),
        ({A: NOT_MINE, B: MINE}, Claimed(B)),
        ({B: MINE, A: MINE, C: NOT_MINE}, Contested((A, B))),
        ({A: PERHAPS, B: MINE}, Claimed(B)),
        ({A: PERHAPS, B: NOT_MINE}, Claimed(A)),
        ({A: PERHAPS, B: PERHAPS}, Unclaimed()),
    ],
)
def test_one_claimant_has_the_card(
    claims: dict[PartyId, Claim], settled: Claimed | Contested | Unclaimed
) -> None:
    assert settle(claims) == settled
