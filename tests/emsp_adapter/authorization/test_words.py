"""What a driver reads, in a language of hers."""

import pytest

from emsp_adapter.authorization.words import LANGUAGES, said
from emsp_adapter.contracts.verdict import Reason
from schemas import conformance
from schemas.types import DisplayText

REFUSING = [each for each in Reason if each is not Reason.OTHER_CURRENCY]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_said_in_every_language(language: str) -> None:
    texts = {reason: said(reason, language) for reason in REFUSING}
    for told in texts.values():
        assert told["language"] == language
        assert conformance.check(DisplayText.model_validate(told)) == []
    assert len({told["text"] for told in texts.values()}) == len(REFUSING) - 1  # odd use has one text


@pytest.mark.parametrize("reason", REFUSING)
def test_no_two_languages_say_the_same(reason: Reason) -> None:
    assert len({said(reason, each)["text"] for each in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        (("fr", "de"), "fr"),
        ((None, "de"), "de"),
        (("pl", "de"), "de"),
        (("DE-at",), "de"),
        (("pl",), "en"),
        (("",), "en"),
        ((), "en"),
    ],
)
def test_the_first_language_that_is_spoken_here_else_english(
    wanted: tuple[str | None, ...], language: str
) -> None:
    assert said(Reason.NO_CREDIT, *wanted)["language"] == language
