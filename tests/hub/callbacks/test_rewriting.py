"""Another text in one member of a JSON object: every byte around it stays."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.callbacks.rewriting import with_member


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'{"a":"x"}', b'{"a":"NEW"}'),
        (b' {\n\t"a" :\r\n "x" , "b":"x"} ', b' {\n\t"a" :\r\n "NEW" , "b":"x"} '),
        (b'{"b":{"a":"x"},"c":["a","x"],"a":"x"}', b'{"b":{"a":"x"},"c":["a","x"],"a":"NEW"}'),
        (b'{"\\u0061":"x"}', b'{"\\u0061":"NEW"}'),
        (b'{"b":"\\"a\\":\\"x\\"","a":"x"}', b'{"b":"\\"a\\":\\"x\\"","a":"NEW"}'),
        (
            b'{"n":1.50e3,"t":true,"z":null,"a":"x","m":-0}',
            b'{"n":1.50e3,"t":true,"z":null,"a":"NEW","m":-0}',
        ),
        ('{"é":"ü€𝄞","a":"x"}'.encode(), '{"é":"ü€𝄞","a":"NEW"}'.encode()),
        (b'{"n":' + b"9" * 5000 + b',"a":"x"}', b'{"n":' + b"9" * 5000 + b',"a":"NEW"}'),
    ],
)
def test_a_member_is_replaced_at_its_own_place(before: bytes, after: bytes) -> None:
    assert with_member(before, "a", "NEW") == after


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(
    before=st.dictionaries(st.text().filter(lambda name: name != "a"), _VALUES),
    after=st.dictionaries(st.text().filter(lambda name: name != "a"), _VALUES),
    indent=st.none() | st.integers(0, 3),
)
def test_only_that_member_changes(before: dict[str, Any], after: dict[str, Any], indent: int | None) -> None:
    told = {**before, "a": "old", **{name: each for name, each in after.items() if name not in before}}

    def written(text: str) -> bytes:
        return json.dumps({**told, "a": text}, indent=indent).encode()

    assert with_member(written("old"), "a", "http://new/x") == written("http://new/x")
