"""What is exported can be imported again, and no spreadsheet computes it on the way."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.files.export import employees_csv
from api.files.people import employee_rows
from api.schemas.text import IDENTIFIER, BadText, clean_key, clean_line
from matcher.profiles.channels import CHANNELS
from matcher.profiles.people import ChannelLoad, Employee, Interval
from matcher.profiles.protected import is_protected_trait
from tests.api.files.builders import framework, stream


def exported(employees: list[Employee]) -> bytes:
    return b"".join(employees_csv(lambda: [(one, None) for one in employees], framework().values.dims))


def again(employees: list[Employee]) -> list[Employee]:
    return employee_rows(stream(exported(employees)), framework()).values()


def cleaned(clean: object) -> object:
    def keep(text: str) -> bool:
        try:
            return clean(text) == text  # type: ignore[operator]  # either of the two cleaners
        except BadText:
            return False

    return keep


LETTERS = st.characters(codec="utf-8", exclude_categories=("Cs",))
TEXTS = st.text(LETTERS, min_size=1, max_size=20) | st.sampled_from(
    [
        "=1+1",
        "+31 6 1234",
        "-5",
        "@home",
        "'=x",
        "''-x",
        "'quoted'",
        "12",
        "1.5",
        "true",
        "FALSE",
        '"',
        '"x"',
        "a;b,c",
        "1,5",
        " x ",
    ]
)
LINES = TEXTS.filter(cleaned(clean_line))
SLOTS = st.integers(1, 50)
KEYS = (TEXTS | st.sampled_from(["a|b", "a\\", "\\|", "x=y", "wants:calm", "has:pace"])).filter(cleaned(clean_key))
NAMES = KEYS.filter(lambda name: not is_protected_trait(name) and name == name.strip())
NUMBERS = st.floats(-1e9, 1e9, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-290).map(lambda x: x + 0.0)
VALUES = LINES | st.booleans() | st.integers(-(10**9), 10**9) | NUMBERS


@st.composite
def hours(draw: st.DrawFn) -> tuple[Interval, ...]:
    ends = sorted(draw(st.sets(st.integers(0, 10_080), max_size=8)))
    return tuple(Interval(a, b) for a, b in zip(ends[::2], ends[1::2], strict=False))


EMPLOYEES = st.builds(
    Employee,
    id=st.from_regex(r"\A[A-Za-z0-9._:@-]{1,12}\Z").filter(IDENTIFIER.fullmatch),
    name=st.none() | LINES,
    team=st.none() | LINES,
    languages=st.lists(st.sampled_from(["nl", "en", "de-AT", "fy"]), unique=True).map(tuple),
    skills=st.dictionaries(KEYS, st.integers(1, 5), max_size=3),
    mandate=st.integers(0, 3),
    capacity=st.integers(1, 50),
    channels=st.dictionaries(
        st.sampled_from(CHANNELS),
        st.builds(ChannelLoad, st.integers(1, 50), st.none() | st.integers(1, 50)),
        max_size=3,
    ),
    hours=st.none() | hours(),
    active=st.booleans(),
    attributes=st.dictionaries(NAMES, VALUES, max_size=3),
)


@given(st.lists(EMPLOYEES, min_size=1, max_size=3, unique_by=lambda each: each.id))
def test_an_export_reads_back_to_the_same_employees(employees: list[Employee]) -> None:
    """api.md section 2: the export round-trips; whatever HTTP accepts as text, number or truth comes back as it was."""
    assert again(employees) == employees


@given(EMPLOYEES)
def test_no_cell_of_an_export_begins_like_a_formula(employee: Employee) -> None:
    """Bad input 96: a name `=HYPERLINK(…)` must not run on the machine of whoever opens the file."""
    rows = list(csv.reader(io.StringIO(exported([employee]).decode(), newline="")))

    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r")]


def test_the_quote_before_a_formula_is_taken_off_again_once() -> None:
    """A name that begins with a quote and a plus sign of its own keeps them."""
    employees = [
        Employee(id="e1", name="'+31"),
        Employee(id="e2", name="+31"),
        Employee(id="-e3", name="'s Gravesande"),
    ]

    assert again(employees) == employees
    assert b"''+31" in exported(employees)
    assert b",'s Gravesande," in exported(employees)


def test_an_export_of_nobody_is_a_header() -> None:
    """The import of it changes nothing."""
    assert again([]) == []
    assert exported([]).startswith(b"id,name,team,")


def test_an_export_comes_in_pieces() -> None:
    """Memory must not hold the whole staff as text."""
    everyone = [(Employee(id=f"e{n}"), None) for n in range(1200)]

    pieces = list(employees_csv(lambda: everyone, framework().values.dims))

    assert len(pieces) == 3


@pytest.mark.parametrize(
    "minutes", [(0, 1440), (9 * 60, 17 * 60 + 30), (6 * 1440, 7 * 1440), (1380, 1500), (0, 10_080)]
)
def test_hours_read_back_over_midnight_and_to_the_end_of_the_week(minutes: tuple[int, int]) -> None:
    """Midnight has two names; both ends of a night shift must survive."""
    employee = Employee(id="e1", hours=(Interval(*minutes),))

    assert again([employee]) == [employee]
