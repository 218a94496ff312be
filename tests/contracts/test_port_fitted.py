"""What whoever remembers priors of segments and measured sources promises."""

import pytest

from matcher.errors import Conflict
from matcher.use_cases.ports import Store
from tests.contracts.stored_things import FRAMEWORK, a_calibration, a_prior, later


def test_priors_are_found_by_segment(store: Store) -> None:
    """A match asks for its customers' segments at once."""
    priors = [a_prior("retail"), a_prior("smb", mean=(1 / 3, 2 / 3), strength=0.5, members=50)]
    with store.writing() as records:
        records.segment_priors.replace(FRAMEWORK, "values", priors)

    with store.reading() as records:
        found = records.segment_priors.get_many(FRAMEWORK, "values", ["retail", "smb", "unknown"])
        assert found == {"retail": priors[0], "smb": priors[1]}
        assert records.segment_priors.get_many(FRAMEWORK, "channel", ["retail"]) == {}
        assert records.segment_priors.get_many(FRAMEWORK, "values", []) == {}


def test_a_night_replaces_the_night_before_and_nothing_else(store: Store) -> None:
    """A segment that shrank below 50 must lose its prior."""
    with store.writing() as records:
        records.segment_priors.replace(FRAMEWORK, "values", [a_prior("old"), a_prior("retail")])
        records.segment_priors.replace(FRAMEWORK, "channel", [a_prior("old", facet="channel")])
        records.segment_priors.replace("other@1", "values", [a_prior("old", framework="other@1")])
        fresh = a_prior("retail", members=77, fitted_at=later(86_400))
        records.segment_priors.replace(FRAMEWORK, "values", [fresh])

    with store.reading() as records:
        assert records.segment_priors.get_many(FRAMEWORK, "values", ["old", "retail"]) == {"retail": fresh}
        assert set(records.segment_priors.get_many(FRAMEWORK, "channel", ["old"])) == {"old"}
        assert set(records.segment_priors.get_many("other@1", "values", ["old"])) == {"old"}
    with store.writing() as records:
        records.segment_priors.replace(FRAMEWORK, "values", [])
        assert records.segment_priors.get_many(FRAMEWORK, "values", ["retail"]) == {}


@pytest.mark.parametrize("stray", [a_prior("x", facet="channel"), a_prior("retail")])
def test_priors_of_elsewhere_or_doubled_are_refused_whole(store: Store, stray: object) -> None:
    """They would replace what nobody meant to replace."""

    def replace_by_two() -> None:
        with store.writing() as records:
            records.segment_priors.replace(FRAMEWORK, "values", [a_prior("retail"), stray])

    with pytest.raises(Conflict):
        replace_by_two()

    with store.reading() as records:
        assert records.segment_priors.get_many(FRAMEWORK, "values", ["retail"]) == {}


def test_the_newest_measure_of_each_source_counts(store: Store) -> None:
    """Whichever was written first; what was measured for another facet or framework is of no concern."""
    newest = a_calibration(validity=-0.2, cap=0.0, fitted_at=later(9))
    with store.writing() as records:
        records.calibrations.add([newest, a_calibration(), a_calibration("text", fitted_at=later(1))])
        records.calibrations.add([a_calibration(facet="channel", fitted_at=later(99))])
        records.calibrations.add([a_calibration(framework="other@1", fitted_at=later(99))])
        records.calibrations.add([])

    with store.reading() as records:
        current = records.calibrations.current(FRAMEWORK, "values")
        assert current == {"hr_tag": newest, "text": a_calibration("text", fitted_at=later(1))}
        assert records.calibrations.current(FRAMEWORK, "decision_style") == {}


def test_a_measure_is_not_rewritten(store: Store) -> None:
    """The calibration report shows what was in force when."""
    with store.writing() as records:
        records.calibrations.add([a_calibration()])

    def add_again() -> None:
        with store.writing() as records:
            records.calibrations.add([a_calibration(cap=9.0)])

    with pytest.raises(Conflict):
        add_again()
