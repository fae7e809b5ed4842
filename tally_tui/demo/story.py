"""Text for the demo's logs: code, searches, test runs and prose, made from a project's own words."""

from __future__ import annotations

from tally_tui.demo.dice import Dice
from tally_tui.demo.tales import FOLLOW_UPS, PROJECTS, THOUGHTS, Project

_SUFFIX = {"python": ".py", "typescript": ".ts", "rust": ".rs"}

_CODE = {
    "python": (
        "def {verb}_{a}({b}: {B}, limit: int = {n}) -> list[{A}]:\n"
        '    """The {a}s of a {b}, nearest first; none when the {b} is closed."""\n'
        "    if not {b}.open:\n        return []\n"
        "    found = [{a} for {a} in {b}.{a}s if {a}.weight <= limit]\n"
        "    return sorted(found, key=lambda {a}: {a}.distance)\n",
        '@dataclass(frozen=True)\nclass {A}:\n    """One {a}, as the {b} office writes it down."""\n\n'
        "    name: str\n    {b}: str\n    weight: int = {n}\n\n"
        "    def beside(self, other: {A}) -> bool:\n        return abs(self.weight - other.weight) < {m}\n",
    ),
    "typescript": (
        "export function {verb}{A}({b}: {B}, limit = {n}): {A}[] {{\n"
        "  // A closed {b} has no {a}s to show.\n  if (!{b}.open) return [];\n"
        "  return {b}.{a}s\n    .filter(({a}) => {a}.weight <= limit)\n"
        "    .sort((one, other) => one.distance - other.distance);\n}}\n",
        "export interface {A} {{\n  name: string;\n  {b}: string;\n  weight: number;\n}}\n\n"
        'export const empty{A}: {A} = {{ name: "{a}", {b}: "none", weight: {n} }};\n',
    ),
    "rust": (
        "pub fn {verb}_{a}({b}: &{B}, limit: u32) -> Vec<&{A}> {{\n"
        "    let mut found: Vec<_> = {b}.{a}s.iter().filter(|{a}| {a}.weight <= limit).collect();\n"
        "    found.sort_by_key(|{a}| {a}.distance);\n    found\n}}\n",
        "/// One {a}, as seen from the {b}.\n#[derive(Debug, Clone, PartialEq)]\npub struct {A} {{\n"
        "    pub name: String,\n    pub {b}: String,\n    pub weight: u32, // at most {n}\n}}\n",
    ),
}
_VERBS = ("find", "gather", "sort", "pick", "list", "check")


class Story:
    """A teller with its own chance: every text it gives belongs to one project."""

    def __init__(self, dice: Dice, project: Project) -> None:
        self.dice = dice
        self.project = project

    def noun(self) -> str:
        return self.dice.choice(self.project.nouns)

    def file(self) -> str:
        """A path inside the project, relative."""
        task = self.dice.choice(self.project.tasks)
        if self.dice.chance(0.6):
            return task.file
        folder = task.file.rsplit("/", 1)[0]
        return f"{folder}/{self.noun()}_{self.noun()}{_SUFFIX[self.project.language]}"

    def snippet(self) -> str:
        """One function or type."""
        a, b = self.dice.sample(self.project.nouns, 2)
        return self.dice.choice(_CODE[self.project.language]).format(
            a=a,
            b=b,
            A=a.title(),
            B=b.title(),
            verb=self.dice.choice(_VERBS),
            n=self.dice.randrange(3, 900),
            m=self.dice.randrange(2, 40),
        )

    def source(self, size: int) -> str:
        """A source file of about `size` characters."""
        parts: list[str] = []
        length = 0
        while length < size:
            part = self.snippet()
            parts.append(part)
            length += len(part) + 1
        return "\n".join(parts)

    def listing(self, size: int) -> str:
        """What a search prints: path, line, text."""
        lines: list[str] = []
        length = 0
        while length < size:
            line = (
                f"{self.file()}:{self.dice.randrange(1, 700)}:{self.dice.choice(self.snippet().splitlines())}"
            )
            lines.append(line)
            length += len(line) + 1
        return "\n".join(lines)

    def test_run(self, size: int) -> str:
        """What a test runner prints; mostly passes."""
        lines: list[str] = []
        length = 0
        while length < size:
            word = "FAILED" if self.dice.chance(0.03) else "PASSED"
            line = (
                f"tests/test_{self.noun()}.py::test_{self.noun()}_{self.noun()}_{self.dice.hexes(3)} {word}"
            )
            lines.append(line)
            length += len(line) + 1
        failed = sum(line.endswith("FAILED") for line in lines)
        return "\n".join(
            [*lines, f"===== {failed} failed, {len(lines) - failed} passed in {len(lines) / 90:.2f}s ====="]
        )

    def prose(self, size: int) -> str:
        """Paragraphs of about `size` characters, from what agents said in any project."""
        parts: list[str] = []
        length = 0
        while length < size:
            part = self.dice.choice(self.dice.choice(PROJECTS).tasks).answer
            parts.append(part)
            length += len(part) + 2
        return "\n\n".join(parts)

    def thought(self) -> str:
        return self.dice.choice(THOUGHTS)

    def follow_up(self) -> tuple[str, str]:
        return self.dice.choice(FOLLOW_UPS)

    def answer(self, words: str) -> str:
        """An answer as agents lay it out: the point first, then perhaps code or a list."""
        kind = self.dice.random()
        if kind < 0.3:
            return f"{words}\n\n```{self.project.language}\n{self.snippet()}```"
        if kind < 0.5:
            points = "\n".join(f"- `{self.file()}` — {self.noun()} and {self.noun()}" for _ in range(3))
            return f"{words}\n\nFiles touched:\n\n{points}"
        if kind < 0.58:
            rows = "\n".join(f"| {self.noun()} | {self.dice.randrange(10, 900)} ms |" for _ in range(3))
            return f"## What changed\n\n{words}\n\n| step | time |\n|---|---:|\n{rows}"
        return words
