"""Model ids as logs write them → the bare name prices are listed by, and what the rest says of price.

The same model is `claude-sonnet-4-5-20250929` on Anthropic's own API, `claude-sonnet-4-5@20250929`
on Vertex, `us.anthropic.claude-sonnet-4-5-20250929-v1:0` on Bedrock and `anthropic/claude-sonnet-4.5`
behind a gateway.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from msgspec import Struct

HOSTS: Final = frozenset(
    {"anthropic", "~anthropic", "openai", "~openai", "openrouter", "litellm", "litellm_proxy", "azure", "azure_ai"}
    | {"codex", "bedrock", "amazon-bedrock", "bedrock_converse", "vertex", "vertex_ai", "vertex_ai_beta"}
    | {"google-vertex", "google-vertex-anthropic", "vertex-anthropic", "vercel", "vercel_ai_gateway"}
)  # fmt: skip
"""Prefixes before a `/` that name who passes the call on at the model's own price.

Any other one (`ollama/…`, `groq/…`) stays part of the name, which then has no price: whoever it
is may charge something else, or nothing.
"""

_ARN = re.compile(r"arn:aws[a-z-]*:bedrock:[^/]*/")
_PUBLISHER = re.compile(r".*publishers/(?:anthropic|openai)/models/")
_WAY = re.compile(r"^(?:converse|converse_like|invoke|global|global-standard|[a-z]{2}(?:-gov)?-[a-z]+-\d)/")
"""What LiteLLM writes between `bedrock/`, `azure/` or `vertex_ai/` and the model: the way, the region."""
_ZONE = re.compile(r"(us|eu)/(?=gpt|o\d|codex)")
"""An Azure data zone, as LiteLLM writes it."""
_BEDROCK = re.compile(r"(?:([a-z][a-z-]*)\.)?(?:anthropic|openai)\.(?=claude|gpt)")
_BEDROCK_VERSION = re.compile(r"(?<=\d)(?:-v\d+(?::\d+)*|-\d+:\d+)(?::\d+k)?$")
_CONTEXT = re.compile(r"\[\d+[km]\]$")
_EFFORT = re.compile(r"(?:\((?:none|auto|minimal|low|medium|high|xhigh|max|-?\d+)\))$")
"""How much a model was asked to think, as relays write it behind its name: no other price."""
_MANNER = re.compile(r":(?:beta|thinking)$")
"""OpenRouter's ways to ask for one of Anthropic's models, at the same price."""
_DATE = re.compile(r"(?:[-@]20\d{2}-?[01]\d-?[0-3]\d|@default|@latest)$")
_DOTTED = re.compile(r"(?<=\d)\.(?=\d)")
_SWAPPED = re.compile(r"claude-(?:(\d+(?:[-.]\d+)?)-([a-z]+)|([a-z]+)-(\d+(?:[-.]\d+)?))(?![.\w])(.*)$")
"""`claude-4-6-sonnet` and `claude-sonnet-4-6`: some gateways name a model the other way round."""
_HAS_FAST_MODE = re.compile(r"(?:claude|gpt|codex|o\d)-")


class ModelName(Struct, frozen=True):
    """A model id taken apart."""

    bare: str
    """Lower case, without host, region, Bedrock version and `[1m]`; a snapshot's date is kept."""
    undated: str
    """`bare` without the snapshot's date."""
    region: str
    """The geography of a Bedrock inference profile or an Azure data zone (`us`, `eu`, `global` …); empty when none is
    named."""
    fast: bool
    """A gateway's `-fast` name of a model of Anthropic's or OpenAI's: the same model in fast mode."""

    @property
    def spellings(self) -> tuple[str, ...]:
        """The names to look for, most exact first, each once."""
        names = [self.bare, self.undated]
        if self.bare.startswith("claude"):
            names += [_DOTTED.sub("-", name) for name in names]
            names += [_SWAPPED.sub(_other_order, name) for name in names]
        return tuple(dict.fromkeys(name for name in names if name))


def _other_order(found: re.Match[str]) -> str:
    version, family = (found[1], found[2]) if found[1] else (found[4], found[3])
    order = (family, version) if found[1] else (version, family)
    return f"claude-{order[0]}-{order[1]}{found[5]}"


@lru_cache(maxsize=4096)
def normalise(model: str) -> ModelName:
    """Take a logged model id apart; what is not understood stays in the name."""
    name = plain(model)
    name = _PUBLISHER.sub("", _ARN.sub("", name))
    while "/" in name and name.partition("/")[0] in HOSTS:
        name = _WAY.sub("", name.partition("/")[2])
    region = ""
    if found := _ZONE.match(name):
        region, name = found[1], name[found.end() :]
    if found := _BEDROCK.match(name):
        region = found[1] or ""
        name = _BEDROCK_VERSION.sub("", name[found.end() :])
    name = _MANNER.sub("", name)
    undated = _DATE.sub("", name)
    fast = bool(_HAS_FAST_MODE.match(name)) and undated.endswith("-fast")
    if fast:
        name = undated = undated.removesuffix("-fast")
    return ModelName(name, _DATE.sub("", undated), region, fast)


def plain(model: str) -> str:
    """A logged id in lower case, without what is said of context and thinking behind it; hosts are told by a `/`."""
    name = _EFFORT.sub("", _CONTEXT.sub("", model.strip().lower().removeprefix("@")))
    host, colon, rest = name.partition(":")
    return f"{host}/{rest}" if colon and host in HOSTS else name


def undated(name: str) -> str:
    """A name without the date of its snapshot at the end."""
    return _DATE.sub("", name)
