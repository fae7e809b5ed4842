"""Which folders lie on drives whose changes the kernel does not tell us of."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

# fmt: off
SILENT: Final = frozenset({
    "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "glusterfs", "gpfs", "grpcfuse",
    "lustre", "ncpfs", "nfs", "nfs4", "osxfs", "prl_fs", "smb3", "smbfs", "v9fs", "vboxsf",
    "virtiofs", "vmhgfs",
})
"""File systems that others write to behind our kernel's back: servers, and hosts of virtual machines."""
SILENT_FUSE: Final = frozenset({
    "curlftpfs", "davfs", "davfs2", "gcsfuse", "glusterfs", "grpcfuse", "gvfsd-fuse", "osxfs", "prl_fsd",
    "rclone", "s3fs", "smbnetfs", "sshfs", "vmhgfs-fuse",
})
# fmt: on


def mounted() -> str:
    """What is mounted where, as Linux lists it; empty on systems that have no such list."""
    try:
        return Path("/proc/mounts").read_text("utf-8", "surrogateescape")
    except OSError:
        return ""


def silent_drive(folder: str, mounts: str) -> str | None:
    """The type of a silent file system a folder lies on, or that is mounted below it; None when it is local.

    `mounts` is what `mounted` tells; without it everything is taken to be local.
    """
    place = os.path.realpath(folder)
    below = place.rstrip("/") + "/"
    nearest, kind, inner = "", "", None
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = _unescaped(fields[1])
        if place == point or place.startswith(point.rstrip("/") + "/"):
            # At the same length the later mount lies over the earlier.
            if len(point) >= len(nearest):
                nearest, kind = point, fields[2]
        elif point.startswith(below) and _silent(fields[2]):
            inner = fields[2]
    return kind if _silent(kind) else inner


def _silent(kind: str) -> bool:
    family, _, name = kind.partition(".")
    return kind in SILENT or (family == "fuse" and name in SILENT_FUSE)


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), text)
