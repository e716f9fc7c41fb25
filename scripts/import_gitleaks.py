#!/usr/bin/env python3
"""Makes src/decision/redact/rules.json out of the rules of gitleaks.

Usage: python3 scripts/import_gitleaks.py BUILTIN_RULES.json > src/decision/redact/rules.json

The input is gitleaks' default configuration (MIT, licence beside the output) in the JSON form that the crate
`keyspoor` 0.1.4 carries as src/builtin_rules.json: gitleaks v8.30.1, source commit
83d9cd684c87d95d656c1458ef04895a7f1cbd8e, with the braces escaped that Rust's regex crate wants escaped.

What is changed, and why:
- DROPPED rules are left out, each with a reason.
- The lazy prefix `[\\w.-]{0,50}?` goes: it never decides whether a rule matches, and costs most of the time.
- A secret may be followed by anything that cannot be part of it, not only by a quote or white space: redaction has
  to see it in `f(x=SECRET)` and in `SECRET, other` too.
- `context` marks the rules that know a secret only by the vendor's name before it. remit asks of those that a word
  such as key, token or secret stands there as well, since hashes and ids stand beside vendor names too.
"""
import json
import sys

PUBLIC = "names an account or is meant to be public"
OWN = "remit has a rule of its own that sees more"
DROPPED = {
    "generic-api-key": OWN,
    "curl-auth-header": OWN,
    "curl-auth-user": OWN,
    "private-key": OWN,
    "kubernetes-secret-yaml": OWN,
    "hashicorp-tf-password": OWN,
    "sidekiq-sensitive-url": OWN,
    "adobe-client-id": PUBLIC,
    "asana-client-id": PUBLIC,
    "bitbucket-client-id": PUBLIC,
    "discord-client-id": PUBLIC,
    "flutterwave-public-key": PUBLIC,
    "linkedin-client-id": PUBLIC,
    "lob-pub-api-key": PUBLIC,
    "looker-client-id": PUBLIC,
    "mailgun-pub-key": PUBLIC,
    "messagebird-client-id": PUBLIC,
    "new-relic-user-api-id": PUBLIC,
    "plaid-client-id": PUBLIC,
    "sendbird-access-id": PUBLIC,
    "sumologic-access-id": PUBLIC,
}
REPLACED = {
    # Any git SHA beside the word `sourcegraph` would count.
    "sourcegraph-access-token": r"(?i)\b(sgp_(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{40})\b",
    # Bounded, and shorter passwords too.
    "nuget-config-password": r'(?i)<add key="(?:(?:ClearText)?Password)"\s{0,9}value="([^"]{1,500})"',
    # The whole value, not only its first letters.
    "aws-amazon-bedrock-api-key-short-lived": r"bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t[\w+/=-]*",
}
# Secrets that no group holds as a whole.
WHOLE = {"jwt-base64", "microsoft-teams-webhook"}
# Lists of keys that were once published. They look like keys, and those who guard repositories think so too.
UNLISTED = {"gcp-api-key"}
# A JSON Web Token starts with `{"`; the keyword `ey` stands in every second word.
KEYWORDS = {"jwt": ["eyj"]}
PREFIX = r"[\w.-]{0,50}?"
CONTEXT = r"(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)"
END = r"""(?:[\x60'"\s;]|\\[nr]|$)"""
END_HERE = r"(?:[^0-9A-Za-z_-]|$)"
# Present in every rule of that file: gitleaks' global list. remit has its own.
GLOBAL = "(?i)^true|false|null$"


def main():
    rules = []
    for rule in json.load(open(sys.argv[1], encoding="utf-8"))["rules"]:
        name, pattern = rule["id"], rule["pattern"]
        if name in DROPPED:
            continue
        pattern = REPLACED.get(name, pattern.replace(PREFIX, "").replace(END, END_HERE))
        allow = [
            expression
            for part in rule["allowlist"]
            if GLOBAL not in part["regexes"] and part["target"] == "secret"
            for expression in part["regexes"]
        ]
        entry = {"id": name, "regex": pattern, "keywords": KEYWORDS.get(name, rule["keywords"])}
        if rule["min_entropy"]:
            entry["entropy"] = rule["min_entropy"]
        if name in WHOLE:
            entry["group"] = 0
        elif rule["secret_group"]:
            entry["group"] = rule["secret_group"]
        if CONTEXT in pattern:
            entry["context"] = True
        if allow and name not in UNLISTED:
            entry["allow"] = allow
        rules.append(entry)
    print("[")
    print(",\n".join(json.dumps(rule, ensure_ascii=True) for rule in rules))
    print("]")


main()
