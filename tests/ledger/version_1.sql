
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
    gone_at INTEGER                      -- when it was first missed, ms; NULL while it exists
) STRICT;
CREATE INDEX file_inode ON file (device, inode);

CREATE TABLE folder (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,           -- the raw working folder, as logged
    root TEXT NOT NULL                   -- its git root with worktrees folded in, else itself
) STRICT;

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
    home TEXT NOT NULL DEFAULT ''        -- the home folder above the log, as `reading.root`: one account each
) STRICT;
CREATE UNIQUE INDEX facet_whole ON facet (
    session, model, coalesce(folder, 0), coalesce(branch, ''), coalesce(version, ''),
    status, reason, inferred, recorded, home
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
    UNIQUE (identity, file)
) STRICT;
CREATE INDEX call_ts ON call (ts);
CREATE INDEX call_facet ON call (facet);

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
    PRIMARY KEY (provider, limit_id, minutes, root, ts, session)
) STRICT, WITHOUT ROWID;

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
    context INTEGER NOT NULL,            -- tokens that the newest answer was given to read
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
    cost INTEGER NOT NULL                -- nano-dollars
) STRICT;
