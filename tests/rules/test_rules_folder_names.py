"""Spellings of one folder have one name and one key, whatever the order they come in."""

from __future__ import annotations

import random
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.rules.folder_names import FolderNames


@pytest.mark.parametrize(
    ("spellings", "name"),
    [
        (["w:\\", "W:\\", "W:/", "W:"], "W:\\"),
        ([r"C:\Work\Shop", r"c:\work\shop", "C:/work/shop/", r"C:\work\.\x\..\shop", r"\\?\C:\work\shop"], r"C:\work\shop"),
        ([r"C:\WORK\shop", r"c:\work\Shop"], r"C:\work\Shop"),
        ([r"D:\a", "/d/a", "/mnt/d/a/", "/cygdrive/D/a"], r"D:\a"),
        ([r"\\Box\Share\a", r"\\box\share\A\\", "//box/share/a", r"\\?\UNC\box\share\a"], r"\\box\share\a"),
        (["/srv/a", "/srv/a/", "/srv//a", "/srv/x/../a", "/srv/./a"], "/srv/a"),
        ([normalize("NFD", "/srv/Ångström"), "/srv/Ångström"], "/srv/Ångström"),
        ([normalize("NFD", "C:\\농어촌"), "c:\\농어촌"], "C:\\농어촌"),
        (["/"], "/"),
    ],
)
def test_spellings_of_one_folder(spellings: list[str], name: str) -> None:
    names = FolderNames(spellings)
    assert {names.name(path) for path in spellings} == {name}
    assert len({names.key(path) for path in spellings}) == 1


@pytest.mark.parametrize(
    "paths",
    [
        ["/c/x", "/mnt/c/x", "/C/x"],  # no drive is known: folders like any other
        ["/srv/Shop", "/srv/shop"],
        ["C:\\x", "D:\\x"],
        ["C:\\straße", "C:\\strasse"],
        ["//box/share/a", "/mnt/box/share/a"],
        ["/a b", "/a", "a", "./a"],
    ],
)
def test_different_folders_stay_apart(paths: list[str]) -> None:
    names = FolderNames(paths)
    assert len({names.key(path) for path in paths}) == len(paths)


def test_a_drive_that_becomes_known_later_says_what_a_path_meant() -> None:
    names = FolderNames(["/c/work/shop", "/mnt/c/work/shop/src"])
    assert names.name("/c/work/shop") == "/c/work/shop"
    assert names.add("C:\\Work\\shop")
    assert names.name("/c/work/shop") == "C:\\work\\shop"
    assert names.name("/mnt/c/work/shop/src") == "C:\\work\\shop\\src"
    assert names.name("/mnt/cdrom/x") == "/mnt/cdrom/x" and names.name("/cc/x") == "/cc/x"


def test_a_folder_inside_another_has_a_key_below_its_key() -> None:
    names = FolderNames(["c:\\Work", "C:\\work\\Shop\\SRC", "/c/work/shop"])
    assert names.name("C:\\Work\\Shop\\SRC") == "C:\\work\\Shop\\SRC"
    assert names.key("c:\\work\\shop\\src").startswith(names.key("/mnt/c/Work/Shop") + "\\")


PARTS = st.lists(st.sampled_from(["a", "A", "ä", "ä", "Shop", "shop", "..", ".", ""]), max_size=4)
ANCHORS = st.sampled_from(["c:\\", "C:/", "/c/", "/mnt/c/", "/", "//box/s/", "\\\\BOX\\s\\", "", "\\\\?\\C:\\"])
PATHS = st.builds(
    lambda anchor, parts: anchor + ("\\" if "\\" in anchor else "/").join(parts), ANCHORS, PARTS
)  # fmt: skip


@given(st.lists(PATHS, max_size=10), st.randoms(use_true_random=False))
def test_no_order_changes_a_name(paths: list[str], chance: random.Random) -> None:
    names, others = FolderNames(paths), FolderNames()
    shuffled = list(paths)
    chance.shuffle(shuffled)
    for path in shuffled:
        told = {known: (others.name(known), others.key(known)) for known in others._paths}
        changed = others.add(path)
        assert changed or all((others.name(known), others.key(known)) == was for known, was in told.items())
    assert [names.name(path) for path in paths] == [others.name(path) for path in paths]
    for path in paths:
        assert names.key(names.name(path)) == names.key(path)
        assert names.name(names.name(path)) == names.name(path)
        same = [other for other in paths if names.key(other) == names.key(path)]
        assert {names.name(other) for other in same} == {names.name(path)}


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_fails(one: str, other: str) -> None:
    names = FolderNames([one, other])
    assert names.key(names.name(one)) == names.key(one)


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/a/b", ["/a", "/"]),
        ("/", []),
        ("C:\\a\\b", ["c:\\a", "c:\\"]),
        ("C:\\", []),
        ("\\\\box\\share\\a\\b", ["\\\\box\\share\\a", "\\\\box\\share\\"]),
        ("\\\\box\\share", []),
        ("a/b", ["a"]),
        ("a", []),
    ],
)
def test_what_holds_a_folder(path: str, above: list[str]) -> None:
    names = FolderNames([path])
    found, key = [], names.above(names.key(path))
    while key is not None:
        found.append(key)
        key = names.above(key)
    assert found == above
    assert all(names.key(each) == each for each in found)
