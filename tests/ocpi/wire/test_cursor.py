import base64

import pytest

from ocpi.errors import InvalidParameters
from ocpi.wire.cursor import Cursor

HERE = Cursor(position=2**63 - 1, total=12_345)


def test_a_cursor_comes_back_as_it_went_in_letters_that_any_url_holds() -> None:
    written = HERE.write("list")
    assert Cursor.read(written, "list") == HERE
    assert written.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "written",
    [
        "",
        "x",
        "a cursor",
        "é" * 32,
        "A" * 32,
        "A" * 5000,
        HERE.write("list")[:-4],
        HERE.write("list") + "AAAA",
    ],
)
def test_a_cursor_that_was_cut_or_made_up_is_refused_with_what_to_do(written: str) -> None:
    with pytest.raises(InvalidParameters, match="begin again") as refused:
        Cursor.read(written, "list")
    assert refused.value.pointer is None


def test_a_cursor_of_which_one_letter_changed_is_refused() -> None:
    packed = bytearray(base64.urlsafe_b64decode(HERE.write("list")))
    packed[7] ^= 1
    with pytest.raises(InvalidParameters):
        Cursor.read(base64.urlsafe_b64encode(packed).decode(), "list")


def test_a_cursor_leads_on_in_its_own_list_alone() -> None:
    with pytest.raises(InvalidParameters):
        Cursor.read(HERE.write("list"), "another list")
