"""The people's side of the demo: invented projects, what was asked of an agent there, and what it said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Task:
    """One thing somebody wanted: its title, the words they typed, the file it is about, the answer."""

    title: str
    prompt: str
    file: str
    answer: str


@dataclass(frozen=True, slots=True)
class Project:
    """A folder under /home/dev with a language, branches and tasks; `nouns` flavour its code."""

    name: str
    path: str
    language: str
    nouns: tuple[str, ...]
    branches: tuple[str, ...]
    tasks: tuple[Task, ...]
    worktrees: tuple[str, ...] = ()
    git: bool = True


HARBOR = Project(
    "harbor-api",
    "/home/dev/work/harbor-api",
    "python",
    ("berth", "tide", "pilot", "vessel", "mooring", "buoy", "cargo", "lock"),
    ("main", "feat/tide-tables", "fix/berth-overlap"),
    (
        Task(
            "Tide table endpoint",
            "Add an endpoint that returns the tide table of a harbour for one day, "
            "highs and lows with their heights. Times must be in the harbour's own time zone.",
            "harbor/tides.py",
            "The endpoint is `GET /harbours/{id}/tides?day=…`. Heights are whole centimetres and every time "
            "carries its offset, so a day with a clock change has the right number of tides. I kept the "
            "calculation apart from the route, which made it easy to test.",
        ),
        Task(
            "Berths overlapping at midnight",
            "Two ships were given berth 7 on the same night. Both bookings "
            "look fine on their own. Can you find out why we allowed it?",
            "harbor/berths.py",
            "Found it. The overlap check compared dates and not instants, so a booking ending at 00:30 did "
            "not touch one starting at 00:00 the same day. Bookings are half-open stretches now: a ship may "
            "arrive in the minute another one leaves.",
        ),
        Task(
            "Pilot roster export",
            "The pilots would like their roster as a calendar file they can subscribe "
            "to. One file per pilot, private link.",
            "harbor/roster.py",
            "Each pilot has a link with a long random part, and the file is built when it is asked for. A "
            "swapped shift keeps its identity, so calendars move the entry instead of showing it twice.",
        ),
        Task(
            "Slow arrivals board",
            "The arrivals board takes four seconds on Monday mornings. Please measure "
            "first and then tell me what you would change.",
            "harbor/arrivals.py",
            "I measured before touching anything: 3.7 of 4.1 seconds went to one query per vessel for its "
            "last position. One query for all of them brings the board to 190 ms. No cache was needed.",
        ),
        Task(
            "Refuse cargo without a manifest",
            "Reject cargo notices that have no manifest number, with an "
            "error that tells the shipping clerk what to do.",
            "harbor/cargo.py",
            "A notice without a number is refused with “Manifest number missing: it is on the first page of "
            "the bill, top right.” The old notices are left alone; a report lists the 14 that would fail.",
        ),
        Task(
            "Buoy telemetry gaps",
            "Some buoys go quiet for an hour and the chart draws a straight line "
            "through it. Show gaps as gaps.",
            "harbor/buoys.py",
            "The chart breaks its line where two readings are more than three intervals apart. Averages skip "
            "the gap too, which moved last week's mean wave height from 1.31 to 1.27 metres.",
        ),
    ),
    worktrees=(
        "/home/dev/work/harbor-api/.claude/worktrees/quiet-otter",
        "/home/dev/work/harbor-api/.claude/worktrees/brave-heron",
    ),
)

LANTERN = Project(
    "lantern-web",
    "/home/dev/work/lantern-web",
    "typescript",
    ("lantern", "basket", "festival", "ribbon", "stall", "candle", "parade", "voucher"),
    ("main", "feat/gift-wrap", "feat/dark-theme"),
    (
        Task(
            "Basket forgets gift wrap",
            "If I choose gift wrap and go back to the shop, the basket has "
            "forgotten it. Reproduce it with a test, then fix it.",
            "src/basket/useBasket.ts",
            "The test failed first, as it should. Gift wrap lived in the page and not in the basket, so it "
            "went when the page did. It is a property of a line now and survives a reload as well.",
        ),
        Task(
            "Lanterns should glow gently",
            "Could the lanterns on the landing page glow softly, and not at "
            "all for people who prefer less motion?",
            "src/landing/Glow.tsx",
            "They breathe over six seconds, each with its own phase so that they never blink together. With "
            "reduced motion they are simply lit. It is two CSS rules and no script.",
        ),
        Task(
            "Voucher codes in the address",
            "A link from the newsletter should carry a voucher code and put "
            "it in the basket. Bad codes must not break the page.",
            "src/basket/voucher.ts",
            "`?voucher=` is read once and removed from the address, so a copied link gives nothing away. An "
            "unknown or expired code shows one line under the basket and changes nothing else.",
        ),
        Task(
            "Parade map on phones",
            "The parade map is unusable on a phone: pinching zooms the whole page.",
            "src/parade/Map.tsx",
            "The map takes two fingers and the page takes one. Labels that would overlap step aside by "
            "importance. I tried it at 320, 390 and 768 pixels.",
        ),
        Task(
            "Dark theme contrast",
            "The dark theme fails our contrast check in six places. Please fix the "
            "tokens rather than the components.",
            "src/theme/tokens.ts",
            "Four tokens changed and all six places pass with them: muted text, borders, the focus ring and "
            "the price on sale. No component was touched. The lowest ratio is now 4.7.",
        ),
        Task(
            "Upgrade the router",
            "Upgrade the router to the next major version. Tell me before you change "
            "anything that a visitor would notice.",
            "src/routes.ts",
            "Nothing a visitor would notice. Loader functions moved beside their pages, and two redirects "
            "that were never used are gone. The build is 11 KB smaller.",
        ),
    ),
    worktrees=("/home/dev/.codex/worktrees/4f1c/lantern-web",),
)

TIDEPOOL = Project(
    "tidepool-cli",
    "/home/dev/play/tidepool-cli",
    "rust",
    ("pool", "shell", "crab", "anemone", "kelp", "current", "pebble", "limpet"),
    ("main", "parser-rewrite"),
    (
        Task(
            "Friendlier error for a missing pool",
            "`tidepool show nowhere` prints a debug dump. Make it say "
            "which pools there are, closest name first.",
            "src/pool.rs",
            "It says `no pool called 'nowhere'; did you mean 'northshore'?` and lists the others below. Exit "
            "code 2, nothing on standard output.",
        ),
        Task(
            "Read a million observations",
            "Loading a million observations takes nine seconds. I would like it under one.",
            "src/load.rs",
            "0.62 seconds. The time went into a string for each species name; they are interned now. Memory "
            "fell from 410 to 96 MB on the same file. The benchmark is in `benches/load.rs`.",
        ),
        Task(
            "Shell completion",
            "Write completions for bash, zsh and fish, generated from the command "
            "definitions so that they cannot go stale.",
            "src/complete.rs",
            "`tidepool completions fish` prints them, built from the same table that parses the arguments. A "
            "test fails if a command has no description.",
        ),
        Task(
            "Property tests for the parser",
            "I do not trust the little parser for tide expressions. Can you attack it?",
            "src/parser.rs",
            "It fell over on `--3` and on 4,000 nested brackets. Both are errors with a position now. "
            "Parsing what we print gives the same tree back, for 100,000 random trees.",
        ),
    ),
)

ORCHARD = Project(
    "orchard-notes",
    "/home/dev/play/orchard-notes",
    "python",
    ("apple", "graft", "ladder", "blossom", "crate", "cider", "wasp", "season"),
    ("trunk",),
    (
        Task(
            "Search while typing",
            "Let me search my orchard notes as I type. Old notes have odd encodings.",
            "notes/search.py",
            "Search answers within a few milliseconds for your 3,100 notes. Eleven of them were in an old "
            "encoding; they are read as they were meant, and the files on disk are unchanged.",
        ),
        Task(
            "Harvest summary",
            "Make a one-page summary of the harvest for my uncle. He likes tables and big letters.",
            "notes/harvest.py",
            "One page, large type, a table by variety and one sentence in words: “The russets did best, the "
            "early apples suffered in the late frost.” It prints well in black and white.",
        ),
        Task(
            "Watering reminders",
            "Remind me to water the young trees unless it rained in the last two days.",
            "notes/reminders.py",
            "The reminder comes at seven unless more than 4 mm fell in 48 hours. If the weather is unknown "
            "it reminds you anyway and says why.",
        ),
    ),
)

KITE = Project(
    "kite-jobs",
    "/home/dev/work/kite-jobs",
    "python",
    ("kite", "string", "gust", "reel", "knot", "field", "flight", "tail"),
    ("main", "retry-budget"),
    (
        Task(
            "Retries that do not pile up",
            "When the mail service is down our retries make it worse. Give "
            "each job a retry budget, with jitter.",
            "kite/retry.py",
            "Jobs retry with full jitter and stop when a tenth of recent work has been retries. In the "
            "simulation a ten-minute outage recovers in forty seconds instead of eleven minutes.",
        ),
        Task(
            "Stuck job report",
            "I need a morning report of jobs that started and never finished, grouped by "
            "the step they are stuck in.",
            "kite/report.py",
            "The report goes out at eight. It names the step, how long, and the last line the job wrote. "
            "Three jobs have been waiting for the same lock since Tuesday, by the way.",
        ),
        Task(
            "Flaky test on Fridays",
            "`test_weekly_roundup` fails on Fridays after 17:00. Please do not just mark it flaky.",
            "kite/roundup.py",
            "It is a real bug: the roundup took the week of the server's clock, not of the team. After 17:00 "
            "here it is Saturday there. The test freezes the clock and covers both sides.",
        ),
        Task(
            "Drop the old queue table",
            "Remove the old queue table. It must be possible to roll back for a week.",
            "kite/migrations/0042_old_queue.py",
            "Two steps: this release stops writing and renames the table, the next one drops it. Rolling "
            "back renames it again. I checked that nothing reads the old name.",
        ),
    ),
)

MOSS = Project(
    "moss-garden",
    "/home/dev/play/moss-garden",
    "typescript",
    ("moss", "stone", "lamp", "path", "fern", "gate", "pond", "drizzle"),
    ("main",),
    (
        Task(
            "A garden that grows",
            "I want a tiny web page where moss slowly grows over stones while it is open. No frameworks.",
            "garden/grow.ts",
            "Moss spreads from the shaded edges, a little every second, and rests when the tab is hidden. It "
            "is 140 lines and one canvas. Rain makes it faster.",
        ),
        Task(
            "Sound of drizzle",
            "Add a quiet drizzle sound that never loops audibly.",
            "garden/drizzle.ts",
            "The drizzle is made of filtered noise and single drops at random times, so there is no loop to "
            "hear. It starts only after a click, as browsers want.",
        ),
    ),
    git=False,
)

PROJECTS = (HARBOR, LANTERN, TIDEPOOL, ORCHARD, KITE, MOSS)

FOLLOW_UPS = (
    (
        "Now write a test that would have caught it.",
        "Done: the new test fails on the old code and passes now. It runs in 40 ms.",
    ),
    (
        "Can you make that shorter? I want to read it on a phone.",
        "Twelve lines instead of thirty. The helper is gone; its name was longer than its body.",
    ),
    (
        "What happens if the list is empty?",
        "An empty list gives an empty answer and no error. I added that case to the tests, since you asked.",
    ),
    (
        "Please update the changelog, one line, in plain words.",
        "Added one line under “Unreleased”, written for people who use it and not for us.",
    ),
    (
        "Rename it to something a newcomer would guess.",
        "Renamed everywhere, the documentation included. The old name still works and says what to use.",
    ),
    (
        "Run everything once more before we stop.",
        "All green: 214 tests, the type check and the linter. Nothing left uncommitted.",
    ),
    (
        "Is there anything in here that you are not sure about?",
        "One thing: I assumed that names are unique. If they are not, the second one wins. Shall I check?",
    ),
    (
        "Good. Commit it with a message that says why.",
        "Committed. The message says why in two sentences and names the ticket.",
    ),
    (
        "Explain the trade-off in three sentences.",
        "It is slower to write and faster to read. Reads outnumber writes by about a hundred to one here. If "
        "that ever turns round, the change is in one function.",
    ),
)

THOUGHTS = (
    "I should look at how this is called before changing it; the name says one thing and the tests another.",
    "The simplest explanation is a boundary: something is compared by day where it should be by instant.",
    "Two callers rely on the order, so sorting here is safer than sorting at both of them.",
    "I could cache this, but measuring first is cheap and a cache is one more thing to be wrong.",
    "The error is raised far from where the mistake is made. Better to refuse the input at the door.",
    "There is already a helper that does half of this. I will extend it and not write a second one.",
)
