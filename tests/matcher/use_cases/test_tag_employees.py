"""HR tags many at once: all or nobody, and a whole file can be taken back."""

from collections.abc import Iterable

import pytest

from matcher.errors import Conflict, InvalidInput, NotFound
from matcher.profiles.evidence import Source
from matcher.profiles.facets import rebuild
from matcher.profiles.framework import VALUES
from matcher.profiles.people import EMPLOYEE
from matcher.profiles.tags import Tag, tag_share
from matcher.use_cases.contest_tag import contest_tag
from matcher.use_cases.ports import Records
from matcher.use_cases.read_profile import read_profile
from matcher.use_cases.tag_employee import tag_employee
from matcher.use_cases.tag_employees import TagOrder, TagReport, TagRow, apply_tags, judge_tags, tag_employees
from matcher.use_cases.undo_tags import undo_tags
from models.memory import MemoryStore
from tests.matcher.use_cases.world import FRAMEWORK, NOW, counting_ids, employee, later

BLUE = tag_share(FRAMEWORK.values, "blue")
GREEN = tag_share(FRAMEWORK.values, "green", "yellow")
IDS = counting_ids()


def store_of(*ids: str) -> MemoryStore:
    store = MemoryStore()
    with store.writing() as records:
        for each in ids:
            records.employees.put(employee(each), now=NOW)
    return store


def tagged(
    store: MemoryStore, rows: Iterable[TagRow], *, batch: str = "b-1", at: float = 0, **order: object
) -> TagReport:
    given = list(rows)
    with store.writing() as records:
        return tag_employees(
            records,
            FRAMEWORK,
            lambda: given,
            TagOrder(**order),  # type: ignore[arg-type]  # keyword arguments of a test
            batch=batch,
            actor="hr",
            now=later(at),
            new_id=IDS,
        )


def row(line: int, who: str, share: tuple[float, ...] | None = BLUE, reason: str | None = "seen") -> TagRow:
    return TagRow(line, who, share, reason)


def top(records: Records, who: str) -> str:
    (view,) = read_profile(records, FRAMEWORK, EMPLOYEE, who, facets=[VALUES], now=later(9_999))
    return view.profile.top[0]


def actions(report: TagReport) -> list[tuple[int, str]]:
    return sorted((one.line, one.action) for one in report.rows)


def test_a_file_tags_everyone_it_names_in_one_batch() -> None:
    """Fifty colleagues are tagged in one go, and each tag is as good as one set by hand."""
    store = store_of("e-1", "e-2", "e-3")

    report = tagged(store, [row(2, "e-1"), row(3, "e-2", GREEN)])

    with store.reading() as records:
        assert (report.applied, report.batch, report.counts) == (True, "b-1", {"tag": 2, "skip": 0, "error": 0})
        assert (top(records, "e-1"), top(records, "e-2")) == ("blue", "green")
        (piece,) = records.profiles.evidence_of(EMPLOYEE, "e-2")
        assert (piece.source, piece.share, piece.reason, piece.batch) == (Source.HR_TAG, GREEN, "seen", "b-1")
        assert records.profiles.get(EMPLOYEE, "e-3", FRAMEWORK.name, VALUES) is None


@pytest.mark.parametrize(
    "faulty",
    [
        row(3, "nobody"),
        row(3, "e-1"),
        row(3, "e-2", reason=None),
        TagRow(3, "e-2", None, None, "line 3, column dominant: unknown"),
    ],
)
def test_one_faulty_line_stops_the_file(faulty: TagRow) -> None:
    """Half a file in force is worse than none; each fault names its line and column."""
    store = store_of("e-1", "e-2")

    report = tagged(store, [row(2, "e-1"), faulty])

    assert not report.applied
    assert (3, "error") in actions(report)
    assert all(one.detail.startswith(f"line {one.line}, column ") for one in report.rows if one.action == "error")
    with store.reading() as records:
        assert records.profiles.evidence_of(EMPLOYEE, "e-1") == []


def test_the_sound_lines_may_be_applied_alone() -> None:
    """Whoever asks for it gets the part that can be done, and is told of the rest."""
    store = store_of("e-1")

    report = tagged(store, [row(2, "e-1"), row(3, "nobody")], skip_faulty=True)

    assert (report.applied, actions(report)) == (True, [(2, "tag"), (3, "error")])


def test_of_an_employee_on_two_lines_both_are_faulty() -> None:
    """Which of the two was meant nobody knows, also where they are skipped."""
    store = store_of("e-1", "e-2")

    report = tagged(store, [row(2, "e-1"), row(3, "e-2"), row(4, "e-1", GREEN)], skip_faulty=True)

    assert actions(report) == [(2, "error"), (3, "tag"), (4, "error")]


def test_a_dry_run_tags_nobody() -> None:
    """HR looks first."""
    store = store_of("e-1")

    report = tagged(store, [row(2, "e-1")], dry_run=True)

    assert (report.applied, report.batch, report.counts["tag"]) == (False, None, 1)
    with store.reading() as records:
        assert records.profiles.evidence_of(EMPLOYEE, "e-1") == []


def test_a_line_that_says_nothing_new_is_skipped() -> None:
    """The same file twice leaves one tag, and a list of all staff may have empty lines."""
    store = store_of("e-1", "e-2")
    lines = [row(2, "e-1"), row(3, "e-2", None, None)]
    tagged(store, lines)

    again = tagged(store, lines, batch="b-2", at=60)

    assert (again.applied, again.batch, actions(again)) == (False, None, [(2, "skip"), (3, "skip")])


