"""Every record shape of both agents' logs, by name, and that the demo's month has each of them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard

from tally_tui.demo import DemoRoots, write_demo

NOW = int(datetime(2026, 11, 20, 14, 30, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> DemoRoots:
    return write_demo(tmp_path_factory.mktemp("month"), NOW)


def records(root: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted([*root.rglob("*.jsonl"), *root.rglob("*.jsonl.zst")]):
        data = path.read_bytes()
        if path.suffix == ".zst":
            data = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read()
        for line in data.splitlines():
            yield path, json.loads(line)


CLAUDE_SHAPES = """
type:user type:assistant type:system type:attachment type:progress type:summary type:custom-title
type:ai-title type:agent-name type:agent-color type:agent-setting type:tag type:pr-link type:last-prompt
type:mode type:permission-mode type:tools-used type:cost-state type:worktree-state type:relocated
type:continued-in type:ended-by-model type:queue-operation type:bridge-session type:session-owner
type:isolation-latch type:dev-mods type:atis-latch type:history-suppression type:attribution-snapshot
type:observer-ref type:repl-mode type:hybrid-organization type:host-row type:derived-from
type:content-replacement type:data-flow-records type:data-flow-incomplete type:memory-mode
type:fork-context-ref type:frame-link type:artifact-comment-monitor type:artifact-autoreact-ledger
type:file-history-snapshot type:file-history-delta type:resume-head-vouch type:api-request-shape
type:api-request-blob type:api-request type:api-request-resumed system:stop_hook_summary
system:turn_duration system:compact_boundary system:local_command system:api_error
system:microcompact_boundary system:away_summary system:informational system:model_refusal_fallback
system:model_fallback system:rewind system:scheduled_task_fire system:permission_retry system:agents_killed
system:bridge_status system:memory_saved system:file_snapshot attachment:queued_command
attachment:task_reminder attachment:nested_memory attachment:edited_text_file attachment:prompt_snapshot
attachment:environment attachment:compact_file_reference attachment:file attachment:plan_mode
attachment:session_context progress:agent_progress progress:bash_progress progress:hook_progress
progress:mcp_progress progress:query_update progress:search_results_received progress:waiting_for_task
queue:enqueue queue:dequeue queue:remove block:text block:thinking block:redacted_thinking block:tool_use
block:server_tool_use block:web_search_tool_result block:fallback block:tool_result block:image
block:document block:hidden-thinking tool:Bash tool:Read tool:Edit tool:Write tool:MultiEdit tool:Grep
tool:Glob tool:TodoWrite tool:TaskCreate tool:TaskUpdate tool:Agent tool:WebFetch tool:WebSearch
tool:AskUserQuestion tool:ExitPlanMode tool:Skill tool:TaskOutput tool:ToolSearch tool:SendMessage
tool:Workflow result:structuredPatch result:persistedOutputPath result:isAsync result:teammate_id
result:oldTodos result:string result:list result:backgroundTaskId result:gitOperation line:isMeta
line:isCompactSummary line:forkedFrom line:rate_limit line:synthetic line:no-requestId line:sidechain
line:other-session line:logicalParentUuid line:imagePasteIds line:worktree-cwd line:interrupted
line:slash-command line:bash-input line:task-notification line:teammate-message line:ide line:moved
line:branches usage:growing usage:no-split usage:fast usage:geo usage:search usage:priority usage:iterations
file:subagent file:flat-agent file:workflow file:journal file:meta file:aside file:tool-results
file:worktree
"""

CODEX_SHAPES = """
type:session_meta type:turn_context type:response_item type:event_msg type:compacted type:world_state
type:token_usage_record type:inter_agent_communication type:inter_agent_communication_metadata
type:security_risk_score type:realtime_item type:thread.started type:turn.completed type:item.completed
event:token_count event:task_started event:task_complete event:turn_aborted event:thread_rolled_back
event:thread_settings_applied event:raw_response_completed event:thread_goal_updated event:item_completed
event:user_message event:agent_message event:agent_reasoning event:patch_apply_end event:exec_command_end
event:mcp_tool_call_end event:web_search_end event:image_generation_end event:context_compacted
event:entered_review_mode event:exited_review_mode event:sub_agent_activity item:message item:reasoning
item:function_call item:function_call_output item:custom_tool_call item:custom_tool_call_output
item:local_shell_call item:web_search_call item:tool_search_call item:tool_search_output
item:image_generation_call item:agent_message item:additional_tools item:context_compaction
item:ghost_snapshot item:configuration_update item:other done:UserMessage done:AgentMessage done:Reasoning
done:Plan done:CommandExecution done:FileChange done:McpToolCall done:DynamicToolCall
done:CollabAgentToolCall done:SubAgentActivity done:WebSearch done:ImageView done:ImageGeneration
done:Extension done:EnteredReviewMode done:ExitedReviewMode done:HookPrompt done:ContextCompaction
count:null-info count:repeat count:carried-over count:reset count:write count:five-hours count:week
count:relative count:flat meta:forked meta:spawned meta:review meta:paginated meta:legacy meta:second
meta:history-base model:prefixed model:switch model:missing model:late output:chunk output:exit-code
output:json output:command file:archived file:compressed file:plain-and-compressed file:archive-only
file:reverted file:second-file file:exec file:bare file:orphan
"""


def claude_shapes(root: Path) -> set[str]:
    found: set[str] = set()
    parents: set[tuple[Path, str]] = set()
    outputs: dict[tuple[Path, str], int] = {}
    for path, record in records(root / "projects"):
        kind = record["type"]
        if path.name == "journal.jsonl":
            found.add("file:journal")
            continue
        found.add(f"type:{kind}")
        found |= {f"{kind}:{record[key]}" for key in ("subtype",) if key in record}
        found |= (
            {f"{kind}:{record[kind if kind == 'attachment' else 'data']['type']}"}
            if kind in ("attachment", "progress")
            else set()
        )
        found |= {f"queue:{record['operation']}"} if kind == "queue-operation" else set()
        found |= {
            f"line:{key}"
            for key in ("isMeta", "isCompactSummary", "forkedFrom", "logicalParentUuid", "imagePasteIds")
            if key in record
        }
        if record.get("isSidechain"):
            found.add("line:sidechain")
        if "agent-" not in path.name and record.get("sessionId", path.stem) != path.stem:
            found.add("line:other-session")
        if "/.claude/worktrees/" in str(record.get("cwd")):
            found |= {"line:worktree-cwd", "file:worktree"}
        if kind == "relocated":
            found.add("line:moved")
        if record.get("parentUuid") and "agent-" not in path.name:
            branch = (path, record["parentUuid"])
            found |= {"line:branches"} if branch in parents else set()
            parents.add(branch)
        if path.name.startswith("agent-"):
            found.add(
                "file:workflow"
                if "workflows" in path.parts
                else "file:aside"
                if "aside" in path.name
                else "file:subagent"
                if "subagents" in path.parts
                else "file:flat-agent"
            )
        message = record.get("message") or {}
        content = message.get("content")
        if isinstance(content, str):
            starts = {
                "<command-name>": "slash-command",
                "<bash-input>": "bash-input",
                "<ide_": "ide",
                "<task-notification>": "task-notification",
                "<teammate-message": "teammate-message",
            }
            found |= {f"line:{name}" for start, name in starts.items() if content.startswith(start)}
        for block in content if isinstance(content, list) else []:
            found.add(f"block:{block['type']}")
            found |= {"block:hidden-thinking"} if block.get("thinking") == "" else set()
            found |= {f"tool:{block['name']}"} if block["type"] == "tool_use" else set()
            found |= (
                {"line:interrupted"} if str(block.get("text")).startswith("[Request interrupted") else set()
            )
        result = record.get("toolUseResult")
        if result is not None:
            found |= (
                {"result:string"}
                if isinstance(result, str)
                else {"result:list"}
                if isinstance(result, list)
                else {f"result:{key}" for key in result}
            )
        if kind == "assistant":
            usage = message["usage"]
            if message["model"] == "<synthetic>":
                found |= {"line:synthetic", f"line:{record.get('error')}"}
                continue
            call = (path, message["id"])
            found |= (
                {"usage:growing"}
                if outputs.get(call, usage["output_tokens"]) < usage["output_tokens"]
                else set()
            )
            outputs[call] = usage["output_tokens"]
            flags = {
                "line:no-requestId": "requestId" not in record,
                "usage:no-split": "cache_creation" not in usage,
                "usage:fast": usage.get("speed") == "fast",
                "usage:geo": usage.get("inference_geo") == "us",
                "usage:search": "server_tool_use" in usage,
                "usage:priority": usage["service_tier"] == "priority",
                "usage:iterations": "iterations" in usage,
            }
            found |= {name for name, present in flags.items() if present}
    found |= {"file:meta"} if list(root.rglob("agent-*.meta.json")) else set()
    found |= {"file:tool-results"} if list(root.rglob("tool-results/*.txt")) else set()
    return found


def codex_shapes(root: Path) -> set[str]:
    found: set[str] = set()
    threads: dict[str, list[Path]] = {}
    parents: set[str] = set()
    models: dict[Path, list[str | None]] = {}
    before: dict[Path, dict[str, int]] = {}
    for path, record in records(root):
        if path.name == "session_index.jsonl":
            continue
        kind, body = record.get("type"), record.get("payload", {})
        found.add(f"type:{kind}" if "payload" in record or str(kind).find(".") > 0 else "file:bare")
        found |= {"file:exec"} if kind == "turn.completed" else set()
        if kind == "session_meta":
            if path not in models:
                threads.setdefault(body["id"], []).append(path)
                parents |= {body["forked_from_id"]} if "forked_from_id" in body else set()
                found |= {"meta:forked"} if "forked_from_id" in body else set()
                found |= {"meta:history-base"} if "history_base" in body else set()
                found.add("meta:paginated" if body.get("history_mode") == "paginated" else "meta:legacy")
                source = body["source"]
                if isinstance(source, dict):
                    found.add("meta:review" if source["subagent"] == "review" else "meta:spawned")
            else:
                found.add("meta:second")
            models.setdefault(path, [])
        elif kind == "turn_context":
            known = models.setdefault(path, [])
            found |= {"model:prefixed"} if body["model"].startswith("openai/") else set()
            found |= {"model:late"} if None in known else set()
            found |= {"model:switch"} if known and known[-1] not in (None, body["model"]) else set()
            known.append(body["model"])
        elif kind == "event_msg":
            found.add(f"event:{body['type']}")
            found |= {f"done:{body['item']['type']}"} if body["type"] == "item_completed" else set()
        elif kind == "response_item":
            found.add(f"item:{body['type']}")
            text = str(body.get("output"))
            dresses = {
                "Chunk ID": "chunk",
                "Exit code": "exit-code",
                '{"output"': "json",
                "Command:": "command",
            }
            found |= {f"output:{name}" for start, name in dresses.items() if text.startswith(start)}
        if body.get("type") == "token_count":
            info, limits = body["info"], body["rate_limits"] or {}
            if info is None:
                found.add("count:null-info")
                continue
            if not models.get(path):
                models.setdefault(path, []).append(None)
                found.add("model:missing")
            total, last = info["total_token_usage"], info["last_token_usage"]
            old = before.get(path)
            found |= (
                {"count:carried-over"}
                if old is None and total["total_tokens"] > last["total_tokens"]
                else set()
            )
            found |= {"count:repeat"} if old == total else set()
            found |= {"count:reset"} if old and total["total_tokens"] < old["total_tokens"] else set()
            found |= {"count:write"} if last.get("cache_write_input_tokens") else set()
            before[path] = total
            minutes = {limits[name]["window_minutes"] for name in ("primary", "secondary") if name in limits}
            found |= {
                {300: "count:five-hours", 10080: "count:week"}.get(number, "count:odd") for number in minutes
            }
            found |= {"count:relative"} if "resets_in_seconds" in str(limits) else set()
            found |= {"count:flat"} if "primary_used_percent" in limits else set()
    for thread, paths in threads.items():
        names = {path.name for path in paths}
        archived = {path for path in paths if "archived_sessions" in path.parts}
        found |= (
            {"file:archived"} if archived and len(paths) > 1 else {"file:archive-only"} if archived else set()
        )
        found |= {"file:compressed"} if any(path.suffix == ".zst" for path in paths) else set()
        found |= {"file:plain-and-compressed"} if any(f"{name}.zst" in names for name in names) else set()
        found |= {"file:reverted"} if any(f"{thread}_" in name for name in names) else set()
        found |= {"file:second-file"} if len({name.removesuffix(".zst") for name in names}) > 1 else set()
    found |= {"file:orphan"} if parents - set(threads) else set()
    return found


def test_every_record_shape_of_claude_code_is_there(month: DemoRoots) -> None:
    assert sorted(set(CLAUDE_SHAPES.split()) - claude_shapes(month.claude)) == []


def test_every_record_shape_of_codex_is_there(month: DemoRoots) -> None:
    assert sorted(set(CODEX_SHAPES.split()) - codex_shapes(month.codex)) == []
