from __future__ import annotations

import pytest

from trigger_contract.mock.router import Match, Router

PATHS = [
    "/a",
    "/a/{x}",
    "/a/fixed",
    "/a/{x}/b",
    "/a/{x}.json/{y}",
    "/{all}/b/c",
    "/a/{x}/b/{y}",
    "/a/b/{x}/c",
]


@pytest.fixture(scope="module")
def router():
    return Router({"paths": {path: {"get": {}, "post": {}} for path in PATHS}})


@pytest.mark.parametrize(
    ("raw", "path", "values"),
    [
        (b"/a", "/a", []),
        (b"/%61", "/a", []),
        (b"/a/fixed", "/a/fixed", []),
        (b"/a/1", "/a/{x}", ["1"]),
        (b"/a/", "/a/{x}", [""]),
        (b"/a/1%2F2", "/a/{x}", ["1/2"]),
        (b"/a/%2e%2e/b", "/a/{x}/b", [".."]),
        (b"/a/1.json/2", "/a/{x}.json/{y}", ["1", "2"]),
        ("/a/ü".encode(), "/a/{x}", ["ü"]),
        (b"/a/%C3%BC", "/a/{x}", ["ü"]),
        (b"/a/%ff", "/a/{x}", ["\ufffd"]),
        (b"/a/\n", "/a/{x}", ["\n"]),
        (b"/a/b/b/c", "/a/b/{x}/c", ["b"]),
    ],
)
def test_a_path_finds_the_most_concrete_template(router, raw, path, values):
    found = router.find("GET", raw)
    assert isinstance(found, Match)
    assert (found.operation.path, list(found.parameters.values())) == (path, values)


@pytest.mark.parametrize(
    "raw", [b"", b"/", b"/a/1/c", b"//a", b"a", b"/a%2Ffixed", b"/A", b"/a/" + b"x" * 9000]
)
def test_other_paths_find_nothing(router, raw):
    assert router.find("GET", raw) is None


def test_another_method_is_told_the_right_ones(router):
    assert router.find("PUT", b"/a/1") == ["GET", "HEAD", "POST"]
    assert isinstance(router.find("HEAD", b"/a/1"), Match)
