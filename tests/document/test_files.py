from __future__ import annotations

import os
from pathlib import Path

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


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/urandom"])
def test_an_endless_file_is_refused(name):
    with pytest.raises(UserError, match="is larger than 32 MiB"):
        read_text(Path(name))


def test_a_link_keeps_leading_to_the_file_that_is_written_and_the_file_keeps_its_mode(tmp_path):
    target, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    target.write_text("old")
    target.chmod(0o600)
    link.symlink_to(target)
    write_files({link: "new"})
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_files({pipe: "text"})
    assert os.read(reader, 10) == b"text"
    os.close(reader)
    assert pipe.is_fifo()


def test_a_message_is_one_printable_line():
    text = str(UserError("a\nb\x1b[31m\u202e" + "x" * 5000, source="p\n.md", line=1))
    assert text.isprintable()
    assert len(text) < 1500
