"""What employees may do about their own profile, and what the log keeps of it."""

import pytest

from matcher.errors import Conflict, InvalidInput, NotFound
from matcher.profiles.evidence import Source
from matcher.profiles.framework import VALUES
from matcher.profiles.history import Action, Step
from matcher.profiles.people import EMPLOYEE
from matcher.profiles.tags import Tag
from matcher.use_cases.add_evidence import add_evidence
from matcher.use_cases.contest_tag import contest_tag
from matcher.use_cases.hide_profile import hide_profile, profile_is_hidden
from matcher.use_cases.ports import Records
from matcher.use_cases.read_contested_tags import read_contested_tags
from matcher.use_cases.read_profile import read_profile
from matcher.use_cases.read_profile_history import read_profile_history, read_profile_story
from matcher.use_cases.tag_employee import tag_employee
from models.memory import MemoryStore
from tests.matcher.use_cases.world import FRAMEWORK, NOW, claim, counting_ids, employee, later


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    with store.writing() as records:
        records.employees.put(employee("e-1"), now=NOW)
        records.employees.put(employee("e-2"), now=NOW)
    return store


IDS = counting_ids()


def tag(records: Records, dominant: str, *, revision: int, at: float, reason: str = "seen") -> str:
    """HR tags e-1; the tag's id."""
    said = Tag(dominant)
    tag_employee(
        records, FRAMEWORK, "e-1", said, revision=revision, actor="key:hr", reason=reason, now=later(at), new_id=IDS
    )
    return max(records.profiles.evidence_of(EMPLOYEE, "e-1"), key=lambda piece: piece.recorded_at).id


def contest(records: Records, tag_id: str, *, at: float, statement: Tag | None = None, who: str = "e-1") -> None:
    contest_tag(
        records,
        FRAMEWORK,
        who,
        tag_id,
        reason="not me",
        statement=statement,
        actor="key:own",
        now=later(at),
        new_id=IDS,
    )


def share(records: Records, dim: str) -> float:
    (view,) = read_profile(records, FRAMEWORK, EMPLOYEE, "e-1", facets=[VALUES], now=later(999))
    return view.profile.share[FRAMEWORK.values.index(dim)]


def test_a_contested_tag_counts_no_more_and_the_employees_own_word_does(store: MemoryStore) -> None:
    """Nobody has to be sorted under what others think of them."""
    prior = FRAMEWORK.values.prior_mean[FRAMEWORK.values.index("red")]
    with store.writing() as records:
        first = tag(records, "red", revision=0, at=0)
        contest(records, first, at=60, statement=Tag("green"))

    with store.reading() as records:
        tagged, own = sorted(records.profiles.evidence_of(EMPLOYEE, "e-1"), key=lambda piece: piece.recorded_at)
        assert (tagged.is_contested, tagged.revoked_by, tagged.revoked_reason) == (True, "employee:e-1", "not me")
        assert (own.source, own.reason) == (Source.SELF_TAG, "not me")
        assert share(records, "red") < prior
        assert share(records, "green") > FRAMEWORK.values.prior_mean[FRAMEWORK.values.index("green")]


def test_contesting_twice_is_as_good_as_once(store: MemoryStore) -> None:
    """A tap that is sent again adds no second word."""
    with store.writing() as records:
        first = tag(records, "red", revision=0, at=0)
        contest(records, first, at=60, statement=Tag("green"))
        contest(records, first, at=90, statement=Tag("blue"))

    with store.reading() as records:
        assert len(records.profiles.evidence_of(EMPLOYEE, "e-1")) == 2
        assert share(records, "green") > share(records, "blue")


def test_an_own_word_is_kept_where_hr_took_the_tag_back_first(store: MemoryStore) -> None:
    """Both acted at once; what the employee said is not lost."""
    with store.writing() as records:
        first = tag(records, "red", revision=0, at=0)
        records.profiles.revoke(first, now=later(30), actor="key:hr")
        contest(records, first, at=60, statement=Tag("green"))

    with store.reading() as records:
        sources = [piece.source for piece in records.profiles.evidence_of(EMPLOYEE, "e-1")]
        assert sources == [Source.HR_TAG, Source.SELF_TAG]


def test_only_a_tag_of_hrs_about_oneself_can_be_contested(store: MemoryStore) -> None:
    """An own word is replaced by a new one; another's tag is as if it were not there; a reason is owed."""
    with store.writing() as records:
        first = tag(records, "red", revision=0, at=0)
        add_evidence(records, FRAMEWORK, EMPLOYEE, "e-1", claim(), actor="k", now=later(10), new_id=IDS)
        word = next(p.id for p in records.profiles.evidence_of(EMPLOYEE, "e-1") if p.source is Source.SELF_TAG)
        with pytest.raises(Conflict):
            contest(records, word, at=60)
        with pytest.raises(NotFound):
            contest(records, first, at=60, who="e-2")
        with pytest.raises(NotFound):
            contest(records, "none", at=60)
        with pytest.raises(InvalidInput) as refused:
            contest(records, first, at=60, statement=Tag("pink"))
        assert refused.value.faults[0].code == "unknown_value_system"
        with pytest.raises(InvalidInput):
            contest_tag(records, FRAMEWORK, "e-1", first, reason=" ", actor="k", now=later(60), new_id=IDS)

    with store.reading() as records:
        assert not any(piece.revoked_at for piece in records.profiles.evidence_of(EMPLOYEE, "e-1"))


