"""What whoever stages employee files promises: the whole file or nothing of it, and nothing for lines without news."""

from dataclasses import replace

import pytest

from matcher.errors import Conflict, NotFound
from matcher.profiles.evidence import Source
from matcher.profiles.facets import SourceSum, Sums
from matcher.profiles.people import ChannelLoad, Employee, Interval
from matcher.use_cases.ports import ImportRow, Store
from tests.contracts.stored_things import FRAMEWORK, NOW, an_employee, introduce, later, some_evidence, some_sums

SHARE = (0.6, 0.25, 0.025, 0.025, 0.025, 0.025, 0.025, 0.025)
OTHER = (0.025, 0.025, 0.6, 0.25, 0.025, 0.025, 0.025, 0.025)
WEIGHT = 7 / 3


def _row(line: int, employee_id: str, share: tuple[float, ...] | None = None, **changes: object) -> ImportRow:
    return ImportRow(line, an_employee(employee_id, **changes), share)


def _classified(store: Store, *rows: ImportRow, import_id: str = "i-1") -> dict[str, int]:
    with store.writing() as records:
        records.imports.stage(import_id, rows)
    with store.writing() as records:
        return records.imports.classify(import_id, framework=FRAMEWORK)


def _applied(store: Store, import_id: str = "i-1", at: float = 0) -> int:
    with store.writing() as records:
        return records.imports.apply(
            import_id, actor="k1", framework=FRAMEWORK, facet="values", tag_weight=WEIGHT, now=later(at)
        )


def _actions(store: Store, import_id: str = "i-1") -> dict[int, str]:
    with store.reading() as records:
        return {row.line: row.action for row in records.imports.rows(import_id, limit=100)}


def test_the_file_is_kept_until_discarded(store: Store) -> None:
    """A dry run shows what will be applied: the very bytes."""
    content = bytes(range(256)) * 9
    with store.writing() as records:
        records.imports.keep_upload("i-1", content, now=NOW)
        records.imports.stage("i-1", [_row(2, "e-1")])
        kept = records.imports.upload("i-1")
        records.imports.discard("i-1")

    assert kept == content
    with store.reading() as records:
        assert records.imports.rows("i-1", limit=9) == []
        with pytest.raises(NotFound):
            records.imports.upload("i-1")


def test_every_line_is_told_what_happens_with_it(store: Store) -> None:
    """Create, update, skip or error: HR reads this before pressing the button."""
    with store.writing() as records:
        records.employees.put(an_employee("e-same"), now=NOW)
        records.employees.put(an_employee("e-other"), now=NOW)
    counts = _classified(
        store,
        _row(2, "e-new"),
        _row(3, "e-same"),
        _row(4, "e-other", mandate=3),
        ImportRow(5, None, fault="capacity: a whole number from 1 to 50"),
        _row(6, "e-twice"),
        _row(7, "e-twice", name="Bob"),
    )

    assert counts == {"create": 1, "update": 1, "skip": 1, "error": 3}
    assert _actions(store) == {2: "create", 3: "skip", 4: "update", 5: "error", 6: "error", 7: "error"}


def test_errors_are_shown_first_and_the_rest_in_order(store: Store) -> None:
    """Of 50,000 lines the three wrong ones must be on the first page."""
    _classified(store, _row(2, "e-1"), ImportRow(3, None, fault="no id"), _row(4, "e-2"), ImportRow(5, None, fault="x"))

    with store.reading() as records:
        first = records.imports.rows("i-1", limit=3)
        plain = records.imports.rows("i-1", limit=3, errors_first=False)

    assert [(row.line, row.action, row.detail) for row in first] == [
        (3, "error", "no id"),
        (5, "error", "x"),
        (2, "create", ""),
    ]
    assert [(row.line, row.employee_id) for row in plain] == [(2, "e-1"), (3, None), (4, "e-2")]


def test_applied_lines_are_employees(store: Store) -> None:
    """And the mark moves, so that routing sees them with the next contact."""
    with store.writing() as records:
        records.employees.put(an_employee("e-1"), now=NOW)
        mark = records.employees.staff_mark()
    _classified(store, _row(2, "e-1", name="Ánn 👩", skills={"x": 5}), _row(3, "e-2"))

    changed = _applied(store)

    assert changed == 2
    with store.reading() as records:
        changes = records.employees.changes_since(mark, framework=FRAMEWORK)
        assert [record.employee for record in changes.records] == [
            an_employee("e-1", name="Ánn 👩", skills={"x": 5}),
            an_employee("e-2"),
        ]


