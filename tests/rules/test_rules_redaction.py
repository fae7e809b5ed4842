"""What looks like a secret is masked, whoever's home is nobody's; words and code stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.rules.redaction import anonymous, masked, shareable, shareable_value

RANDOM = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dF3hJ5"
HEX = "0123456789abcdef0123456789abcdef"


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


KEYS = {
    "GOCSPX-": RANDOM[:28], "xapp-": "1-A012-3456-" + HEX, "SK": HEX, "shpat_": HEX, "shpss_": HEX, "dapi": HEX,
    "lin_api_": RANDOM, "ntn_": RANDOM, "hvs.": RANDOM, "dckr_pat_": RANDOM[:27], "gsk_": RANDOM, "xai-": RANDOM,
    "r8_": RANDOM, "key-": HEX, "glrt-": RANDOM, "whsec_": RANDOM, "sq0csp-": RANDOM, "pplx-": RANDOM, "tskey-": "auth-" + RANDOM,
    "glsa_": RANDOM, "sntrys_": RANDOM, "figd_": RANDOM, "rubygems_": HEX + HEX, "dop_v1_": HEX + HEX, "ATATT": RANDOM,
    "MTA" + RANDOM[:21] + ".": "GabcDe." + RANDOM[:30], "sbp_": HEX + "01234567", "nfp_": RANDOM, "sk_live_": RANDOM,
}  # fmt: skip


@pytest.mark.parametrize("prefix", KEYS)
def test_keys_with_a_prefix_are_masked_wherever_they_stand(prefix: str) -> None:
    key = prefix + KEYS[prefix]
    for around in ("{}", "use {} now", '{{"value": "{}"}}', "X={}", "({})", "a\n{}\nb"):
        shown = masked(around.format(key))
        assert KEYS[prefix][:20] not in shown, shown
        assert "‹" in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Authorization: token abcdef0123", "Authorization: token ‹credential›"),
        ('-H "Authorization: ApiKey abcdefgh"', '-H "Authorization: ApiKey ‹credential›"'),
        ('"authorization": "Token abcdefgh1234"', '"authorization": "Token ‹credential›"'),
        ("Cookie: session=abcdefgh; theme=dark", "Cookie: ‹cookie›"),
        ("Set-Cookie: id=a3fWa; Max-Age=2592000", "Set-Cookie: ‹cookie›"),
        ("curl -u admin:lamplight https://x.org", "curl -u admin:‹password› https://x.org"),
        ("curl -s --user 'bob:two words' x", "curl -s --user 'bob:‹password› words' x"),
        ("curl -X POST \\\n  -u bob:hunter2 https://x", "curl -X POST \\\n  -u bob:‹password› https://x"),
        ("curl 'https://x.org?a=1&b=2' -H 'X: y' -u bob:hunter2", "curl 'https://x.org?a=1&b=2' -H 'X: y' -u bob:‹password›"),
        ("mysql -u root -plamplight db", "mysql -u root -p‹password› db"),
        ("mysqldump -p'two words' db", "mysqldump -p‹password› db"),
        ("sshpass -p lamplight ssh host", "sshpass -p ‹password› ssh host"),
        ("sshpass -p'lamp light' ssh host", "sshpass -p‹password› ssh host"),
        ("redis-cli -a lamplight ping", "redis-cli -a ‹password› ping"),
        ("docker login -u bob -p lamplight reg", "docker login -u bob -p ‹password› reg"),
        ("machine x.org login bob password lamplight", "machine x.org login bob password ‹password›"),
        ("machine x.org\n  login bob\n  password lamplight\n", "machine x.org\n  login bob\n  password ‹password›\n"),
        (f"ENCRYPTION_KEY={HEX}", "ENCRYPTION_KEY=‹secret›"),
        (f"signing_key: '{HEX}'", "signing_key: '‹secret›'"),
        (f'{{"encryptionKey": "{HEX}"}}', '{"encryptionKey": "‹secret›"}'),
        (f"SECRET_KEY_BASE={HEX}{HEX}", "SECRET_KEY_BASE=‹secret›"),
        ("DB_PASSWORD=lamplight", "DB_PASSWORD=‹secret›"),
        ("password: 12345678", "password: ‹secret›"),
        ('password = "lamplight"', 'password = "‹secret›"'),
        ("'password' => 'lamplight'", "'password' => '‹secret›'"),
        ('{\\"password\\": \\"lamplight\\"}', '{\\"password\\": \\"‹secret›\\"}'),
        ("PGPASSWORD=lamplight psql", "PGPASSWORD=‹secret› psql"),
        ("Server=x;Password=lamplight;Port=1", "Server=x;Password=‹secret›;Port=1"),
        ("tool --password lamp4light", "tool --password ‹secret›"),
        ("tool --password=lamplight", "tool --password=‹secret›"),
        ("//registry.npmjs.org/:_authToken=0123abcd-0123-abcd", "//registry.npmjs.org/:_authToken=‹secret›"),
        ("https://x.org/f?sv=1&sig=abcdefghij0123456789%3D", "https://x.org/f?sv=1&sig=‹signature›"),
    ],
)
def test_secrets_are_known_by_where_they_stand(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "token: str", "the password is wrong", "key = os.environ[name]", "max_tokens=4096", "secret: true",
        "input_tokens: 12345678", "sk-learn", "task-force", "api_key=settings.api_key", "monkey: banana12",
        "https://example.org/a@b", "password: str", "password: string;", "connect(password=password)",
        "password = getpass()", "password = input", "password: z.string()", "the password should be strong",
        "Enter your password: required", "user and password from the form", "def f(password=None, token=None):",
        f"cache_key={HEX}", "primary_key: 12", "press any key: 1234", "curl -u user https://x", "curl -L https://x",
        "curl -u $USER:$PASS x", "mysql -p db", "mysql -p$PASS", "mysql -u root -p < dump.sql", "Cookie: yes",
        "the cookie jar", "Authorization: required", "Authorization: Bearer ${TOKEN}", "--token TOKEN", "--password to",
        "machine learning", "docker login -u bob --password-stdin", f"commit {HEX}01234567", "a sk-learn key-value",
        "PWD=/home/x1/y2", "pwd: ~/x", "bypass: 12345", "compass=northwest", 'password: "Please enter one"',
        "dapper", "patient.name", "skip_login -p 80", "password_length: 12345678", "tokens: 12345678",
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
        ("file:///home/mira/x", "file://~/x"),
        ("host:/home/mira/x", "host:~/x"),
        ("PATH=/home/mira/bin:/home/mira/x", "PATH=~/bin:~/x"),
        ("/mnt/c/Users/mira/x and /c/Users/mira", "~/x and ~"),
        ("/var/home/mira/x", "~/x"),
        ('"/home/mira"', '"~"'),
        (r'{"cwd": "C:\\Users\\mira\\x"}', r'{"cwd": "~\\x"}'),
        ("/w/.claude/projects/-Users-mira-work", "/w/.claude/projects/-~-work"),
    ],
)
def test_homes_and_addresses_name_nobody(text: str, shown: str) -> None:
    assert anonymous(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "/tmp/x/home/work/y", "/mnt/data/home/bob/x", "https://x.org/home/page", "http://x.org/Users/list",
        "/srv/root/x", "src/home/index.html", "./home/x", "../home/x", "~/home/x", "x.org/home/page",
        "/api/v1/Users/42", "/opt/Users/x", "a/root/b", "-tmp-x-home-work-y", "/data/var/home/x", "app/Users/Form.tsx",
    ],
)  # fmt: skip
def test_folders_that_are_no_home_stay(text: str) -> None:
    assert anonymous(text) == text


def test_values_are_cleaned_whole() -> None:
    value = {"env": {"DEPLOY_TOKEN": "plainword"}, "cwd": "/home/mira/x", "list": [1, None, "a@b.org"]}
    assert shareable_value(value) == {"env": {"DEPLOY_TOKEN": "‹secret›"}, "cwd": "~/x", "list": [1, None, "‹mail›"]}


@given(st.text(max_size=300))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = shareable(text)
    assert shareable(once) == once