def test_hr_sees_contested_tags_and_whether_it_tagged_anew(store: MemoryStore) -> None:
    """A contest is a message to HR; restoring the tag does not hide it, and the report tells no shares."""
    with store.writing() as records:
        first = tag(records, "red", revision=0, at=0)
        contest(records, first, at=60)
        before = read_contested_tags(records, FRAMEWORK, limit=10).items
        tag(records, "red", revision=2, at=120, reason="talked it over")
        after = read_contested_tags(records, FRAMEWORK, limit=10).items

    assert [(one.employee_id, one.contest_reason, one.is_tagged_anew) for one in before] == [("e-1", "not me", False)]
    assert [(one.evidence_id, one.is_tagged_anew) for one in after] == [(first, True)]
    assert "share" not in type(after[0]).__slots__


def test_the_history_tells_every_step_and_what_came_of_it(store: MemoryStore) -> None:
    """Who said what, when, why, who took it back, and what the profile was each time: also the restored tag."""
    with store.writing() as records:
        first = tag(records, "red", revision=0, at=0)
        contest(records, first, at=60, statement=Tag("green"))
        tag(records, "red", revision=3, at=120, reason="talked it over")
        page = read_profile_history(records, FRAMEWORK, "e-1", facet=VALUES, limit=10)
        (now,) = read_profile(records, FRAMEWORK, EMPLOYEE, "e-1", facets=[VALUES], now=later(120))

    told = [(step.number, step.event.action, step.event.actor, step.event.reason) for step in page.steps]
    assert told == [
        (1, Action.RECORDED, "key:hr", "seen"),
        (2, Action.CONTESTED, "employee:e-1", "not me"),
        (3, Action.RECORDED, "key:own", "not me"),
        (4, Action.RECORDED, "key:hr", "talked it over"),
    ]
    profiles = [step.profile for step in page.steps]
    assert profiles[1].share == pytest.approx(FRAMEWORK.values.prior_mean)
    assert profiles[1].n_eff == 0
    assert profiles[3].share == pytest.approx(now.profile.share, abs=1e-9)
    assert page.next_after is None


def test_the_history_comes_page_by_page_as_it_comes_whole(store: MemoryStore) -> None:
    """Nothing depends on where a page ends, also right before a step back."""
    with store.writing() as records:
        ids = [
            tag(records, dim, revision=number, at=60 * number) for number, dim in enumerate(("red", "blue", "green"))
        ]
        contest(records, ids[1], at=90)
        contest(records, ids[2], at=400)
        whole = read_profile_history(records, FRAMEWORK, "e-1", facet=VALUES, limit=99).steps
        paged: list[Step] = []
        after = 0
        for _ in whole:
            page = read_profile_history(records, FRAMEWORK, "e-1", facet=VALUES, after=after, limit=1)
            paged += page.steps
            after = page.next_after or 99
        beyond = read_profile_history(records, FRAMEWORK, "e-1", facet=VALUES, after=99, limit=5)

    assert [step.event for step in paged] == [step.event for step in whole]
    shares, expected = ([one for step in steps for one in step.profile.share] for steps in (paged, whole))
    assert shares == pytest.approx(expected, abs=1e-9)
    assert beyond == type(beyond)((), None)


def test_an_employee_hides_and_shows_their_profile_and_nothing_else_changes(store: MemoryStore) -> None:
    """The gate closes; the log, the profile and the person stay."""
    with store.writing() as records:
        tag(records, "red", revision=0, at=0)
        before = read_profile(records, FRAMEWORK, EMPLOYEE, "e-1", now=later(99))
        states = [hide_profile(records, "e-1", hidden=wish, actor="k", now=NOW) for wish in (True, True)]
        assert profile_is_hidden(records, "e-1")
        (record,) = (
            one
            for one in records.employees.changes_since(None, framework=FRAMEWORK.name).records
            if one.employee.id == "e-1"
        )
        assert record.values is None
        assert read_profile(records, FRAMEWORK, EMPLOYEE, "e-1", now=later(99)) == before
        states.append(hide_profile(records, "e-1", hidden=False, actor="k", now=NOW))
        assert not profile_is_hidden(records, "e-1")
        with pytest.raises(NotFound):
            hide_profile(records, "nobody", hidden=True, actor="k", now=NOW)

    assert states == [True, True, False]


def test_the_story_for_a_picture_is_whole(store: MemoryStore) -> None:
    """Drawn from one consistent read; someone unknown, or a side nobody has, is refused."""
    with store.writing() as records:
        tag(records, "red", revision=0, at=0)
        story = read_profile_story(records, FRAMEWORK, "e-1", facet=VALUES, now=NOW)
        with pytest.raises(NotFound):
            read_profile_story(records, FRAMEWORK, "nobody", facet=VALUES, now=NOW)
        with pytest.raises(InvalidInput):
            read_profile_story(records, FRAMEWORK, "e-1", facet="mood", now=NOW)

    assert (story.employee.id, len(story.events), story.is_hidden) == ("e-1", 1, False)
