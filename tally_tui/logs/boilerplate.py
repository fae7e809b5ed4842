"""What stands at the beginning of prompts and says nothing of what they are about."""

from __future__ import annotations

import re
from typing import Final

_LEADS: Final = re.compile(
    r"""(?:
        \[(?:Image|Pasted\ text)\ \#\d+[^\]]*\]            # what was pasted in front of the words
      | \[Image:\ [^\]]*\]
      | Implement\ the\ following\ plan:?
      | \#{1,6}(?=\s)                                     # a heading's own sign
      | Plan:(?=\s)
    )\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_NOTHING: Final = re.compile(
    r"""\s*(?:
        Base\ directory\ for\ this\ skill:
      | This\ session\ is\ being\ continued\ from\ a\ previous\ conversation
      | Please\ continue\ the\ conversation\ from\ where\ we\ left\ it\ off
      | Your\ task\ is\ to\ create\ a\ detailed\ summary\ of\ the\ conversation
      | Caveat:\ The\ messages\ below
      | \#\ (?:AGENTS|CLAUDE)\.md\ instructions\ for\ (?:[/~\\]|[A-Za-z]:)
      | Unknown\ (?:skill|slash\ command):
      | Warmup\s*$
    )""",
    re.VERBOSE | re.IGNORECASE,
)


def telling(prompt: str) -> str:
    """A prompt from its first telling word on; '' where an agent's program wrote all of it."""
    if _NOTHING.match(prompt):
        return ""
    at = len(prompt) - len(prompt.lstrip())
    while found := _LEADS.match(prompt, at):
        at = found.end()
    return prompt[at:].rstrip()
