"""The status line that was there before ours: run beside it, its output put where the settings say."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess

PATIENCE_S = 5.0
"""How long their command may take; then our line stands alone."""
_MOST_BYTES = 65_536
"""What a status line prints at most; one that goes on and on is ended."""
_PLAIN = "\x1b[0m"


class Theirs:
    """Their command at work, with the agent's input."""

    def __init__(self, command: str, payload: bytes) -> None:
        import subprocess

        self._payload = payload
        self._process: subprocess.Popen[bytes] | None = None
        try:
            # As the agent runs it: by the shell, in a group of its own so that all of it can be ended.
            self._process = subprocess.Popen(
                command, shell=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        except OSError:
            pass

    def output(self) -> str:
        """What it printed; '' where it failed, took too long, printed nothing or more than fits on any screen."""
        import os
        import signal

        process = self._process
        if process is None:
            return ""
        out = _exchange(process, self._payload)
        if out is None:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except OSError:
                pass
            process.wait()
            return ""
        return out.decode(errors="replace").strip("\r\n") if process.returncode == 0 else ""


def _exchange(process: subprocess.Popen[bytes], payload: bytes) -> bytes | None:
    """Hand over the payload and read what comes back until the process ends; None: it took too long, or said too much.

    Not `communicate`: that keeps all that an endless talker says until the time is up, gigabytes of it.
    """
    import os
    import selectors
    import subprocess
    import time

    assert process.stdin and process.stdout
    until = time.monotonic() + PATIENCE_S
    said = bytearray()
    with process.stdin, process.stdout, selectors.DefaultSelector() as ready:
        os.set_blocking(process.stdin.fileno(), False)
        ready.register(process.stdout, selectors.EVENT_READ)
        ready.register(process.stdin, selectors.EVENT_WRITE)
        while ready.get_map():
            for key, _ in ready.select(max(0.0, until - time.monotonic())):
                if key.fileobj is process.stdout:
                    part = os.read(key.fd, _MOST_BYTES)
                    said += part
                    over = not part
                else:
                    payload, over = _hand(key.fd, payload)
                if over:
                    ready.unregister(key.fileobj)
                    key.fileobj.close()  # type: ignore[union-attr]
            if len(said) > _MOST_BYTES or (ready.get_map() and time.monotonic() >= until):
                return None
        try:
            process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            return None
    return bytes(said)


def _hand(handle: int, payload: bytes) -> tuple[bytes, bool]:
    """What is left of the payload, and whether there is nothing more to hand over."""
    import os

    try:
        payload = payload[os.write(handle, payload[:_MOST_BYTES]) :] if payload else payload
    except BlockingIOError:
        return payload, False
    except OSError:
        return b"", True  # it does not want to know
    return payload, not payload


def together(theirs: str, ours: str, where: str) -> str:
    """Both, `where` being one of `config.LINE_THEIRS`; colours of theirs end with it."""
    if not theirs.strip():
        return ours
    if not ours:
        return theirs
    plain = _PLAIN if "\x1b" in theirs else ""
    if where in ("above", "below"):
        both = (theirs + plain, ours)
        return "\n".join(both if where == "above" else both[::-1])
    first, _, rest = theirs.partition("\n")
    line = f"{first}{plain} | {ours}" if where == "before" else f"{ours} | {first}{plain}"
    return f"{line}\n{rest}" if rest else line
