#!/usr/bin/env python3
"""Chooses the examples of the OpenAPI document from what stories really asked and were answered.

    STORIES_TOLD=/tmp/told.jsonl cargo nextest run -p galleria-tests --test suite -E 'test(embedded)'
    python3 tests/openapi/examples.py openapi.json /tmp/told.jsonl

Of each operation it takes the exchange that says most in not too many words. What it has chosen before stays when nothing
new was told. What no story tells, because it is a secret's or a browser's, is written in by_hand.json, which comes first.
"""

import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
CHOSEN = HERE / "../../crates/edge/src/document/examples.json"
PARTS = ("named", "asked", "status", "answered", "otherwise")
LONGEST = 2500
LONGEST_TEXT = 300
ITEMS = 2
SECRETS = {"access_token", "refresh_token", "ticket", "secret", "client_secret", "token", "key", "public_key"}
NOT_SHOWN = "not-shown"
# What stories try of which no example is to be made.
MISCHIEF = re.compile(
    r"evil|=cmd|\bEve\b|@a\.localhost|\?old|hush|tok_decline| 20 357 |\"because\""
    r"|failed several|not asked from here|could not be reached"
)


def operations(document):
    for path, item in document["paths"].items():
        pattern = re.compile("^" + re.sub(r"\{[^}]+\}", "([^/]+)", path) + "$")
        for method, operation in item.items():
            if method in ("get", "put", "post", "patch", "delete"):
                yield path, pattern, method, operation


def shortened(value):
    if isinstance(value, list):
        return [shortened(one) for one in value[:ITEMS]]
    if isinstance(value, dict):
        return {name: NOT_SHOWN if name in SECRETS and isinstance(one, str) else shortened(one) for name, one in value.items()}
    if isinstance(value, str):
        value = re.sub(r"secret=\w+", f"secret={NOT_SHOWN}", value)
        value = re.sub(r"http(://|%3A//|%3A%2F%2F)(127\.0\.0\.1|(?:[a-z]+\.)?localhost)(:|%3A)\d+", r"https\1partner.example.com", value)
        value = re.sub(r"\ba\.localhost\b", "shop.example.com", value)
        return value if len(value) <= LONGEST_TEXT else value[:LONGEST_TEXT] + "…"
    return value


def worth(exchange):
    length = len(json.dumps([exchange["asked"], exchange["answered"]]))
    sane = not MISCHIEF.search(json.dumps(exchange))
    return (sane, bool(exchange["asked"]), length <= LONGEST, length if length <= LONGEST else -length)


def main(document, told):
    document = json.load(open(document))
    found = {}
    ordered = sorted(operations(document), key=lambda one: one[0].count("{"))
    for line in open(told):
        exchange = json.loads(line)
        path = exchange["path"].split("?")[0]
        if not 200 <= exchange["status"] < 300 or not path.startswith("/api/v1/"):
            continue
        method = exchange["method"].lower()
        for template, pattern, of, operation in ordered:
            match = pattern.match(path) if of == method else None
            if not match:
                continue
            for part in ("asked", "answered"):
                exchange[part] = shortened(exchange[part])
            name = operation["operationId"]
            names = re.findall(r"\{([^}]+)\}", template)
            exchange["named"] = dict(zip(names, match.groups()))
            if operation.get("requestBody") and exchange["asked"] is None:
                break
            if name not in found or worth(exchange) > worth(found[name]):
                found[name] = exchange
            break
    examples = json.loads(CHOSEN.read_text()) | found
    for name, one in json.loads((HERE / "by_hand.json").read_text()).items():
        examples[name] = examples.get(name, {}) | one
    known = {operation["operationId"] for *_, operation in ordered}
    lines = []
    for name, one in sorted(examples.items()):
        if name in known:
            example = {part: one[part] for part in PARTS if one.get(part) not in (None, {})}
            lines.append(f"{json.dumps(name)}: {json.dumps(example, ensure_ascii=False)}")
    CHOSEN.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    missing = [one["operationId"] for *_, one in ordered if one.get("requestBody") and one["operationId"] not in examples]
    print(f"{len(lines)} operations; bodies without an example: {' '.join(missing)}", file=sys.stderr)


main(*sys.argv[1:])
