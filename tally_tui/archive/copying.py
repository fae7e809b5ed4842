"""One file copied, compressed, whole or not at all: beside its place first, checked, then moved there."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from tally_tui import paths
from tally_tui.logs.frames import seek_table
from tally_tui.logs.lines import is_compressed

FRAME: Final = 1 << 20
"""Bytes of text in a frame: what is uncompressed at most to show one line."""
LEVEL: Final = 9
PART: Final = ".part"
"""How the name of a copy ends that is not whole yet."""
AS_IT_WAS: Final = "as-it-was"
"""The folder of copies of files that were compressed already; their names could be those of others."""
MOST_NAME: Final = 255
"""Bytes of a file's name."""


class ArchiveError(Exception):
    """Something could not be archived; the message is for people."""


class FullError(ArchiveError):
    """The disk is full: nothing more can be archived."""


class StoppedError(Exception):
    """It was stopped; nothing half was left."""


class Copied(Struct, frozen=True):
    """What a copy holds: bytes of the file, bytes on disk, a hash of the file's bytes, its time."""

    size: int
    stored: int
    fingerprint: bytes
    mtime_ns: int


def place_for(provider: str, path: str) -> str:
    """Where the copy of a file goes, below the archive's folder: as the file lies below `/`."""
    parts = [part for part in os.path.normpath(path).split("/") if part not in ("", "..")]
    if is_compressed(path):
        return "/".join((provider, AS_IT_WAS, *map(_short, parts)))
    parts[-1] += ".zst"
    return "/".join((provider, *map(_short, parts)))


def _short(name: str) -> str:
    """A name that a folder takes; the end of it says what a file is, and stays."""
    data = name.encode("utf-8", "surrogateescape")
    if len(data) <= MOST_NAME:
        return name
    end = ".jsonl.zst" if name.endswith(".jsonl.zst") else ".zst" if name.endswith(".zst") else ""
    digest = hashlib.blake2b(data, digest_size=8).hexdigest()
    kept = data[: MOST_NAME - len(digest) - len(end) - 1].decode("utf-8", "ignore")
    return f"{kept}~{digest}{end}"


def copy(
    path: str,
    to: Path,
    base: Path,
    *,
    before: tuple[int, bytes] | None = None,
    told: Callable[[int], None] = lambda size: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Copied | None:
    """Copy a file as it lies now; None: it does not go on from what was copied `before`, which stays.

    Args:
        path: the file.
        to: its place in the archive, replaced at once and only by a whole copy.
        base: the archive's folder; it and all folders in it are for their owner only.
        before: bytes and hash of an earlier copy that this one must begin with.
        told: called with the bytes of the file that were read since the last call.
        stopped: asked often.

    Raises:
        ArchiveError: it could not be copied; an earlier copy is as it was.
        StoppedError: `stopped` said so; likewise.
    """
    part: Path | None = None
    try:
        with _opened(path) as source:
            status = os.fstat(source.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ArchiveError(f"{path} is not a file; it was not archived.")
            if before is not None and status.st_size < before[0]:
                return None
            _private_folders(base, to.parent)
            part = to.with_name(f".{hashlib.blake2b(to.name.encode(), digest_size=8).hexdigest()}.{os.getpid()}{PART}")
            part.unlink(missing_ok=True)
            handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, paths.PRIVATE_FILE)
            with os.fdopen(handle, "wb") as out:
                digest = _write(source, status.st_size, out, path, before, told, stopped)
                if digest is None:
                    return None
                out.flush()
                # Who reads the copy takes its time for the log's.
                os.utime(handle, ns=(status.st_mtime_ns, status.st_mtime_ns))
                os.fsync(handle)
                stored = os.fstat(handle).st_size
            if not is_compressed(path) and _digest_of(part, stopped) != digest:
                raise ArchiveError(f"The copy of {path} could not be read back; it was not kept. Try again.")
            part.replace(to)
            _settle(to.parent)
            return Copied(status.st_size, stored, digest, status.st_mtime_ns)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise (FullError if full else ArchiveError)(_words(error, path, base)) from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def _opened(path: str) -> Any:
    # A pipe under a log's name must not hold us up for ever.
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb", buffering=0)


def _write(
    source: Any, size: int, out: Any, path: str, before: tuple[int, bytes] | None,
    told: Callable[[int], None], stopped: Callable[[], bool],
) -> bytes | None:  # fmt: skip
    """Write the first `size` bytes, compressed where they are not yet; returns their hash."""
    import zstandard

    packer = None if is_compressed(path) else zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
    digest = hashlib.blake2b(digest_size=16)
    frames: list[tuple[int, int]] = []
    left, at = size, 0
    while left:
        if stopped():
            raise StoppedError
        piece = _read(source, min(left, FRAME))
        if not piece:
            raise ArchiveError(f"{path} became shorter while it was copied; nothing was changed. Try again.")
        if before is not None and at < before[0] <= at + len(piece):
            # Up to here it must be what was copied before, or it is another file by now.
            known = digest.copy()
            known.update(piece[: before[0] - at])
            if known.digest() != before[1]:
                return None
        digest.update(piece)
        packed = piece if packer is None else packer.compress(piece)
        out.write(packed)
        frames.append((len(packed), len(piece)))
        left -= len(piece)
        at += len(piece)
        told(len(piece))
    if packer is not None:
        out.write(seek_table(frames) if frames else packer.compress(b""))
    return digest.digest()


def _read(source: Any, size: int) -> bytes:
    pieces = []
    while size and (piece := source.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _digest_of(part: Path, stopped: Callable[[], bool]) -> bytes:
    """A hash of what a copy is uncompressed."""
    import zstandard

    digest = hashlib.blake2b(digest_size=16)
    try:
        with part.open("rb") as file:
            reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
            while piece := reader.read(FRAME):
                if stopped():
                    raise StoppedError
                digest.update(piece)
    except zstandard.ZstdError:
        return b""
    return digest.digest()


def _private_folders(base: Path, folder: Path) -> None:
    """Make a folder below the archive's, and every one between, for their owner only."""
    paths.private_dir(base)
    at = base
    for part in folder.relative_to(base).parts:
        at /= part
        at.mkdir(mode=paths.PRIVATE_DIR, exist_ok=True)


def _settle(folder: Path) -> None:
    """Have the folder remember its new entry through a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError:
        pass  # some file systems do not do that for folders
    finally:
        os.close(handle)


def _words(error: OSError, path: str, base: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"The disk that holds {base} is full. What was archived before is kept, and nothing half was left. "
            "Make room and try again; `tally-tui archive remove SESSION` takes one out."
        )
    where = error.filename if isinstance(error.filename, str) else path
    return f"{path} could not be archived: {error.strerror or error} ({where}). What was archived before is kept."
