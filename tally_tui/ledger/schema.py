"""The ledger's tables, and the steps from one version of them to the next.

How the tables hang together: a **call** row is one sighting of a call in one file; the sighting
that counts has a facet whose `reason` is 0, the others are kept as duplicates. Everything about a
call that repeats from call to call (session, model, folder, branch, version, price status, reason)
is a **facet**, stored once. A **rollup** row sums the calls of one facet in one quarter of an hour,
and changes in the same transaction as the calls; every report is a sum of rollups, with the ragged
edges of its span taken from the calls.
"""

from __future__ import annotations

from typing import Final

VERSION: Final = 2
"""`PRAGMA user_version` of a ledger this program writes."""

TABLES: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;

CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    provider INTEGER NOT NULL,
    path TEXT NOT NULL UNIQUE,
    device INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    cursor INTEGER NOT NULL DEFAULT 0,   -- bytes read; in the uncompressed text of a .zst
    head BLOB,                           -- fingerprint of the first 4 KiB, and how much of it there was
    tail BLOB,                           -- likewise of what lies right before the cursor
    state BLOB,                          -- the parser's memory at the cursor (JSON)
    first_ts INTEGER,                    -- the first time stamp in the file, ms
    lines INTEGER NOT NULL DEFAULT 0,    -- lines read
    rewrites INTEGER NOT NULL DEFAULT 0, -- times it was cut or replaced and read afresh
    gone_at INTEGER,                     -- when it was first missed, ms; NULL while it exists
    parser INTEGER NOT NULL DEFAULT 0,   -- `logs.parse.PARSER_VERSION` of the parser that read it
    place TEXT NOT NULL DEFAULT ''       -- appended to its session's id where unrelated transcripts share that id
) STRICT;
CREATE INDEX file_inode ON file (device, inode);

CREATE TABLE folder (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,           -- the raw working folder, as logged
    root TEXT NOT NULL,                  -- its repository (worktrees folded in) where one is known, else `name`
    name TEXT NOT NULL DEFAULT '',       -- the one name of all spellings of this folder
    known INTEGER NOT NULL DEFAULT 0     -- 1: `root` is a git repository that is or was on disk
) STRICT;
CREATE INDEX folder_name ON folder (name);

CREATE TABLE git_root (                  -- folders that were seen to hold a `.git`; they stay known when deleted
    path TEXT PRIMARY KEY,
    repository TEXT NOT NULL             -- the repository's main folder; `path` itself where it is no worktree
) STRICT, WITHOUT ROWID;

CREATE TABLE file_relation (             -- transcripts of one session id: whether they share any line
    file INTEGER NOT NULL REFERENCES file,
    other INTEGER NOT NULL REFERENCES file,
    file_size INTEGER NOT NULL,          -- bytes of each when they were compared
    other_size INTEGER NOT NULL,
    related INTEGER NOT NULL,
    PRIMARY KEY (file, other)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    id INTEGER PRIMARY KEY,
    provider INTEGER NOT NULL,
    name TEXT NOT NULL,                  -- the agent's own id; a Claude subagent's is parent/agent-id
    parent INTEGER REFERENCES session,   -- the session that started this subagent
    root INTEGER NOT NULL,               -- the topmost session (itself when it has no parent)
    forked_from TEXT,                    -- Codex: the thread whose history it may replay
    kind TEXT NOT NULL DEFAULT 'main',   -- main | subagent
    agent TEXT,                          -- a subagent's type or nickname
    title TEXT,
    title_rank INTEGER NOT NULL DEFAULT 0, -- custom 4, ai 3, summary 2, first prompt 1
    folder INTEGER REFERENCES folder,    -- the first one it worked in
    branch TEXT,
    version TEXT,
    origin TEXT,                         -- entry point or originator (cli, sdk-cli, codex_exec …)
    plan TEXT,
    first_ts INTEGER,                    -- its own first record, ms
    started INTEGER,                     -- Codex: time stamp of its own session_meta, ms
    paginated INTEGER NOT NULL DEFAULT 0,
    low_confidence INTEGER NOT NULL DEFAULT 0, -- replays told by timing, its parent not on disk
    headless INTEGER NOT NULL DEFAULT 0, -- Codex: a headless run's event stream tells of it
    agent_type TEXT,                     -- a subagent's type; `agent` is its own name
    agent_rank INTEGER NOT NULL DEFAULT 0, -- of agent_type: meta.json 3, the parent's call 2, attributed 1
    start_folder INTEGER REFERENCES folder, -- the folder it began in; NULL: `folder` stands for it
    project INTEGER REFERENCES folder,   -- what its calls outside any known repository belong to
    imported_from TEXT,                  -- Codex: the session of another agent that this one was imported from
    UNIQUE (provider, name)
) STRICT;
CREATE INDEX session_root ON session (root);
CREATE INDEX session_forked ON session (forked_from) WHERE forked_from IS NOT NULL;

