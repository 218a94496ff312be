"""People who cannot take part change nothing about a round, and are still told of."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.routing import decide, rank
from matcher.routing.eligibility import eligibility_of
from tests.matcher.routing.rounds import NOON, contact, employee, snapshot

SKILLS = ("billing", "moving", "solar")


def staff(rng: np.random.Generator, size: int) -> list:
    """Employees with a skill or two, some busier than others."""
    return [
        employee(
            f"e{i:03}",
            skills={str(rng.choice(SKILLS)): int(rng.integers(1, 6))},
            capacity=int(rng.integers(1, 4)),
            mandate=int(rng.integers(0, 4)),
        )
        for i in range(size)
    ]


def waiting(rng: np.random.Generator, size: int) -> list:
    """Contacts that each ask for a skill."""
    return [
        contact(f"c{i}", skills={str(rng.choice(SKILLS)): int(rng.integers(1, 4))}, priority=int(rng.integers(0, 10)))
        for i in range(size)
    ]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_colleagues_who_are_not_active_change_neither_who_is_served_nor_how_well(seed: int) -> None:
    """A round of a few is the same in a firm of thousands: the others are left out before anything is multiplied."""
    rng = np.random.default_rng(seed)
    present, contacts = staff(rng, 6), waiting(rng, 5)
    absent = [employee(f"a{i:03}", active=False) for i in range(60)]
    few = decide(snapshot(contacts, present), NOON, np.random.default_rng(1))
    many = decide(snapshot(contacts, [*absent, *present]), NOON, np.random.default_rng(1))

    assert many.objective == pytest.approx(few.objective, abs=1e-6)
    assert [one.employee_id is None for one in many.decisions] == [one.employee_id is None for one in few.decisions]


def test_only_those_who_could_take_a_contact_are_multiplied_with_the_contacts() -> None:
    """Two thousand contacts among a hundred thousand absent people once took a quarter of a minute."""
    absent = [employee(f"a{i:03}", active=False) for i in range(300)]
    round_ = snapshot(waiting(np.random.default_rng(1), 5), [*absent, employee("e1", skills={"solar": 5})])
    narrowed, eligibility = eligibility_of(round_, NOON)

    assert eligibility.pairs.shape == (5, 1)
    assert [one.id for one in narrowed.roster.employees] == ["e1"]
    assert narrowed.whole.roster is round_.roster


@pytest.mark.parametrize("joint", [True, False])
def test_the_explanation_counts_everyone_also_those_who_were_left_out(joint: bool) -> None:
    """Operations read there how many of the staff were away and how many lacked the skill."""
    people = [employee("e1", skills={"solar": 5}), employee("e2", skills={"solar": 1}), employee("e3")]
    absent = [employee(f"a{i}", active=False) for i in range(9)]
    round_ = snapshot([contact(skills={"solar": 3})], [*people, *absent], explain="full")
    if joint:
        (decision,) = decide(round_, NOON, np.random.default_rng(1)).decisions
    else:
        (decision,) = rank(round_, NOON, limit=1, turn=1).decisions
    told = next(reason.text for reason in decision.reasons if reason.code == "eligible")

    assert "1 of 12" in told
    assert "9" in told.replace("1 of 12", "")
    assert "2" in told.replace("1 of 12", "")


def test_how_busy_someone_is_is_measured_against_the_whole_staff() -> None:
    """Else the same pair would score differently with every colleague who logs off."""
    busy = employee("e1", capacity=2, free_slots=1, skills={"solar": 5})
    idle = [employee(f"e{i}", capacity=2) for i in range(2, 12)]
    round_ = snapshot([contact(skills={"solar": 3})], [busy, *idle])
    narrowed, _ = eligibility_of(round_, NOON)

    assert len(narrowed.roster) == 1
    assert narrowed.roster.mean_busy_share == pytest.approx(0.5 / 11)
