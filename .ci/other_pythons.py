"""Every other Python that is found: installed into, each screen opened in a terminal, the smoke tests run.

Looks for `python3.X` on the path and for pyenv's versions; of each 3.X from 3.11 on the newest is taken, without the
one that runs this. Ends with status 1 where anything failed; none found is no failure, and is said.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
OLDEST, NEWEST = 11, 30
# What is not imported need not be compiled.
INSTALL = ("-m", "pip", "install", "-q", "--no-compile", "--disable-pip-version-check")
ASK = "import sys; print(*sys.version_info[:3]); print(sys.base_prefix)"


def candidates() -> list[str]:
    """Interpreters that may be one: on the path, then pyenv's."""
    found = [path for minor in range(OLDEST, NEWEST) if (path := shutil.which(f"python3.{minor}"))]
    if pyenv := shutil.which("pyenv"):
        told = [
            subprocess.run([pyenv, *words], capture_output=True, text=True, check=False).stdout.split()
            for words in (["root"], ["versions", "--bare"])
        ]
        if told[0]:
            versions = Path(told[0][0]) / "versions"
            found += [str(path) for name in told[1] if (path := versions / name / "bin" / "python").exists()]
    return found


def others() -> dict[int, str]:
    """The minor version of each Python that starts and is another than this one, with its path."""
    best: dict[int, tuple[tuple[int, ...], str]] = {}
    for path in candidates():
        done = subprocess.run([path, "-c", ASK], capture_output=True, text=True, check=False)
        if done.returncode:
            # A shim tells first what is wrong, and then at length what to do.
            why = (done.stderr.strip().splitlines() or ["no word"])[0 if "shims" in path else -1]
            print(f"- {path}: does not start ({why}); skipped")
            continue
        version = tuple(map(int, done.stdout.splitlines()[0].split()))
        if version[0] == 3 and version[1] >= OLDEST and version[1] != sys.version_info[1]:
            best[version[1]] = max(best.get(version[1], (version, path)), (version, path))
    return {minor: path for minor, (_, path) in sorted(best.items())}


def step(words: list[str], **more: object) -> bool:
    """Run a command, and print what it said where it failed."""
    # Of this environment nothing: neither its packages nor its tree.
    ours = ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE")
    env = {name: value for name, value in os.environ.items() if name not in ours}
    done = subprocess.run(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)  # type: ignore[call-overload]
    if done.returncode:
        print(f"  failed: {' '.join(words)}\n{done.stdout[-6000:]}")
    return not done.returncode


def smoke_files() -> list[str]:
    """The files of `tests/smoke.txt`: collecting all others would take longer than the tests."""
    lines = (TOP / "tests" / "smoke.txt").read_text().splitlines()
    return list(dict.fromkeys(line.partition("::")[0] for line in lines if line and not line.startswith("#")))


def passes(python: str) -> bool:
    with tempfile.TemporaryDirectory(prefix="other-python-") as folder:
        own = f"{folder}/venv/bin/python"
        # Not the tree itself: what is missing in a wheel is missing here.
        return (
            step([python, "-m", "venv", f"{folder}/venv"])
            and step([own, *INSTALL, f"{TOP}[dev]"])
            and step([own, str(TOP / ".ci" / "open_screens.py"), f"{folder}/venv/bin/tally-tui"], cwd=folder)
            and step([own, "-m", "pytest", "-q", "-m", "smoke", "-p", "no:cacheprovider", *smoke_files()], cwd=TOP)
        )


def main() -> int:
    found, failed = others(), []
    for minor, python in found.items():
        print(f"+ Python 3.{minor}: {python}", flush=True)
        began = time.monotonic()
        if not passes(python):
            failed.append(minor)
        print(f"  {'failed' if minor in failed else 'passed'} in {time.monotonic() - began:.0f} s", flush=True)
    tried = {sys.version_info[1], *found}
    missing = [minor for minor in range(OLDEST, max(tried | {14}) + 1) if minor not in tried]
    print("tried: " + ", ".join(f"3.{minor}" for minor in sorted(tried)), end="")
    print("; not found: " + (", ".join(f"3.{minor}" for minor in missing) or "none"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
