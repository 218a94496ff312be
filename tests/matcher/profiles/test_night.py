"""A study of the surveyed: flat in memory, the same whatever the pages, blind to what earlier nights decided."""

import numpy as np
import pytest

from matcher.profiles import night
from matcher.profiles.facets import SourceSum, Sums
from matcher.profiles.night import Study, Surveyed
from tests.matcher.profiles.evidence_builders import NOW, VALUES


def people(number: int, *, seed: int = 1) -> list[Surveyed]:
    """People whose hr_tag tells their first category, or one drawn by chance, as often."""
    rng = np.random.default_rng(seed)
    made = []
    for place in range(number):
        share = rng.dirichlet(np.full(8, 0.8))
        tag = tuple(2.3 * part for part in np.eye(8)[share.argmax() if rng.random() < 0.5 else rng.integers(8)])
        survey = tuple((8 * share).tolist())
        sums = Sums({"survey": SourceSum(survey, NOW), "hr_tag": SourceSum(tag, NOW)})
        made.append(Surveyed(f"p{place}", sums, tuple(rng.multinomial(8, share).tolist()), f"s{place % 3}"))
    return made


def test_pages_do_not_matter() -> None:
    """The size of a page is a matter of memory and must not be one of results."""
    everyone = people(300)
    whole, paged = Study(VALUES, NOW), Study(VALUES, NOW)
    whole.add(everyone)
    for start in range(0, 300, 37):
        paged.add(everyone[start : start + 37])
    paged.add([])

    one, other = whole.findings(), paged.findings()

    assert one.segments == other.segments
    assert one.sources["hr_tag"].measured is not None
    assert one.sources["hr_tag"].validity == pytest.approx(other.sources["hr_tag"].validity)


def test_beyond_a_number_people_are_drawn_and_the_finding_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred thousand people must not take ten times the memory of ten thousand for an interval no one could use."""
    everyone = people(3_000)
    whole = Study(VALUES, NOW)
    whole.add(everyone)
    monkeypatch.setattr(night, "MOST_COMPARED", 800)
    drawn = Study(VALUES, NOW)
    for start in range(0, 3_000, 500):
        drawn.add(everyone[start : start + 500])

    one, other = whole.findings().sources["hr_tag"], drawn.findings().sources["hr_tag"]

    assert 300 < other.subjects <= 800
    assert one.measured is not None
    assert other.measured is not None
    assert other.measured.interval[0] < one.measured.value < other.measured.interval[1]


def test_a_source_once_found_worthless_is_measured_all_the_same() -> None:
    """Were it measured by the caps in force, a cap of 0 would leave nothing to measure, for ever."""
    study = Study(VALUES, NOW)
    study.add(people(200))

    assert study.findings().sources["hr_tag"].measured is not None
    assert "outcome" not in study.judged
