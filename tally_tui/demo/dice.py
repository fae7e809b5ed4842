"""Chance with a seed: ids shaped as the agents shape them, skewed sizes, and a clock that moves on."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE64 = _BASE62 + "+/"


class Dice(random.Random):
    """A seeded source of chance; the same seed rolls the same month on every machine."""

    def hexes(self, length: int) -> str:
        return f"{self.getrandbits(4 * length):0{length}x}"

    def base62(self, length: int) -> str:
        return "".join(self.choices(_BASE62, k=length))

    def uuid4(self) -> str:
        h = f"{self.getrandbits(128):032x}"
        return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"

    def uuid7(self, at_ms: int) -> str:
        """A time-ordered id, as Codex gives its threads and turns."""
        stamp, h = f"{at_ms:012x}", f"{self.getrandbits(80):020x}"
        return f"{stamp[:8]}-{stamp[8:]}-7{h[:3]}-a{h[3:6]}-{h[6:18]}"

    def message_id(self) -> str:
        return f"msg_01{self.hexes(22)}"

    def request_id(self) -> str:
        return f"req_011C{self.hexes(20)}"

    def tool_id(self) -> str:
        return f"toolu_01{self.hexes(22)}"

    def base64(self, length: int) -> str:
        """Characters of base64 that decode to nothing in particular (a signature, a cipher text)."""
        block = "".join(self.choices(_BASE64, k=min(length, 96)))
        return (block * (length // len(block) + 1))[:length] if length else ""

    def skewed(self, median: float, sigma: float, most: int, least: int = 1) -> int:
        """A whole number whose logarithm is normal: many small ones, a long tail."""
        return max(least, min(most, int(median * math.exp(self.gauss(0, sigma)))))

    def chance(self, probability: float) -> bool:
        return self.random() < probability


_second = -1
_second_text = ""


def stamp(at_ms: int) -> str:
    """An instant as both agents write it: `2026-11-22T08:15:00.000Z`."""
    # Lines of a log come many to the second, and formatting a date costs more than the rest of a line.
    global _second, _second_text
    second, millis = divmod(at_ms, 1000)
    if second != _second:
        _second, _second_text = second, f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%S}"
    return f"{_second_text}.{millis:03d}Z"
