"""The fields of a Claude Code log line that tell of the conversation."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tally_tui.logs.salvage import as_json


class Line(msgspec.Struct, gc=False):
    """The fields of a line that tell of the conversation; of any type, so that an odd one costs nothing."""

    type: Any = None
    subtype: Any = None
    message: Any = None
    content: Any = None
    attachment: Any = None
    operation: Any = None
    uuid: Any = None
    parentUuid: Any = None
    logicalParentUuid: Any = None
    timestamp: Any = None
    sessionId: Any = None
    session_id: Any = None
    forkedFrom: Any = None
    isSidechain: Any = None
    agentId: Any = None
    isMeta: Any = None
    isCompactSummary: Any = None
    isApiErrorMessage: Any = None
    promptSource: Any = None
    origin: Any = None
    error: Any = None
    customTitle: Any = None
    aiTitle: Any = None
    agentName: Any = None
    summary: Any = None
    leafUuid: Any = None
    continuedIn: Any = None
    compactMetadata: Any = None
    microcompactMetadata: Any = None
    retryInMs: Any = None
    retryAttempt: Any = None
    maxRetries: Any = None
    originalModel: Any = None
    fallbackModel: Any = None
    hookInfos: Any = None
    hookErrors: Any = None
    toolUseID: Any = None
    parentToolUseID: Any = None
    prUrl: Any = None
    frameUrl: Any = None
    title: Any = None
    path: Any = None
    data: msgspec.Raw = msgspec.Raw()
    toolUseResult: msgspec.Raw = msgspec.Raw()


strict: Final = msgspec.json.Decoder(Line).decode
_PLAIN: Final = frozenset(Line.__struct_fields__) - {"data", "toolUseResult"}


def lenient(value: dict[str, Any]) -> Line:
    """The line of a plain object that the decoder refused."""
    line = Line(**{name: part for name, part in value.items() if name in _PLAIN})
    for name in ("data", "toolUseResult"):
        if value.get(name) is not None:
            setattr(line, name, msgspec.Raw(as_json(value[name])))
    return line
