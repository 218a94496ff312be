"""The public pages and the examples in them."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
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
    """What a curl command sends. `upload` names the file of `--data-binary @file`."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    upload: str | None = None


def pages() -> list[Path]:
    """Every Markdown page for people: those beside README.md and those under docs/."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def page_name(path: Path) -> str:
    """The page's path inside the project."""
    return str(path.relative_to(ROOT))


def examples(page: Path, *languages: str) -> list[Example]:
    """The page's fenced blocks in these languages."""
    text = page.read_text(encoding="utf-8")
    return [
        Example(page, match[1], match[2], text.count("\n", 0, match.start(2)) + 1)
        for match in FENCE.finditer(text)
        if match[1] in languages
    ]


def curl_calls(example: Example) -> Iterator[CurlCall]:
    """Every curl command of a shell example."""
    commands = re.split(r"\n(?=\S)", example.text.replace("\\\n", " "))
    for command in commands:
        found = re.search(r"\bcurl\s", command)
        if found:
            yield _parsed(shlex.split(command[found.end() :].strip()))


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
