"""A staff brought up to date by what changed is the staff as read anew."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.profiles.facets import SourceSum, Sums
from matcher.profiles.people import ChannelLoad, Employee, Interval, Presence, PresenceState
from matcher.profiles.staff import EmployeeRecord
from matcher.routing.roster import KEYED, PLAIN, Roster
from models.frameworks import load_framework
from tests.contracts.stored_things import NOW, later

FRAMEWORK = load_framework()
SKILLS, LANGUAGES, CHANNELS = ("billing", "moving", "solar"), ("nl", "en", "tr"), ("phone", "chat", "email")
MINUTES = range(0, 7 * 24 * 60, 300)


def a_record(rng: np.random.Generator, number: int) -> EmployeeRecord:
    """An employee of any kind: with or without skills, hours, presence and values."""
    channels = {name: ChannelLoad(int(rng.integers(1, 4)), _maybe(rng, int(rng.integers(1, 5)))) for name in CHANNELS}
    person = Employee(
        f"e-{number:02}",
        team="north",
        languages=tuple(name for name in LANGUAGES if rng.random() < 0.4),
        skills={name: int(rng.integers(1, 6)) for name in SKILLS if rng.random() < 0.4},
        mandate=int(rng.integers(0, 4)),
        capacity=int(rng.integers(3, 9)),
        channels={name: load for name, load in channels.items() if rng.random() < 0.6},
        hours=_maybe(rng, tuple(Interval(int(a), int(a) + 700) for a in rng.choice(9_000, 2, replace=False))),
        active=bool(rng.random() < 0.9),
    )
    presence = Presence(
        list(PresenceState)[int(rng.integers(4))],
        _maybe(rng, tuple(name for name in CHANNELS if rng.random() < 0.5)),
        _maybe(rng, later(float(rng.integers(1, 900)))),
    )
    values = Sums({"survey": SourceSum(tuple(rng.random(8).tolist()), NOW)})
    return EmployeeRecord(person, _maybe(rng, presence), _maybe(rng, values))


def _maybe(rng: np.random.Generator, one: Any) -> Any:
    return one if rng.random() < 0.6 else None


def told_by(roster: Roster) -> dict[str, Any]:
    """All that rounds ask of a roster, a column without anybody left out."""
    keyed = {f"{name}/{key}": column.tolist() for name in KEYED for key, column in getattr(roster, name).items()}
    hours = [roster.hours.on_duty(minute).tolist() for minute in MINUTES]
    nobody = [0] * len(roster)
    return {
        **{name: column for name, column in keyed.items() if column != nobody},
        **{name: getattr(roster, name).tolist() for name in PLAIN},
        "people": roster.employees,
        "index": dict(roster.index_of),
        "hours": hours,
        "next": [roster.hours.next_among(np.ones(len(roster), bool), minute) for minute in MINUTES],
        "presence": [getattr(roster.presence, name).tolist() for name in ("stated", "available", "until")],
        "values": [getattr(roster.values, name).tolist() for name in ("share", "n_eff", "n_declared")],
    }


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 12), st.data())
def test_a_roster_with_some_people_replaced_is_the_roster_of_everyone_as_they_are_now(
    seed: int, size: int, data: st.DataObject
) -> None:
    """A presence told among thousands must not cost a reading of thousands, nor a wrong contact."""
    rng = np.random.default_rng(seed)
    staff = [a_record(rng, number) for number in range(size)]
    columns = np.array(sorted(data.draw(st.sets(st.integers(0, size - 1), min_size=1))), dtype=np.int64)
    before = Roster.of(staff, FRAMEWORK, at=NOW)
    for column in columns.tolist():
        staff[column] = a_record(rng, column)
    part = Roster.of([staff[column] for column in columns.tolist()], FRAMEWORK, at=NOW)
    kept = told_by(before)
    after = before.replaced(columns, part)

    assert told_by(after) == told_by(Roster.of(staff, FRAMEWORK, at=NOW))
    assert told_by(before) == kept
