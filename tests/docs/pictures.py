"""The picture of the tour through profiles, of somebody who does not exist.

`python -m tests.docs.pictures` draws it anew, as `klik profiles plot` would have drawn it on that day.
"""

import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial

from PIL import Image

from api.commands.profile_picture import draw
from api.settings import load_settings
from api.wiring import assemble
from matcher.profiles.framework import VALUES
from matcher.profiles.people import EMPLOYEE, Employee, Who
from matcher.profiles.questionnaire import Answer
from matcher.profiles.tags import Tag
from matcher.use_cases.answer_form import Submission, answer_form
from matcher.use_cases.contest_tag import contest_tag
from matcher.use_cases.read_profile_history import ProfileStory, read_profile_story
from matcher.use_cases.tag_employee import tag_employee
from models.memory import MemoryStore
from tests.docs.pages import ROOT

PICTURE = ROOT / "docs" / "how" / "images" / "profiel-anouk.png"
ANOUK = Employee("m-anouk", name="Anouk Verhoeven", team="Klantzorg")
# Best and worst by item: what she answers on the page, and the other half of the form.
FIRST = {"S01": "db", "S02": "bd", "S03": "da", "S04": "ba", "S05": "bd", "S06": "cb", "S07": "dc", "S08": "ba"}
SECOND = {"S09": "cd", "S10": "bc", "S11": "bd", "S12": "ba", "S13": "ca", "S14": "ad", "S15": "ba", "S16": "bc"}
COLOURS = 32
INSTEAD = Tag(dominant="blue", secondary="green")


def story() -> ProfileStory:
    """A year of Anouk's: eight answers, a tag of HR's that she contests, and the other eight answers."""
    klik = assemble(load_settings({"KLIK_HOME": tempfile.gettempdir()}), MemoryStore())
    framework, new_id = klik.framework, partial(next, _ids())
    with klik.store.writing() as records:
        records.employees.put(ANOUK, now=_month(2))
        answer_form(records, framework, *_of_anouk(FIRST), actor="key:anouk", now=_month(2), new_id=new_id)
        tag_employee(
            records, framework, ANOUK.id, Tag(dominant="red"),
            revision=1, actor="key:hr", reason="Jaargesprek", now=_month(4), new_id=lambda: "tag",
        )  # fmt: skip
        contest_tag(
            records, framework, ANOUK.id, "tag",
            reason="Dat was één zware week", statement=INSTEAD, actor="key:anouk", now=_month(6), new_id=new_id,
        )  # fmt: skip
        answer_form(records, framework, *_of_anouk(SECOND), actor="key:anouk", now=_month(10), new_id=new_id)
        return read_profile_story(records, framework, ANOUK.id, facet=VALUES, now=_month(12))


def _of_anouk(chosen: Mapping[str, str]) -> tuple[Who, str, Submission]:
    answers = tuple(Answer(item, best=pair[0], worst=pair[1]) for item, pair in chosen.items())
    return EMPLOYEE, ANOUK.id, Submission("staff", "nl", answers)


def _ids() -> Iterator[str]:
    return (f"e-{number}" for number in range(1000))


def _month(month: int) -> datetime:
    return datetime(2026, month, 1, tzinfo=UTC)


def main() -> None:
    """Draw the picture where the page looks for it."""
    PICTURE.parent.mkdir(exist_ok=True)
    draw(story(), PICTURE, language="nl")
    with Image.open(PICTURE) as drawn:
        few = drawn.convert("RGB").quantize(COLOURS)  # it is grey on white: a third of the size, and looks the same
    few.save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
