"""The status line that was there before ours: run beside it, its output put where the settings say."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess

PATIENCE_S = 5.0
"""How long their command may take; then our line stands alone."""
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
        """What it printed; '' where it failed, took too long or printed nothing."""
        import os
        import signal
        import subprocess

        if self._process is None:
            return ""
        try:
            out, _ = self._process.communicate(self._payload, timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except OSError:
                pass
            self._process.wait()
            return ""
        except OSError:
            return ""
        return out.decode(errors="replace").strip("\r\n") if self._process.returncode == 0 else ""


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
