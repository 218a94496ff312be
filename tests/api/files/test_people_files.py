"""Files of employees and customers become the people they describe, or faults with line and column."""

import pytest

from api.files.people import customer_rows, employee_rows, import_rows
from matcher.errors import InvalidInput
from matcher.profiles.people import ChannelLoad, Employee, Interval
from matcher.use_cases.ports import ImportRow
from tests.api.files.builders import framework, stream


def employee_of(header: str, line: str) -> Employee:
    (employee,) = employee_rows(stream(f"{header}\n{line}\n"), framework()).values()
    return employee


def faults_of(header: str, line: str) -> list[tuple[str, str]]:
    (read,) = employee_rows(stream(f"{header}\n{line}\n"), framework())
    return [(fault.pointer, fault.detail) for fault in read.faults]


def test_every_column_of_an_employee_file_is_read() -> None:
    """The columns are the contract (api.md section 9), with hours, active and most at once beside them."""
    employee = employee_of(
        "id,name,team,languages,skills,mandate,capacity,channels,hours,active,trait:hobby,trait:years,wants:calm,has:pace",
        "e1,Jan de Wit,North,nl|en-GB,billing=4|sales=2,2,6,phone=3|chat=1:2,mon 09:00-12:30|fri 22:00-sat 06:00,false,"
        "chess,12,0.4,1",
    )

    assert employee == Employee(
        id="e1",
        name="Jan de Wit",
        team="North",
        languages=("nl", "en-GB"),
        skills={"billing": 4, "sales": 2},
        mandate=2,
        capacity=6,
        channels={"phone": ChannelLoad(3), "chat": ChannelLoad(1, 2)},
        hours=(Interval(540, 750), Interval(4 * 1440 + 1320, 5 * 1440 + 360)),
        active=False,
        attributes={"hobby": "chess", "years": 12, "wants:calm": 0.4, "has:pace": 1.0},
    )


def test_an_empty_cell_is_as_if_its_column_were_not_there() -> None:
    """Half-filled spreadsheets are the rule."""
    header = "id,name,team,languages,skills,mandate,capacity,channels,hours,active,value:red,trait:x,wants:y"

    assert employee_of(header, "e1,,,,,,,,,,,,") == Employee(id="e1")


def test_value_shares_are_scaled_to_one_and_missing_systems_are_zero() -> None:
    """Bad input 32 and 33: a sum within 0.01 of 1 is rounding; seven of eight systems say that the eighth is 0."""
    red, blue = framework().values.index("red"), framework().values.index("blue")
    rows = employee_rows(stream("id;value:red;value:blue\ne1;0,6;0,405\n"), framework())
    (row,) = import_rows(rows, framework())

    assert row.value_share is not None
    assert row.value_share[red] == pytest.approx(0.6 / 1.005)
    assert row.value_share[blue] == pytest.approx(0.405 / 1.005)
    assert sum(row.value_share) == pytest.approx(1.0)
    assert row.employee == Employee(id="e1")


BAD_CELLS = {
    ("id", "a b"): "/2/id",
    ("id", "é1"): "/2/id",
    ("id", "x" * 129): "/2/id",
    ("id", "."): "/2/id",
    ("id", ".."): "/2/id",
    ("capacity", "0"): "/2/capacity",
    ("capacity", "51"): "/2/capacity",
    ("capacity", "3.0"): "/2/capacity",
    ("capacity", "1_000"): "/2/capacity",
    ("capacity", "١٢"): "/2/capacity",
    ("mandate", "4"): "/2/mandate",
    ("skills", "billing=6"): "/2/skills",
    ("skills", "billing"): "/2/skills",
    ("skills", "billing=1|billing=2"): "/2/skills",
    ("skills", "__proto__=1"): "/2/skills",
    ("channels", "fax=1"): "/2/channels",
    ("channels", "chat=1:0"): "/2/channels",
    ("languages", "Dutch"): "/2/languages",
    ("languages", "nl|nl"): "/2/languages",
    ("hours", "09:00-17:00"): "/2/hours",
    ("hours", "mon 17:00-09:00"): "/2/hours",
    ("hours", "mon 09:00-24:01"): "/2/hours",
    ("active", "perhaps"): "/2/active",
    ("name", "x" * 201): "/2/name",
    ("name", "\u200b"): "/2/name",
    ("name", "abc\u202ecba"): "/2/name",
    ("wants:calm", "much"): "/2/wants:calm",
    ("wants:calm", "nan"): "/2/wants:calm",
    ("wants:calm", "1e999"): "/2/wants:calm",
    ("value:red", "-0.1"): "/2/value:red",
    ("value:red", "3"): "/2/value:red",
    ("trait:x", '"open'): None,
    ("trait:x", '"open\\"'): "/2/trait:x",
}


