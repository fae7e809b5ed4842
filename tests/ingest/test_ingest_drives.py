"""Network and shared drives are recognised from the list of mounts."""

from __future__ import annotations

import pytest

from tally_tui.ingest.drives import silent_drive

MOUNTS = """\
/dev/vda / ext4 rw 0 0
proc /proc proc rw 0 0
auto /net autofs rw 0 0
server:/home /net/home nfs4 rw 0 0
//box/my\\040files /media/my\\040files cifs rw 0 0
C:\\134 /mnt/c 9p rw,dirsync 0 0
me@far: /srv/far fuse.sshfs rw 0 0
portal /run/user/0/doc fuse.portal rw 0 0
server:/old /srv/over nfs rw 0 0
/dev/vdb /srv/over ext4 rw 0 0
short line
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/", "nfs4"),
        ("/home/u/.claude/projects", None),
        ("/net/home/u/.codex", "nfs4"),
        ("/net/home", "nfs4"),
        ("/net/homely", None),
        ("/net", "nfs4"),
        ("/media/my files/.claude", "cifs"),
        ("/mnt/c/Users/u", "9p"),
        ("/mnt/cd", None),
        ("/srv/far/x", "fuse.sshfs"),
        ("/run/user/0/doc/x", None),
        ("/srv/over/x", None),
    ],
)
def test_silent_drives(folder: str, kind: str | None) -> None:
    found = silent_drive(folder, MOUNTS)
    assert (found is not None) == (kind is not None)
    if folder != "/":
        assert found == kind


def test_no_list_of_mounts_means_local() -> None:
    assert silent_drive("/anywhere", "") is None