def test_lines_without_news_and_faulty_lines_change_nothing(store: Store) -> None:
    """The same file again is a night without work."""
    rows = [_row(2, "e-1", SHARE), _row(3, "e-2"), ImportRow(4, None, fault="no id")]
    _classified(store, *rows)
    _applied(store)
    with store.reading() as records:
        mark = records.employees.staff_mark()

    counts = _classified(store, *rows, import_id="i-2")
    changed = _applied(store, "i-2")

    assert counts == {"create": 0, "update": 0, "skip": 2, "error": 1}
    assert changed == 0
    with store.reading() as records:
        assert records.employees.staff_mark() == mark
        assert len(records.profiles.evidence_of("employee", "e-1")) == 1


def test_a_line_with_values_is_a_tag_with_its_origin(store: Store) -> None:
    """An imported colour is HR's word, no measurement, and says where it came from."""
    _classified(store, _row(2, "e-1", SHARE), _row(3, "e-2"))
    _applied(store, at=7)

    with store.reading() as records:
        (tag,) = records.profiles.evidence_of("employee", "e-1")
        stored = records.profiles.get("employee", "e-1", FRAMEWORK, "values")
        nobody = records.profiles.get("employee", "e-2", FRAMEWORK, "values")
    expected = some_evidence(tag.id, occurred_at=later(7), recorded_at=later(7), share=SHARE, weight=WEIGHT, actor="k1")
    assert tag == replace(expected, reason="employee file", detail={}, batch="i-1")
    assert stored is not None
    assert stored.revision == 1
    assert stored.sums == Sums({"hr_tag": SourceSum(tuple(WEIGHT * part for part in SHARE), later(7))})
    assert nobody is None


def test_a_tag_replaces_the_former_tag_and_leaves_other_sources(store: Store) -> None:
    """The employee's own answers outweigh HR; a file must not wipe them out."""
    with store.writing() as records:
        records.employees.put(an_employee("e-1"), now=NOW)
        records.profiles.put("employee", "e-1", FRAMEWORK, "values", some_sums(9.0), expected_revision=0, now=NOW)
    _classified(store, _row(2, "e-1", SHARE))
    _applied(store, at=1)
    counts = _classified(store, _row(2, "e-1", OTHER), import_id="i-2")
    _applied(store, "i-2", at=2)

    assert counts["update"] == 1
    with store.reading() as records:
        stored = records.profiles.get("employee", "e-1", FRAMEWORK, "values")
        log = records.profiles.evidence_of("employee", "e-1")
    tag = SourceSum(tuple(WEIGHT * part for part in OTHER), later(2))
    assert stored is not None
    assert stored.revision == 3
    assert stored.sums == replace(some_sums(9.0), by_source={**some_sums(9.0).by_source, "hr_tag": tag})
    assert [(piece.source, piece.share) for piece in log] == [(Source.HR_TAG, SHARE), (Source.HR_TAG, OTHER)]


def test_a_revoked_tag_is_news_again(store: Store) -> None:
    """What the employee took back does not count as stored."""
    _classified(store, _row(2, "e-1", SHARE))
    _applied(store)
    with store.writing() as records:
        (tag,) = records.profiles.evidence_of("employee", "e-1")
        records.profiles.revoke(tag.id, now=later(1), actor="e-1")

    counts = _classified(store, _row(2, "e-1", SHARE), import_id="i-2")

    assert counts["update"] == 1


