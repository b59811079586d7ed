from __future__ import annotations

import pytest

from trigger_contract.document.files import read_text, write_files
from trigger_contract.errors import UserError


def test_nothing_is_written_where_one_of_several_files_cannot_be(tmp_path):
    first = tmp_path / "a.yaml"
    first.write_text("old")
    (tmp_path / "blocker").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        write_files({first: "new", tmp_path / "blocker" / "b.yaml": "new"})
    assert first.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.yaml", "blocker"]


def test_text_is_read_with_or_without_a_byte_order_mark(tmp_path):
    path = tmp_path / "page.md"
    path.write_bytes(b"\xef\xbb\xbf# Title")
    assert read_text(path) == "# Title"


@pytest.mark.parametrize("data", [None, b"ok\n\xff\xfe"])
def test_unreadable_files_are_named(tmp_path, data):
    path = tmp_path / "page.md"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(UserError, match=r"page\.md") as caught:
        read_text(path)
    assert caught.value.line == (None if data is None else 2)
