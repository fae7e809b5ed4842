"""Model ids as logs write them → the bare name prices are listed by, and what the rest says of price.

The same model is `claude-sonnet-4-5-20250929` on Anthropic's own API, `claude-sonnet-4-5@20250929`
on Vertex, `us.anthropic.claude-sonnet-4-5-20250929-v1:0` on Bedrock and `anthropic/claude-sonnet-4.5`
behind a gateway.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

HOSTS: Final = frozenset(
    {"anthropic", "~anthropic", "openai", "openrouter", "litellm", "azure", "azure_ai"}
    | {"bedrock", "amazon-bedrock", "vertex", "vertex_ai", "google-vertex", "google-vertex-anthropic"}
)
"""Prefixes before a `/` that name who passes the call on at the model's own price.

Any other one (`ollama/…`, `groq/…`) stays part of the name, which then has no price: whoever it
is may charge something else, or nothing.
"""

_ARN = re.compile(r"arn:aws[a-z-]*:bedrock:[^/]*/")
_PUBLISHER = re.compile(r".*publishers/(?:anthropic|openai)/models/")
_BEDROCK = re.compile(r"(?:([a-z][a-z-]*)\.)?(?:anthropic|openai)\.(?=claude|gpt)")
_BEDROCK_VERSION = re.compile(r"(?<=\d)(?:-v\d+(?::\d+)*|-\d+:\d+)(?::\d+k)?$")
_CONTEXT = re.compile(r"\[\d+[km]\]$")
_DATE = re.compile(r"(?:[-@]20\d{2}-?[01]\d-?[0-3]\d|@default|@latest)$")
_DOTTED = re.compile(r"(?<=\d)\.(?=\d)")


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model id taken apart."""

    bare: str
    """Lower case, without host, region, Bedrock version and `[1m]`; a snapshot's date is kept."""
    undated: str
    """`bare` without the snapshot's date."""
    region: str
    """The geography of a Bedrock inference profile (`us`, `eu`, `global` …); empty when none is named."""
    fast: bool
    """A gateway's `-fast` name of a Claude model: the same model in fast mode."""

    @property
    def spellings(self) -> tuple[str, ...]:
        """The names to look for, most exact first, each once."""
        names = [self.bare, self.undated]
        if self.bare.startswith("claude"):
            names += [_DOTTED.sub("-", name) for name in names]
        return tuple(dict.fromkeys(name for name in names if name))


@lru_cache(maxsize=4096)
def normalise(model: str) -> ModelName:
    """Take a logged model id apart; what is not understood stays in the name."""
    name = _CONTEXT.sub("", model.strip().lower())
    name = _PUBLISHER.sub("", _ARN.sub("", name))
    while "/" in name and name.partition("/")[0] in HOSTS:
        name = name.partition("/")[2]
    region = ""
    if found := _BEDROCK.match(name):
        region = found[1] or ""
        name = _BEDROCK_VERSION.sub("", name[found.end() :])
    fast = name.startswith("claude-") and name.endswith("-fast")
    if fast:
        name = name.removesuffix("-fast")
    return ModelName(name, _DATE.sub("", name), region, fast)