@pytest.mark.parametrize(("column", "text"), BAD_CELLS)
def test_a_cell_that_cannot_be_read_is_told_with_line_and_column(column: str, text: str) -> None:
    """Bad input 22-34 and 43-47, as a file brings it."""
    quoted = '"' + text.replace('"', '""') + '"'
    header, line = ("id,name", f"{quoted},Jan") if column == "id" else (f"id,{column}", f"e1,{quoted}")
    expected = BAD_CELLS[column, text]
    told = faults_of(header, line)

    assert [pointer for pointer, _ in told] == ([] if expected is None else [expected])
    assert all(detail.startswith(f"line 2, column {column}: ") for _, detail in told)


def test_every_fault_of_a_line_is_told_at_once() -> None:
    """One round of mending, not four."""
    told = faults_of("id,mandate,capacity,skills", "e 1,9,0,billing")

    assert {pointer for pointer, _ in told} == {"/2/id", "/2/mandate", "/2/capacity", "/2/skills"}


def test_a_bad_line_becomes_a_row_with_its_fault_and_the_next_one_is_read() -> None:
    """Bad input 97: the report tells each line; the import is refused as a whole only afterwards."""
    rows = employee_rows(stream("id,capacity\ne1,0\ne2,3\n"), framework())
    first, second = import_rows(rows, framework())

    assert (first.line, first.employee) == (2, None)
    assert first.fault is not None
    assert "line 2, column capacity" in first.fault
    assert second == ImportRow(3, Employee(id="e2", capacity=3))


def test_an_unknown_value_system_is_refused_with_the_names_there_are() -> None:
    """Bad input 31: exact names only; `Red` may be a typing error or another framework's."""
    with pytest.raises(InvalidInput) as refused:
        employee_rows(stream("id,value:Red,value:\u0412lue\n"), framework())

    assert [fault.code for fault in refused.value.faults] == ["unknown_value_system", "unknown_value_system"]
    assert "red" in refused.value.faults[0].detail


def test_traits_of_protected_grounds_are_left_out_with_a_warning() -> None:
    """GDPR article 9: religion must not steer a match, whoever's spreadsheet holds it."""
    rows = employee_rows(stream("id,trait:religion,trait:hobby,has:gender\ne1,x,chess,1\n"), framework())
    (employee,) = rows.values()

    assert employee.attributes == {"hobby": "chess"}
    assert len(rows.warnings) == 2
    assert "trait:religion" in rows.warnings[0]


def test_a_customer_file_gives_values_channels_and_traits() -> None:
    """The batch commands match on it; whoever states a profile there vouches for the consent."""
    header = "id,language,segment,tier,value:red,value:green,channel:chat,channel:phone,trait:owner"
    rows = customer_rows(stream(f"{header}\nc1,nl,home,gold,0.25,0.75,0.5,0.5,true\nc2,,,,,,,,\n"), framework())
    first, second = rows.values()

    assert (first.language, first.segment, first.tier) == ("nl", "home", "gold")
    assert first.attributes == {"owner": True}
    assert first.allows_values
    assert first.profile is not None
    assert first.profile.values is not None
    assert first.profile.values.share["green"] == pytest.approx(0.75)
    assert first.profile.channel is not None
    assert first.profile.channel.share["chat"] == pytest.approx(0.5)
    assert second.profile is None
    assert not second.allows_values


def test_reading_all_values_of_a_file_with_bad_lines_tells_the_first_hundred_faults() -> None:
    """A file with a wrong column has as many faults as lines; nobody reads 200,000 of them."""
    content = "id,capacity\n" + "".join(f"e{n},0\n" for n in range(300))

    with pytest.raises(InvalidInput) as refused:
        employee_rows(stream(content), framework()).values()

    assert len(refused.value.faults) == 100