def test_one_reason_may_stand_for_all_lines_but_not_where_a_tag_was_contested() -> None:
    """Else HR could restore with a general word what an employee took back with a reason."""
    store = store_of("e-1", "e-2")
    tagged(store, [row(2, "e-1"), row(3, "e-2")])
    with store.writing() as records:
        tag = records.profiles.evidence_of(EMPLOYEE, "e-1")[0].id
        contest_tag(records, FRAMEWORK, "e-1", tag, reason="not me", actor="k", now=later(60), new_id=IDS)

    general = tagged(store, [row(2, "e-1", BLUE, None), row(3, "e-2", GREEN, None)], at=90, reason="yearly talk")
    own = tagged(store, [row(2, "e-1", BLUE, "talked it over")], batch="b-3", at=120, reason="yearly talk")

    assert actions(general) == [(2, "error"), (3, "tag")]
    assert "contested" in next(one.detail for one in general.rows if one.line == 2)
    assert own.applied


def test_taking_a_batch_back_brings_the_former_tags_back_and_leaves_later_ones() -> None:
    """The wrong file is mended in one step, without losing what was right before and since."""
    store = store_of("e-1", "e-2", "e-3")
    tagged(store, [row(2, "e-1", GREEN), row(3, "e-2", GREEN)], batch="former")
    tagged(store, [row(2, "e-1"), row(3, "e-2"), row(4, "e-3")], batch="wrong", at=60)
    tagged(store, [row(2, "e-2", tag_share(FRAMEWORK.values, "red"))], batch="later", at=120)

    with store.writing() as records:
        undone = undo_tags(records, FRAMEWORK, "wrong", reason="wrong file", actor="hr", now=later(180))

    assert (undone.revoked, undone.employees) == (3, 3)
    with store.reading() as records:
        assert (top(records, "e-1"), top(records, "e-2")) == ("green", "red")
        for who in ("e-1", "e-2", "e-3"):
            log = records.profiles.evidence_of(EMPLOYEE, who)
            stored = records.profiles.get(EMPLOYEE, who, FRAMEWORK.name, VALUES)
            assert stored is not None
            assert stored.sums == rebuild(log, FRAMEWORK.values)
            assert {one.revoked_reason for one in log if one.batch == "wrong"} == {"wrong file"}


def test_taking_a_batch_back_twice_is_as_good_as_once() -> None:
    """A command that is sent again after a lost reply changes nothing more."""
    store = store_of("e-1")
    tagged(store, [row(2, "e-1")])

    counts = []
    for at in (60, 90):
        with store.writing() as records:
            counts.append(undo_tags(records, FRAMEWORK, "b-1", reason="x", actor="hr", now=later(at)).revoked)
    with store.reading() as records:
        stored = records.profiles.get(EMPLOYEE, "e-1", FRAMEWORK.name, VALUES)

    assert counts == [1, 0]
    assert stored is not None
    assert stored.revision == 2


def test_only_a_batch_of_tags_can_be_taken_back_so_and_only_with_a_reason() -> None:
    """Another batch, of a nightly run, is not HR's to undo; a batch nobody knows is not there."""
    store = store_of("e-1")
    tagged(store, [row(2, "e-1")])

    with store.writing() as records:
        with pytest.raises(NotFound):
            undo_tags(records, FRAMEWORK, "other", reason="x", actor="hr", now=NOW)
        with pytest.raises(InvalidInput):
            undo_tags(records, FRAMEWORK, "b-1", reason="  ", actor="hr", now=NOW)


def test_many_lines_go_in_batches_and_none_is_lost() -> None:
    """Nothing depends on where a thousand lines end."""
    ids = [f"e-{number}" for number in range(2_345)]
    store = store_of(*ids)

    report = tagged(store, [row(line, who) for line, who in enumerate(ids, start=2)])

    assert (report.counts["tag"], len(report.rows), report.rows_left_out) == (2_345, 1_000, 1_345)
    with store.reading() as records:
        assert len(records.profiles.evidence_of_batch("b-1")) == 2_345


def test_a_tag_by_hand_since_stays_the_last_word() -> None:
    """A tag set after the file counts, whatever becomes of the file."""
    store = store_of("e-1")
    tagged(store, [row(2, "e-1")])
    with store.writing() as records:
        tag_employee(
            records, FRAMEWORK, "e-1", Tag("orange"), revision=1, actor="hr", reason="y", now=later(60), new_id=IDS
        )
        undo_tags(records, FRAMEWORK, "b-1", reason="x", actor="hr", now=later(90))

    with store.reading() as records:
        assert top(records, "e-1") == "orange"


def test_a_plan_is_refused_where_the_staff_changed_since() -> None:
    """Someone erased while a long file was read is not brought back by it, and nobody else is tagged either."""
    store = store_of("e-1", "e-2")
    lines = [row(2, "e-1"), row(3, "e-2")]
    with store.reading() as records:
        plan = judge_tags(records, FRAMEWORK, lambda: lines, TagOrder())
    with store.writing() as records:
        records.employees.delete("e-2")

    def apply() -> None:
        with store.writing() as records:
            apply_tags(records, FRAMEWORK, lambda: lines, TagOrder(), plan, batch="b", actor="hr", now=NOW, new_id=IDS)

    with pytest.raises(Conflict):
        apply()

    with store.reading() as records:
        assert records.profiles.evidence_of_batch("b") == []
