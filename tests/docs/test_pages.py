"""What every public page keeps: links that lead somewhere, and words that mean something to a stranger."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import FENCE, ROOT, page_name, pages

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)

REFUSED = {
    "a number in a tracker that readers cannot open": re.compile(r"(?<![\w&/])[A-Za-z]+ #\d+\b|\(#\d+\)"),
    "a path of somebody's machine": re.compile(r"(?<![\w.~])/(work|root|home|Users|tmp|opt)/"),
    "something unfinished": re.compile(r"\b(TODO|FIXME|TBD|XXX|lorem ipsum)\b", re.IGNORECASE),
    "a word that the glossary replaces": re.compile(r"\baffinity_score\b|\bhelpdesk agent\b", re.IGNORECASE),
}


@pytest.mark.parametrize("page", pages(), ids=page_name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """A broken link is a promise not kept, on the first page that somebody reads."""
    broken = [target for target in LINK.findall(_prose(page)) if not _resolves(page, target)]

    assert broken == []


@pytest.mark.parametrize("page", pages(), ids=page_name)
def test_every_page_speaks_to_a_stranger(page: Path) -> None:
    """A reader has this project and nothing else: no tracker, no machine of ours, no plans."""
    text = page.read_text(encoding="utf-8")
    found = [f"{what}: {match.group()}" for what, word in REFUSED.items() for match in word.finditer(text)]

    assert found == []


@pytest.mark.parametrize("page", pages(), ids=page_name)
def test_every_page_has_one_title(page: Path) -> None:
    """The title is what search and tables of contents show."""
    titles = [line for line in _prose(page).splitlines() if line.startswith("# ")]

    assert len(titles) == 1


def test_every_page_can_be_reached_from_the_readme() -> None:
    """A page that nothing links to is read by nobody and goes stale."""
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        waiting += [
            (page.parent / target.split("#")[0]).resolve() for target in LINK.findall(_prose(page)) if _is_ours(target)
        ]

    assert sorted(page_name(page) for page in set(pages()) - seen) == []


def test_a_planted_fault_would_be_found(tmp_path: Path) -> None:
    """The rules above are only worth their silence if they speak."""
    page = tmp_path / "page.md"
    page.write_text("# A\n\n[gone](nowhere.md) [no part](page.md#nothing) [part](#a) fixed in bug #12, see /root/x\n")

    assert [target for target in LINK.findall(_prose(page)) if not _resolves(page, target)] == [
        "nowhere.md",
        "page.md#nothing",
    ]
    assert sum(bool(word.search(page.read_text())) for word in REFUSED.values()) == 2


def _prose(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def _is_ours(target: str) -> bool:
    return "://" not in target and not target.startswith(("mailto:", "#"))


def _resolves(page: Path, target: str) -> bool:
    if "://" in target or target.startswith("mailto:"):
        return True  # the tests pass without a network
    file, _, part = target.partition("#")
    path = (page.parent / file).resolve() if file else page
    return path.exists() and (not part or path.suffix != ".md" or part in _anchors(path))


def _anchors(page: Path) -> set[str]:
    """Headings as a link names them: small letters, no signs, hyphens for spaces."""
    headings = HEADING.findall(_prose(page))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