CREATE TABLE facet (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES session,
    provider INTEGER NOT NULL,
    model TEXT NOT NULL,                 -- as logged, provider prefix kept; '' when the log names none
    folder INTEGER,                      -- where the call was made
    branch TEXT,
    version TEXT,
    status INTEGER NOT NULL,             -- model.PriceStatus
    reason INTEGER NOT NULL,             -- model.Reason; 0 counts
    inferred INTEGER NOT NULL,           -- the model was taken from a later record
    recorded INTEGER NOT NULL,           -- the log states a cost
    home TEXT NOT NULL DEFAULT '',       -- the home folder above the log, as `reading.root`: one account each
    tier INTEGER NOT NULL DEFAULT 0,     -- what was paid for: 0 standard, 1 batch, 2 flex, 3 fast or priority
    attribution INTEGER NOT NULL DEFAULT 0, -- who and what caused the call; 0: its log says nothing of it
    project INTEGER                      -- folder whose `root` is the project of these calls; follows from
                                         -- `folder` and the session, so it is no part of the key
) STRICT;
CREATE UNIQUE INDEX facet_whole ON facet (
    session, model, coalesce(folder, 0), coalesce(branch, ''), coalesce(version, ''),
    status, reason, inferred, recorded, home, tier, attribution
);

CREATE TABLE attribution (               -- what logs say of who and what caused calls; one row a combination
    id INTEGER PRIMARY KEY,
    skill TEXT,
    plugin TEXT,
    agent TEXT,                          -- type of the agent at work
    mcp_server TEXT,
    mcp_tool TEXT,
    effort TEXT,
    client TEXT,                         -- Codex: originator; Claude: entry point
    gateway TEXT,                        -- model provider between the agent and the vendor
    account TEXT,                        -- hash of the account that was logged in
    origin TEXT,                         -- user | agent | tool | compaction | command | hook | scheduled | unknown
    origin_reason TEXT,
    origin_confidence TEXT               -- high | medium | low
) STRICT;
CREATE UNIQUE INDEX attribution_whole ON attribution (
    coalesce(skill, ''), coalesce(plugin, ''), coalesce(agent, ''), coalesce(mcp_server, ''), coalesce(mcp_tool, ''),
    coalesce(effort, ''), coalesce(client, ''), coalesce(gateway, ''), coalesce(account, ''), coalesce(origin, ''),
    coalesce(origin_reason, ''), coalesce(origin_confidence, '')
);

