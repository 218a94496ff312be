"""Every curl command of the pages is performed against the application, as a reader would from top to bottom.

Where a page shows the answer in JSON, shortened, the real one must be so. A refusal is right only where it is shown.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from api.wiring import Klik
from tests.contracts.stored_things import everything_in
from tests.docs.pages import ROOT, CurlCall, calls_with_answers, examples, page_name, pages
from tests.docs.shown import differences

WITH_CURL = [page for page in pages() if any(calls_with_answers(page))]
# What a reader of the page has done before, in the order of the guides.
DONE_BEFORE = {"docs/how/tag-an-employee.md": ["docs/start/five-minutes.md"]}
# Whose key a page means by a variable: the role, and the person where the role is an employee's.
KEYS = {
    "KEY": ("router", None),
    "HR_KEY": ("hr", None),
    "OPERATIONS_KEY": ("operations", None),
    "ANALYST_KEY": ("analyst", None),
    "ANOUK_KEY": ("employee", "m-anouk"),
}
TOUR = ROOT / "docs" / "how" / "rondleiding-profielen.md"


class Reader:
    """Someone who types a page's commands: what they ask, and the variables of their shell."""

    def __init__(self, klik: Klik) -> None:
        from api.app import create_app
        from api.auth import new_key
        from api.wiring import utc_now

        self.klik, self.asker = klik, create_app(klik).test_client()
        self.variables: dict[str, str] = {}
        with klik.store.writing() as records:
            for variable, (role, person) in KEYS.items():
                key, self.variables[variable] = new_key(role, now=utc_now(), person_id=person)
                records.keys.add(key)

    def follow(self, page: Path) -> list[str]:
        """What went otherwise than a reader of the page expects."""
        return [fault for call, shown in calls_with_answers(page) for fault in self._try(call, shown, page)]

    def _try(self, call: CurlCall, shown: str | None, page: Path) -> Iterator[str]:
        headers = {name: _filled(value, self.variables) for name, value in call.headers.items()}
        path = _filled(call.path, self.variables)
        answer = self.asker.open(path, method=call.method, headers=headers, data=_body(call, page))
        text, place = answer.get_data(as_text=True), f"{call.method} {path}"
        if answer.status_code >= 300 and not _is_shown_refusal(shown, answer.status_code):
            yield f"{place} -> {answer.status_code}: {text[:500]}"
            return
        if call.pipe is not None:
            text = _piped(text, call.pipe)
        if call.variable is not None:
            self.variables[call.variable] = text.strip()
        if shown is not None:
            yield from (f"{place}: {difference}" for difference in differences(shown, text))


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """A reader at an application on an empty database of its own."""
    from api.settings import load_settings
    from api.wiring import build

    klik = build(load_settings({"KLIK_HOME": str(tmp_path / "klik")}))
    yield Reader(klik)
    klik.store.close()  # type: ignore[attr-defined]  # the port has no end; what is built here has


@pytest.mark.parametrize("page", WITH_CURL, ids=page_name)
def test_the_curl_commands_of_a_page_succeed(page: Path, reader: Reader) -> None:
    """A first command that is refused is the last one a visitor tries."""
    for former in DONE_BEFORE.get(page_name(page), []):
        assert reader.follow(ROOT / former) == []

    faults = reader.follow(page)

    assert faults == [], "\n".join(faults)


def test_after_the_tour_nothing_is_left_of_anyone(reader: Reader) -> None:
    """Its last step says so; here every row of every table is looked through."""
    assert reader.follow(TOUR) == []
    people = set(re.findall(r"/(?:customers|employees)/([\w-]+)", TOUR.read_text(encoding="utf-8")))

    left = everything_in(reader.klik.store)

    assert len(people) == 3
    assert [person for person in people if person in left] == []


def _filled(text: str, variables: Mapping[str, str]) -> str:
    """The text with the shell's variables put in."""
    return re.sub(r"\$(\w+)", lambda found: variables[found[1]], text)


def _is_shown_refusal(shown: str | None, status: int) -> bool:
    return shown is not None and json.loads(shown).get("status") == status


def _piped(text: str, command: str) -> str:
    """What the rest of the line makes of an answer, in a shell whose Python is the one that runs the tests."""
    environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    run = subprocess.run(["bash", "-c", command], input=text, env=environ, capture_output=True, text=True, check=True)
    return run.stdout


def _body(call: CurlCall, page: Path) -> bytes | None:
    """What is sent; a file is the one that the page shows in a block without a language."""
    if call.upload is not None:
        return examples(page, "")[0].text.encode()
    return None if call.body is None else call.body.encode()
