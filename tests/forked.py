"""Commands as processes of their own, forked from one that has imported the program: starting Python costs far more.

Run as a script this is that process. Each command has the standard streams the process was started with: closed ones
stay closed, the others are files.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple


class Done(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


class Forked:
    """The other end of the process that forks."""

    def __init__(self, folder: Path, orders: int, answers: int) -> None:
        self._folder = folder
        self._orders = os.fdopen(orders, "w")
        self._answers = os.fdopen(answers)

    def run(self, *words: str, env: Mapping[str, str], said: str = "") -> Done:
        """Run the words after `tally-tui` with more environment and a standard input."""
        files = [self._folder / name for name in ("stdin", "stdout", "stderr")]
        files[0].write_text(said)
        for file in files[1:]:
            file.write_text("")
        print(json.dumps([words, dict(env), list(map(str, files))]), file=self._orders, flush=True)
        status = int(self._answers.readline())
        return Done(status, files[1].read_text(), files[2].read_text())

    def close(self) -> None:
        self._orders.close()
        self._answers.close()


@contextmanager
def forked(folder: Path, closed: tuple[int, ...] = ()) -> Iterator[Forked]:
    """A process that forks, started with these of its standard streams closed."""
    shut = " ".join(f"{number}{'<' if number == 0 else '>'}&-" for number in closed)
    theirs, orders = os.pipe()
    answers, ours = os.pipe()
    process = subprocess.Popen(
        ["sh", "-c", f'exec "$@" {shut}', "sh", sys.executable, __file__, str(theirs), str(ours)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=(theirs, ours),
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )  # fmt: skip
    os.close(theirs)
    os.close(ours)
    program = Forked(folder, orders, answers)
    try:
        yield program
    finally:
        program.close()
        process.wait(60)


def _import_program() -> None:
    for package in ("cli", "ledger", "ingest", "record", "reports", "rules", "logs"):
        found = importlib.import_module(f"tally_tui.{package}")
        for module in pkgutil.iter_modules(found.__path__, f"{found.__name__}."):
            if module.name != "tally_tui.cli.open_app":
                importlib.import_module(module.name)


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _use(files: list[str], streams: list[int]) -> None:
    for number in streams:
        opened = os.open(files[number], os.O_WRONLY if number else os.O_RDONLY)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)


def _serve(orders: int, answers: int) -> int:
    """Run the program once in each child; a child returns its status, this process 0 when no more is ordered."""
    streams = [number for number in range(3) if _is_open(number)]
    os.set_inheritable(orders, False)
    os.set_inheritable(answers, False)
    _import_program()
    gc.freeze()  # what is shared with the children is not written to
    lines = os.fdopen(orders)
    while line := lines.readline():
        words, environment, files = json.loads(line)
        child = os.fork()
        if not child:
            os.environ.update(environment)
            _use(files, streams)
            sys.argv = ["tally-tui", *words]
            from tally_tui.__main__ import main

            return main()
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.write(answers, f"{ended}\n".encode())
    return 0


if __name__ == "__main__":
    sys.exit(_serve(int(sys.argv[1]), int(sys.argv[2])))