CREATE TABLE call (
    id INTEGER PRIMARY KEY,
    identity INTEGER NOT NULL,           -- 64-bit hash of what makes it this call
    file INTEGER NOT NULL REFERENCES file,
    offset INTEGER NOT NULL,             -- of its first line
    facet INTEGER NOT NULL REFERENCES facet,
    ts INTEGER NOT NULL,                 -- its first line's, ms
    lines INTEGER NOT NULL,              -- lines it came from in this file
    input INTEGER NOT NULL,
    write_5m INTEGER NOT NULL,
    write_1h INTEGER NOT NULL,
    cache_read INTEGER NOT NULL,
    output INTEGER NOT NULL,
    reasoning INTEGER NOT NULL,
    searches INTEGER NOT NULL,           -- web searches, priced per request
    flags INTEGER NOT NULL,              -- ledger.flags: speed, tier, region, kind of sighting
    cost INTEGER NOT NULL,               -- nano-dollars; 0 when unpriced (see the facet's status)
    recorded INTEGER NOT NULL,           -- nano-dollars the log states; 0 when none
    unobserved INTEGER NOT NULL,         -- tokens a jump of the totals left unexplained
    vector INTEGER,                      -- Codex: hash of totals and last, to recognise replays
    turn INTEGER,                        -- Codex: hash of the turn id
    totals INTEGER,                      -- Codex: hash of the totals, to recognise a thread taken up again
    part INTEGER NOT NULL DEFAULT 0,     -- Claude: tells calls of this file apart that share one message id
    request INTEGER,                     -- Claude: 32-bit hash of the request id; NULL where the log has none
    named INTEGER,                       -- Claude: hash of the session that the lines name as their origin;
                                         -- Codex: hash of `last`, to recognise replays whose totals were rebased
    evidence BLOB,                       -- Claude: 32-bit hashes of its lines' ids and times, 4 bytes each: what
                                         -- tells that two files hold the same call; NULL: only `ts` is known
    UNIQUE (identity, file, part)
) STRICT;
CREATE INDEX call_ts ON call (ts);
CREATE INDEX call_facet ON call (facet);

CREATE TABLE tool (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE            -- as logged; `mcp__server__tool` for a tool of an MCP server
) STRICT;

CREATE TABLE call_tool (                 -- the tools that a call called
    call INTEGER NOT NULL REFERENCES call,
    tool INTEGER NOT NULL REFERENCES tool,
    times INTEGER NOT NULL,
    PRIMARY KEY (call, tool)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_tool_tool ON call_tool (tool);

CREATE TABLE git_event (                 -- commits, pushes and pull requests that a session made
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES session,
    file INTEGER NOT NULL REFERENCES file,
    offset INTEGER NOT NULL,             -- of its line
    ts INTEGER NOT NULL,                 -- ms
    uuid INTEGER NOT NULL,               -- hash of the line's id: a copied line is the same event
    kind TEXT NOT NULL,                  -- commit | amend | push | pr | branch
    sha TEXT,
    number INTEGER,                      -- of a pull request
    url TEXT,
    branch TEXT,
    UNIQUE (uuid, kind, file)
) STRICT;
CREATE INDEX git_event_session ON git_event (session);

CREATE TABLE rollup (
    slot INTEGER NOT NULL,               -- ts // 900,000 ms
    facet INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    input INTEGER NOT NULL,
    write_5m INTEGER NOT NULL,
    write_1h INTEGER NOT NULL,
    cache_read INTEGER NOT NULL,
    output INTEGER NOT NULL,
    reasoning INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    recorded INTEGER NOT NULL,
    unobserved INTEGER NOT NULL,
    PRIMARY KEY (slot, facet)
) STRICT, WITHOUT ROWID;

CREATE TABLE reading (
    provider INTEGER NOT NULL,
    limit_id TEXT NOT NULL,
    minutes INTEGER NOT NULL,            -- length of the window
    ts INTEGER NOT NULL,
    percent REAL NOT NULL,
    resets_at INTEGER,                   -- ms
    plan TEXT,
    source TEXT NOT NULL,                -- log | statusline | record
    session TEXT NOT NULL DEFAULT '',    -- the agent's own id of the session that said so; '' where not known
    root TEXT NOT NULL DEFAULT '',       -- the agent's home folder; '' for its usual one
    object INTEGER,                      -- the `rate_limits` row it was taken from
    PRIMARY KEY (provider, limit_id, minutes, root, ts, session)
) STRICT, WITHOUT ROWID;

CREATE TABLE rate_limits (               -- what an agent was told of its limits, as logged: kept for what we do
    id INTEGER PRIMARY KEY,              -- not know to read yet
    object TEXT NOT NULL UNIQUE          -- JSON
) STRICT;

CREATE TABLE credit (                    -- a lower percentage that the user says was granted
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- what a person removes it by: never given again
    provider INTEGER NOT NULL,
    limit_id TEXT NOT NULL,
    minutes INTEGER NOT NULL,
    root TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL,                 -- from when on, ms
    percent REAL NOT NULL,               -- the percentage it fell to
    UNIQUE (provider, limit_id, minutes, root, at)
) STRICT;

CREATE TABLE milestone (                 -- a whole percent of a window, written once when it was seen passed
    provider INTEGER NOT NULL,
    limit_id TEXT NOT NULL,
    minutes INTEGER NOT NULL,
    root TEXT NOT NULL DEFAULT '',
    until INTEGER NOT NULL,              -- the window's reset, ms (resets within 600 s are one)
    segment INTEGER NOT NULL,            -- 0, and one more after every credit inside the window
    percent INTEGER NOT NULL,
    at INTEGER NOT NULL,                 -- the reading that passed it, ms
    cumulative INTEGER NOT NULL,         -- nano-dollars since the window (or segment) began
    marginal INTEGER,                    -- nano-dollars since the percent before; NULL for the first one seen
    jump INTEGER NOT NULL,               -- percents passed by the same reading
    other REAL,                          -- the plan's other window (5 hours, 7 days) at that moment, percent
    void INTEGER NOT NULL DEFAULT 0,     -- 1: the window turned out to be none (a reset was taken back)
    PRIMARY KEY (provider, limit_id, minutes, root, until, segment, percent)
) STRICT, WITHOUT ROWID;

CREATE TABLE alert (                     -- the row is the latch: what it says fires once
    id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    scope TEXT NOT NULL,                 -- which window, budget, session, call or model
    until INTEGER NOT NULL,              -- the end of its window or period, ms; 0 where there is only one ever
    segment INTEGER NOT NULL,
    threshold REAL NOT NULL,
    axis TEXT NOT NULL,
    severity TEXT NOT NULL,              -- info | warn | critical
    provider TEXT,                       -- claude | codex; NULL where it is of both
    kind TEXT NOT NULL,                  -- what `until` ends
    minutes INTEGER,                     -- length of the window
    fired_at INTEGER NOT NULL,           -- when the threshold was reached, ms
    latched_at INTEGER NOT NULL,         -- when that was noticed and written, ms
    numbers TEXT NOT NULL,               -- the figures at that moment (JSON)
    told INTEGER NOT NULL,               -- 0 waits to be told, 1 told, 2 only recorded
    rung INTEGER NOT NULL,               -- likewise of a terminal
    problems TEXT NOT NULL DEFAULT '[]', -- channels that failed, in words (JSON)
    acknowledged_at INTEGER,
    through TEXT NOT NULL DEFAULT '[]',  -- channels that told of it (JSON)
    void INTEGER NOT NULL DEFAULT 0,     -- 1: its window turned out to be none (a reset was taken back)
    UNIQUE (rule, scope, until, segment, threshold)
) STRICT;

CREATE TABLE alert_rule (                -- the thresholds in force when alerts were last looked at
    rule TEXT NOT NULL,
    threshold REAL NOT NULL,
    terms TEXT NOT NULL,                 -- what else the rule says; another text is another rule
    PRIMARY KEY (rule, threshold)
) STRICT, WITHOUT ROWID;

CREATE TABLE alert_snooze (
    rule TEXT PRIMARY KEY,               -- '' for all of them
    until INTEGER NOT NULL               -- ms
) STRICT, WITHOUT ROWID;

CREATE TABLE mark (                      -- a bookmark, a note, or both: what a person keeps; no log has it
    provider INTEGER NOT NULL,
    session TEXT NOT NULL,               -- the agent's own id of the session that was open
    item TEXT NOT NULL,                  -- the message's identity in it; '' for the session itself
    uuid TEXT NOT NULL,                  -- the message's own id; '' where its log gives none
    excerpt TEXT NOT NULL,               -- how the message begins, for when its log is gone
    said_at INTEGER,                     -- when it was said, ms
    bookmarked INTEGER NOT NULL,
    note TEXT NOT NULL,                  -- '' for none
    created INTEGER NOT NULL,            -- ms
    changed INTEGER NOT NULL,            -- ms
    PRIMARY KEY (provider, session, item)
) STRICT, WITHOUT ROWID;

CREATE TABLE hidden_session (            -- taken off the list of conversations; counted all the same
    provider INTEGER NOT NULL,
    session TEXT NOT NULL,
    hidden_at INTEGER NOT NULL,          -- ms
    PRIMARY KEY (provider, session)
) STRICT, WITHOUT ROWID;

CREATE TABLE place (                     -- where a person left a session
    provider INTEGER NOT NULL,
    session TEXT NOT NULL,
    item TEXT NOT NULL,                  -- the message at the top of the page
    line INTEGER NOT NULL,               -- and which of its lines
    left_at INTEGER NOT NULL,            -- ms
    PRIMARY KEY (provider, session)
) STRICT, WITHOUT ROWID;

CREATE TABLE habit (                     -- how a person last had the screens: orders, depths
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    changed_at INTEGER NOT NULL          -- ms
) STRICT, WITHOUT ROWID;

CREATE TABLE search_history (            -- what was searched for; no log has it
    query TEXT PRIMARY KEY,
    searched_at INTEGER NOT NULL         -- ms
) STRICT, WITHOUT ROWID;

CREATE TABLE saved_search (
    name TEXT PRIMARY KEY,
    query TEXT NOT NULL,
    facets TEXT NOT NULL,                -- kinds of text, with commas; '' for all
    ranked INTEGER NOT NULL,             -- best first
    saved_at INTEGER NOT NULL            -- ms
) STRICT, WITHOUT ROWID;

CREATE TABLE archived (                  -- a file of a session that was copied to keep it; no log has this
    provider INTEGER NOT NULL,
    session TEXT NOT NULL,               -- the agent's own id of the session at the top
    path TEXT NOT NULL,                  -- where the file lies, or lay
    copy TEXT NOT NULL,                  -- where its copy lies, below the archive's folder
    size INTEGER NOT NULL,               -- bytes of the file that were copied
    stored INTEGER NOT NULL,             -- bytes of the copy
    fingerprint BLOB NOT NULL,           -- a hash of what was copied
    mtime_ns INTEGER NOT NULL,           -- of the file when it was copied
    archived_at INTEGER NOT NULL,        -- ms
    PRIMARY KEY (provider, session, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX archived_path ON archived (path);

CREATE TABLE archive_choice (            -- what a person chose for one session, before any rule
    provider INTEGER NOT NULL,
    session TEXT NOT NULL,
    keep INTEGER NOT NULL,               -- 1 archive it, 0 leave it out
    chosen_at INTEGER NOT NULL,          -- ms
    PRIMARY KEY (provider, session)
) STRICT, WITHOUT ROWID;

CREATE TABLE talk (                      -- how far the conversation has come that a file tells
    file INTEGER PRIMARY KEY REFERENCES file,
    session INTEGER NOT NULL REFERENCES session,
    turns INTEGER NOT NULL,              -- prompts of a person
    replies INTEGER NOT NULL,            -- answers of the model
    context INTEGER,                     -- tokens that the newest answer was given to read; NULL: not known since
                                         -- the conversation was compacted
    peak INTEGER NOT NULL,               -- the most that any answer was given
    model TEXT NOT NULL,                 -- who gave the newest
    window INTEGER,                      -- tokens that fit, where the log says so
    leaf INTEGER                         -- Claude: hash of its last message's id
) STRICT;
CREATE INDEX talk_session ON talk (session);
CREATE INDEX talk_leaf ON talk (leaf) WHERE leaf IS NOT NULL;

CREATE TABLE summary (                   -- what Claude Code summed a conversation up as, often in another file
    leaf INTEGER PRIMARY KEY,            -- as talk.leaf
    title TEXT NOT NULL
) STRICT;

CREATE TABLE limit_event (
    provider INTEGER NOT NULL,
    ts INTEGER NOT NULL,
    session INTEGER,
    text TEXT NOT NULL,                  -- what the agent said, as logged
    file INTEGER,
    offset INTEGER,
    home TEXT NOT NULL DEFAULT '',       -- the agent's home folder above the log
    resets_at INTEGER,                   -- ms, where the words say when
    PRIMARY KEY (provider, ts, text)
) STRICT, WITHOUT ROWID;

CREATE TABLE skipped (
    file INTEGER NOT NULL,
    kind TEXT NOT NULL,                  -- unreadable | unknown
    name TEXT NOT NULL,                  -- the reason, or the record type
    lines INTEGER NOT NULL,
    first_offset INTEGER NOT NULL,
    PRIMARY KEY (file, kind, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE cost_state (
    session INTEGER PRIMARY KEY,         -- Claude's own running total, a cross-check only
    cost INTEGER NOT NULL,               -- nano-dollars
    started INTEGER                      -- when the process that counts it began, ms: a fork inherits both
) STRICT;
"""
