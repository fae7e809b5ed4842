"""What looks like a secret is masked, whoever's home is nobody's; words and code stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.rules.redaction import anonymous, masked, shareable, shareable_value

RANDOM = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dF3hJ5"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"export ANTHROPIC_API_KEY=sk-ant-api03-{RANDOM}", "export ANTHROPIC_API_KEY=‹Anthropic key›"),
        (f"sk-proj-{RANDOM}", "‹API key›"),
        ("AKIA" + "ABCDEFGH12345678", "‹AWS key›"),
        (f"git clone https://me:ghp_{RANDOM}@example.org/x", "git clone https://me:‹GitHub token›@example.org/x"),
        (f"token ghp_{RANDOM}", "token ‹GitHub token›"),
        ("AIza" + "SyA1234567890abcdefghijklmnopqrstuv", "‹Google key›"),
        ("xoxb-123456789012-abcdef", "‹Slack token›"),
        ("Authorization: Bearer abcdefghij0123456789", "Authorization: Bearer ‹credential›"),
        ('{"password": "hunter2-and-more"}', '{"password": "‹secret›"}'),
        ("DB_PASSWORD=Tr0ub4dor&3", "DB_PASSWORD=‹secret›"),
        ("postgres://app:s3cr3t@db/x", "postgres://app:‹password›@db/x"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nafter", "‹private key›\nafter"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl", "‹private key›"),
    ],
)
def test_secrets_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "token: str", "the password is wrong", "key = os.environ[name]", "max_tokens=4096", "secret: true",
        "input_tokens: 12345678", "sk-learn", "task-force", "api_key=settings.api_key", "monkey: banana12",
        "https://example.org/a@b",
    ],
)  # fmt: skip
def test_words_and_code_stay(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/mira/work/a.py", "~/work/a.py"),
        ("/Users/Mira.K/x", "~/x"),
        (r"C:\Users\mira\x", r"~\x"),
        ("/root/.ssh and /rootless", "~/.ssh and /rootless"),
        ("-home-mira-work", "-~-work"),
        ("mail mira@example.org now", "mail ‹mail› now"),
    ],
)
def test_homes_and_addresses_name_nobody(text: str, shown: str) -> None:
    assert anonymous(text) == shown


def test_values_are_cleaned_whole() -> None:
    value = {"env": {"DEPLOY_TOKEN": "plainword"}, "cwd": "/home/mira/x", "list": [1, None, "a@b.org"]}
    assert shareable_value(value) == {"env": {"DEPLOY_TOKEN": "‹secret›"}, "cwd": "~/x", "list": [1, None, "‹mail›"]}


@given(st.text(max_size=300))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = shareable(text)
    assert shareable(once) == once
