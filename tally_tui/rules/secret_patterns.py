"""What secrets look like: keys with a prefix of their own, and values that stand where a secret stands."""

from __future__ import annotations

import re
from typing import Final

PRIVATE_KEY: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]*-----|\Z)", re.DOTALL
)
_PREFIXED: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
    # (what it is, words of which one stands in every such text, in lower case, the pattern)
    ("private key", ("putty-user-key-file",), r"PuTTY-User-Key-File-\d.*?(?:Private-MAC: ?[0-9a-f]*|\Z)"),
    ("Anthropic key", ("sk-ant-",), r"\bsk-ant-[A-Za-z0-9_\-]{16,}"),
    ("API key", ("sk-",), r"\bsk-(?:proj-|svcacct-|or-v1-)?[A-Za-z0-9_\-]{20,}"),
    ("AWS key", ("akia",), r"\bAKIA[A-Z0-9]{16}\b"),
    ("AWS key", ("asia",), r"\bASIA[A-Z0-9]{16}\b"),
    ("GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"\bgh[pousr]_[A-Za-z0-9]{30,}"),
    ("GitHub token", ("github_pat_",), r"\bgithub_pat_[A-Za-z0-9_]{30,}"),
    (
        "GitLab token", ("glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-", "glsoat-"),
        r"\bgl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat)-[A-Za-z0-9_\-]{20,}",
    ),
    ("Atlassian token", ("atatt", "atctt", "atbb"), r"\bAT(?:ATT|CTT|BB)[A-Za-z0-9_\-]{24,}=?[A-Za-z0-9]*"),
    ("Google key", ("aiza",), r"\bAIza[A-Za-z0-9_\-]{35}"),
    ("Google token", ("ya29.",), r"\bya29\.[A-Za-z0-9_\-]{20,}"),
    ("Google token", ("1//0",), r"(?<![\w/])1//0[A-Za-z0-9_\-]{30,}"),
    ("Google secret", ("gocspx-",), r"\bGOCSPX-[A-Za-z0-9_\-]{20,}"),
    ("Azure secret", ("8q~",), r"(?<![\w~.\-])[A-Za-z0-9_~.]{3}8Q~[A-Za-z0-9_~.\-]{31,34}"),
    ("Slack token", ("xox", "xapp-"), r"\b(?:xox[abcdeoprs]|xapp)-[A-Za-z0-9\-%/+]{10,}"),
    ("Slack hook", ("hooks.slack.com",), r"https://hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/]{20,}"),
    ("Discord hook", ("/api/webhooks/",), r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d{8,}/[\w\-]{20,}"),
    ("Discord token", (".",), r"\b[MNO][A-Za-z0-9_\-]{22,27}\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{27,40}(?![\w\-])"),
    ("Stripe key", ("_live_", "_test_"), r"\b[rsw]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    ("Stripe secret", ("whsec_",), r"\bwhsec_[A-Za-z0-9+/=]{24,}"),
    ("Square token", ("sq0",), r"\bsq0[a-z]{3}-[A-Za-z0-9_\-]{20,}"),
    ("Shopify token", ("shp",), r"\bshp(?:at|ss|ca|pa|ua)_[A-Fa-f0-9]{32}\b"),
    ("Twilio key", ("sk",), r"SK(?<!\wSK)[0-9a-fA-F]{32}\b"),
    ("SendGrid key", ("sg.",), r"\bSG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,}"),
    ("Mailgun key", ("key-",), r"\bkey-[a-f0-9]{32}\b"),
    ("Mailchimp key", ("-us",), r"\b[a-f0-9]{32}-us\d{1,2}\b"),
    ("npm token", ("npm_",), r"\bnpm_[A-Za-z0-9]{36}"),
    ("PyPI token", ("pypi-",), r"\bpypi-[A-Za-z0-9_\-]{40,}"),
    ("RubyGems key", ("rubygems_",), r"\brubygems_[a-f0-9]{40,}"),
    ("Docker token", ("dckr_",), r"\bdckr_(?:pat|oat)_[A-Za-z0-9_\-]{20,}"),
    ("Databricks token", ("dapi",), r"\bdapi[a-f0-9]{32}(?:-\d+)?\b"),
    ("DigitalOcean token", ("_v1_",), r"\bdo[opr]_v1_[a-f0-9]{40,}"),
    ("Hugging Face token", ("hf_",), r"\bhf_[A-Za-z0-9]{30,}"),
    ("Groq key", ("gsk_",), r"\bgsk_[A-Za-z0-9]{30,}"),
    ("xAI key", ("xai-",), r"\bxai-[A-Za-z0-9]{30,}"),
    ("Replicate token", ("r8_",), r"\br8_[A-Za-z0-9]{30,}"),
    ("Perplexity key", ("pplx-",), r"\bpplx-[A-Za-z0-9]{30,}"),
    ("NVIDIA key", ("nvapi-",), r"\bnvapi-[A-Za-z0-9_\-]{40,}"),
    ("Together key", ("tgp_v1_",), r"\btgp_v1_[A-Za-z0-9_\-]{30,}"),
    ("API key", ("sk_",), r"\bsk_[a-f0-9]{40,}\b"),
    ("Linear key", ("lin_",), r"\blin_(?:api|oauth|wh)_[A-Za-z0-9]{30,}"),
    ("Notion token", ("ntn_",), r"\bntn_[A-Za-z0-9]{30,}"),
    ("Notion token", ("secret_",), r"\bsecret_[A-Za-z0-9]{43}\b"),
    ("Figma token", ("figd_",), r"\bfigd_[A-Za-z0-9_\-]{30,}"),
    ("Airtable token", ("pat",), r"pat(?<!\wpat)[A-Za-z0-9]{14}\.[a-f0-9]{64}\b"),
    ("Postman key", ("pmak-",), r"\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}\b"),
    ("Sentry token", ("sntry",), r"\bsntry[su]_[A-Za-z0-9+/=_\-]{30,}"),
    ("Grafana token", ("glsa_", "glc_"), r"\bgl(?:sa|c)_[A-Za-z0-9_+/=]{30,}"),
    ("New Relic key", ("nrak-",), r"\bNRAK-[A-Z0-9]{27}\b"),
    ("Dynatrace token", ("dt0",), r"\bdt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    ("Vault token", ("hvs.", "hvb.", "hvr."), r"\bhv[sbr]\.[A-Za-z0-9_\-]{20,}"),
    ("Doppler token", ("dp.",), r"\bdp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._\-]{40,}"),
    ("Terraform token", (".atlasv1.",), r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_\-=]{60,}"),
    ("Pulumi token", ("pul-",), r"\bpul-[a-f0-9]{40}\b"),
    ("Tailscale key", ("tskey-",), r"\btskey-[a-z]+-[A-Za-z0-9\-]{16,}"),
    ("Supabase key", ("sbp_", "sb_secret_"), r"\bsb(?:p|_secret)_[A-Za-z0-9_\-]{20,}"),
    ("PlanetScale token", ("pscale_",), r"\bpscale_(?:tkn|pw|oauth)_[A-Za-z0-9_\-.]{30,}"),
    ("Netlify token", ("nfp_",), r"\bnfp_[A-Za-z0-9]{36,}"),
    ("Fly token", ("fo1_", "fm1_", "fm2_"), r"\bf(?:o1|m1|m2)_[A-Za-z0-9+/=_\-]{30,}"),
    ("Telegram token", (":aa",), r"\b[0-9]{8,10}:AA[A-Za-z0-9_\-]{30,}"),
    ("JSON web token", ("eyj",), r"\beyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}"),
    ("age key", ("age-secret-key-",), r"\bAGE-SECRET-KEY-1[A-Z0-9]{50,}"),
)  # fmt: skip
FIRST: Final = {
    ".": re.compile(r"\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{27}"),
    "://": re.compile(r"://[^\s/@\"'<>]{0,300}:[^\s/@\"'<>]{1,200}@"),
}
"""Where a word stands in most texts: what is quickly looked for before its pattern."""
PREFIXED: Final = tuple((name, words, re.compile(pattern, re.DOTALL)) for name, words, pattern in _PREFIXED)
"""Replaced by what they are: `‹GitHub token›`."""
SHORTEST: Final = 15
"""Characters of the shortest of them; none has a space where it begins."""

_CALL: Final = r"""(?:[^\n|;&\\"']|\\[\s\S]|"[^"\n]{0,2000}"|'[^'\n]{0,2000}'){0,500}?"""
"""The rest of a shell command, also over lines that a backslash joins."""
_WORD: Final = r"""(?:"[^"\n]{1,200}"|'[^'\n]{1,200}'|(?=[^\s"'$<{\[(‹\-])[^\s"'|;&]{1,200})"""
_PLACED: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
    # (what it is, words of which one stands in every such text, what stands before it, then the secret)
    ("cookie", ("cookie",),
     r"\b((?:set-)?cookie[\"']?\s{0,3}:\s{0,3}[\"']?)"
     r"([^\s=;:\"'`<>]{1,100}=[^\r\n\"'`]{4,4000})"),
    ("cookie", ("curl",),
     rf"(\bcurl\b{_CALL}\s(?:-b|--cookie)[\s=]*[\"']?)"
     rf"([^\s=;\"'$]{{1,100}}=[^\n\"'$]{{4,2000}})"),
    ("password", ("curl",),
     rf"(\bcurl\b{_CALL}\s(?:-u|-U|--user|--proxy-user)[\s=]*[\"']?[^\s:\"'$]{{1,100}}:)"
     rf"([^\s\"'$]{{1,200}})"),
    ("password", ("mysql", "mariadb"), rf"(\b(?:mysql\w*|mariadb[\w\-]*)\b{_CALL}\s-p)({_WORD})"),
    ("password", ("sshpass",), rf"(\bsshpass\b{_CALL}\s?-p\s*)({_WORD})"),
    ("password", ("redis-cli",), rf"(\bredis-cli\b{_CALL}\s(?:-a|--pass)\s+)({_WORD})"),
    ("password", ("login",),
     rf"(\b(?:docker|podman|helm|oras|skopeo|az|oc)\b{_CALL}\blogin\b{_CALL}\s-p\s*)"
     rf"({_WORD})"),
    ("password", ("mongo", "influx", "ldap", "smbclient", "sqlcmd"),
     rf"(\b(?:mongo\w*|influx|ldap\w+|sqlcmd)\b{_CALL}\s-[pwP]\s+)"
     rf"({_WORD})"),
    ("password", ("pass:",), r"(\s-(?:pass(?:in|out)?|k)\s+[\"']?pass:)([^\s\"'$]{3,200})"),
    ("password", ("machine",),
     r"(\bmachine\s+\S{1,200}(?:\s+(?:login|account)\s+\S{1,200}){0,2}\s+password\s+)"
     r"([^\s‹]\S{0,200})"),
    ("password", ("default login",), r"(\bdefault login\s+\S{1,200}\s+password\s+)([^\s‹]\S{0,200})"),
    ("password", (":5432:", ":*:"),
     r"(?:^|(?<=\n))"
     r"([\w.*\-]{1,200}:(?:5432|\*):[\w*\-]{1,100}:[\w*\-]{1,100}:)([^\s‹:][^\s:]{0,200})(?=\s|\Z)"),
    ("credential", ("authorization",),
     r"(authorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:bearer|basic|token|apikey|api-key|key|digest"
     r"|negotiate|ntlm|bot|aws4-hmac-sha256)\s+)"
     r"([^\s\"'`,;<>{}$‹\\][^\s\"'`<>{}$\\]{5,4000})"),
    ("credential", ("bearer", "basic"), r"\b((?:bearer|basic)\s+)([A-Za-z0-9+/_\-.=~]{16,})"),
    ("signature", ("sig=",), r"([?&]sig=)([A-Za-z0-9%+/=_\-]{20,})"),
    ("signature", ("x-amz-",), r"(\bX-Amz-(?:Signature|Security-Token)=)([A-Za-z0-9%+/=_\-]{20,})"),
    ("password", ("://",), r"\b([a-z][a-z0-9+.\-]{1,20}://[^\s:/@\"'<>]{0,80}:)([^\s/@\"'<>‹]{1,200})(?=@)"),
)  # fmt: skip
PLACED: Final = tuple((name, words, re.compile(pattern, re.IGNORECASE)) for name, words, pattern in _PLACED)
"""Known by what stands before them, which stays."""

_SIGN: Final = r"""(?P<sign>(?:\\?["'])?\s{0,3}(?:=>|:=|=|:)\s{0,3})(?P<quote>(?:\\?["'])?)"""
_VALUE: Final = r"""(?P<value>[^\s"'`,;{}()\[\]<>$\\]{4,200})"""
_NAME: Final = (
    r"(?:password|passwd|passphrase|pwd|pass|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key"
    r"|auth[_-]?key|auth)"
)
# These are matched with text in lower case, which is several times as quick as to match without regard to case.
ASSIGNED: Final = re.compile(rf"(?P<name>{_NAME}[a-z0-9_\-]{{0,20}}){_SIGN}{_VALUE}")
"""A name and what it is set to: both tell whether that is a secret."""
OPTION: Final = re.compile(
    rf"""(?P<name>--?(?:[a-z0-9]{{1,12}}-){{0,3}}{_NAME})(?P<sign>[ ]+)(?P<quote>(?:\\?["'])?){_VALUE}"""
)
HEX_KEY: Final = re.compile(
    rf"(?P<name>key(?:[_\-](?:base|hex|id))?){_SIGN}(?P<value>(?:0x)?[0-9a-f]{{32,200}})(?![\w\-])"
)
ASSIGNING: Final = ("pass", "pwd", "secret", "token", "key", "auth")
PASSWORD_NAME: Final = re.compile(r"(?:--?[a-z0-9\-]*)?(?:password|passwd|passphrase|pwd|pass)\d?")
NO_SECRET_KEY: Final = re.compile(
    r"(?:cache|idempotency|primary|foreign|partition|sort|public|pub|dedup\w*|object|row|lookup|hash|group|routing|react)[_\-]?$"
)
"""What stands before `key` where a hash follows that is no secret."""
NO_PASSWORD: Final = re.compile(
    r"""(?:str|string|text|char|varchar|bool|boolean|int|integer|number|null|none|nil|undefined|true|false|any|object
    |optional|required|default|value|input|hidden|visible|bytes|buffer|secretstr|field|example|changeme|placeholder
    |empty|missing|invalid|incorrect|wrong|unknown|correct|valid|prompt|ignore|ignored|expired|unset|disabled|enabled
    |redacted|masked|and|with|from|your|here|this|that|x+|\*+|\.+|[a-z_]*(?:pass|pwd|secret|token|hash|user|login)[a-z_]*)
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Words that stand for a password and are none."""