WORKDAY = (Interval(540, 1020), Interval(1980, 2460))
CHANGES: dict[str, object] = {
    "name": None,
    "team": "south",
    "languages": ("fr",),
    "skills": {"x": 5},
    "mandate": 3,
    "capacity": 9,
    "channels": {"chat": ChannelLoad(1, 4)},
    "hours": (Interval(0, 60),),
    "active": False,
    "attributes": {"trait:desk": "A4"},
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_field_alone_is_news_and_is_taken_over(store: Store, name: str) -> None:
    """What a file says is what holds afterwards, also of hours and of someone who left."""
    new = replace(an_employee("e-1", hours=WORKDAY), **{name: CHANGES[name]})
    with store.writing() as records:
        records.employees.put(an_employee("e-1", hours=WORKDAY), now=NOW)
    counts = _classified(store, ImportRow(2, new))
    _applied(store)
    again = _classified(store, ImportRow(2, new), import_id="i-2")

    assert (counts["update"], again["skip"]) == (1, 1)
    with store.reading() as records:
        assert records.employees.get("e-1") == new


@pytest.mark.parametrize("hours", [None, (), WORKDAY])
def test_hours_of_every_kind_go_in_and_are_known_again(store: Store, hours: tuple[Interval, ...] | None) -> None:
    """Always, never, and a week: the three differ, and none is news twice."""
    others = [other for other in (None, (), WORKDAY) if other != hours]
    for number, other in enumerate(others):
        with store.writing() as records:
            records.employees.put(an_employee("e-1", hours=other), now=NOW)
        counts = _classified(store, _row(2, "e-1", hours=hours), import_id=f"i-{number}")
        _applied(store, f"i-{number}")
        again = _classified(store, _row(2, "e-1", hours=hours), import_id=f"again-{number}")

        assert (counts["update"], again["skip"]) == (1, 1)
        with store.reading() as records:
            assert records.employees.get("e-1") == an_employee("e-1", hours=hours)


def test_a_field_the_file_does_not_speak_of_stays_as_it_is_now(store: Store) -> None:
    """Who went on leave while a long file was being read must not come back by it."""
    staged = [_row(2, "e-1", mandate=3), _row(3, "e-2", mandate=3), _row(4, "e-3")]
    now = [an_employee("e-1", active=False, hours=(), name="Bo"), an_employee("e-3", active=False, hours=())]
    with store.writing() as records:
        records.imports.stage("i-1", staged)
        for person in now:
            records.employees.put(person, now=NOW)
    with store.writing() as records:
        counts = records.imports.classify("i-1", framework=FRAMEWORK, columns={"mandate"})
        changed = records.imports.apply(
            "i-1", actor="k1", framework=FRAMEWORK, facet="values", tag_weight=WEIGHT, now=NOW, columns={"mandate"}
        )

    assert counts == {"create": 1, "update": 1, "skip": 1, "error": 0}
    assert changed == 2
    with store.reading() as records:
        assert records.employees.get("e-1") == replace(now[0], mandate=3)
        assert records.employees.get("e-2") == an_employee("e-2", mandate=3)
        assert records.employees.get("e-3") == now[1]


def test_a_file_of_ids_alone_changes_nobody(store: Store) -> None:
    """It speaks of nothing."""
    with store.writing() as records:
        records.employees.put(an_employee("e-1"), now=NOW)
        records.imports.stage("i-1", [ImportRow(2, Employee("e-1"))])
        counts = records.imports.classify("i-1", framework=FRAMEWORK, columns=())

    assert counts["skip"] == 1


def test_a_bare_employee_can_be_imported(store: Store) -> None:
    """Only the id is obligatory."""
    _classified(store, ImportRow(2, Employee("e-1")))
    _applied(store)
    again = _classified(store, ImportRow(2, Employee("e-1")), import_id="i-2")

    assert again["skip"] == 1
    with store.reading() as records:
        assert records.employees.get("e-1") == Employee("e-1")


def test_a_failing_apply_leaves_nothing(store: Store) -> None:
    """The file applies whole or not at all."""

    def apply_and_fail() -> None:
        with store.writing() as records:
            records.imports.apply("i-1", actor="k1", framework=FRAMEWORK, facet="values", tag_weight=WEIGHT, now=NOW)
            raise KeyError

    _classified(store, _row(2, "e-1", SHARE), _row(3, "e-2"))
    with pytest.raises(KeyError):
        apply_and_fail()

    with store.reading() as records:
        assert records.employees.page(after=None, limit=9).items == ()
        assert records.profiles.evidence_of("employee", "e-1") == []
        assert records.employees.staff_mark() == (0, 0)


def test_a_line_is_staged_once(store: Store) -> None:
    """Staging a file twice would double every id in it."""

    def stage() -> None:
        with store.writing() as records:
            records.imports.stage("i-1", [_row(2, "e-1")])

    stage()
    with pytest.raises(Conflict):
        stage()


def test_many_lines_with_old_and_new_profiles_are_all_tagged(store: Store) -> None:
    """More lines than one batch holds, some of them of people with answers of their own."""
    number, known = 2_300, range(0, 2_300, 40)
    with store.writing() as records:
        for index in known:
            introduce(records, "employee", f"e-{index}")
            records.profiles.put(
                "employee", f"e-{index}", FRAMEWORK, "values", some_sums(1.0), expected_revision=0, now=NOW
            )
    counts = _classified(store, *(_row(index + 2, f"e-{index}", SHARE) for index in range(number)))
    changed = _applied(store)

    assert (counts["create"], counts["update"], changed) == (number - len(known), len(known), number)
    with store.reading() as records:
        staff = records.employees.changes_since(None, framework=FRAMEWORK).records
    tagged = [record for record in staff if record.values is not None and "hr_tag" in record.values.by_source]
    surveyed = [record for record in tagged if record.values is not None and "survey" in record.values.by_source]
    assert (len(tagged), len(surveyed)) == (number, len(known))
