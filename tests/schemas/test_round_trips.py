"""Whatever a partner sends in any class comes out again as it went in, and can be looked at without harm."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.base import OcpiModel
from schemas.codec import decode, dump, encode
from schemas.conformance import check
from schemas.v2_3_0.enums import VersionNumber
from tests.schemas.census import classes_of
from tests.schemas.strategies import documents

VERSIONS = (VersionNumber.V2_1_1, VersionNumber.V2_2_1, VersionNumber.V2_3_0)
CLASSES = sorted(
    {model for version in VERSIONS for model in classes_of(version).values()},
    key=lambda model: (model.__name__, model.__module__),
)
PATIENT = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("model", CLASSES, ids=lambda model: f"{model.__module__}.{model.__name__}")
def test_a_document_survives_decode_model_and_encode_and_is_checked_without_harm(
    model: type[OcpiModel],
) -> None:
    @PATIENT
    @given(documents(model))
    def survives(document: dict[str, object]) -> None:
        read = model.model_validate(decode(encode(document)))

        assert decode(dump(read)) == document
        for violation in check(read):
            assert violation.code
            assert violation.text

    survives()


@given(st.decimals(allow_nan=False, allow_infinity=False, places=12, min_value=-9999, max_value=9999))
def test_sixteen_digits_of_money_survive_to_the_last(amount: Decimal) -> None:
    assert encode(decode(encode(amount))) == format(amount, "f").encode()
