"""The public pages and the examples in them."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Example:
    """A fenced block: its language, its text, and the line on which the text begins."""

    page: Path
    language: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class CurlCall:
    """What a curl command sends. `upload` names the file of `--data-binary @file`.

    The answer goes through the shell command `pipe`, if there is one, and into `variable`, if one is named.
    """

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    upload: str | None = None
    variable: str | None = None
    pipe: str | None = None


def pages() -> list[Path]:
    """Every Markdown page for people: those beside README.md and those under docs/."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def page_name(path: Path) -> str:
    """The page's path inside the project."""
    return str(path.relative_to(ROOT))


def examples(page: Path, *languages: str) -> list[Example]:
    """The page's fenced blocks in these languages, or all of them."""
    text = page.read_text(encoding="utf-8")
    return [
        Example(page, match[1], match[2], text.count("\n", 0, match.start(2)) + 1)
        for match in FENCE.finditer(text)
        if not languages or match[1] in languages
    ]


def curl_calls(example: Example) -> Iterator[CurlCall]:
    """Every curl command of a shell example."""
    commands = re.split(r"\n(?=\S)", example.text.replace("\\\n", " "))
    for command in commands:
        kept = re.fullmatch(r"(\w+)=\$\((curl\s.*)\)\s*", command, re.DOTALL)
        variable, line = (kept[1], kept[2]) if kept else (None, command)
        line, _, pipe = line.partition(" | ")
        found = re.search(r"\bcurl\s", line)
        if found:
            call = _parsed(shlex.split(line[found.end() :].strip()))
            yield replace(call, variable=variable, pipe=pipe or None)


def calls_with_answers(page: Path) -> Iterator[tuple[CurlCall, str | None]]:
    """Every curl command of a page from top to bottom, with the JSON that the page shows as its answer.

    That is a `json` block after a block of commands, with no other block between: the last command's answer.
    """
    every = examples(page)
    for example, following in zip_longest(every, every[1:]):
        calls = list(curl_calls(example)) if example.language == "sh" else []
        is_answered = following is not None and following.language == "json"
        for place, call in enumerate(calls, start=1):
            yield call, following.text if following and is_answered and place == len(calls) else None


def _parsed(words: list[str]) -> CurlCall:
    method, url, body, upload = None, "", None, None
    headers: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if word in {"-X", "--request"}:
            method = next(rest)
        elif word in {"-H", "--header"}:
            name, _, value = next(rest).partition(":")
            headers[name.strip()] = value.strip()
        elif word in {"-d", "--data"}:
            body = next(rest)
        elif word == "--data-binary":
            upload = next(rest).removeprefix("@")
        elif word in {"-s", "-i"}:
            continue
        else:
            assert not word.startswith("-"), f"the test does not know curl's {word}"
            url = word
    path = re.sub(r"^https?://[^/]+", "", url)
    return CurlCall(method or ("GET" if body is None and upload is None else "POST"), path, headers, body, upload)
