"""Every row of a call log has one fate, and a row that has none is named with its line."""

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.replay_log import COLUMNS, parse_log, read_log
from matcher.errors import InvalidInput, NotFound
from matcher.simulation.history import Fate, History, Logged
from tests.api.replay_days import Row, call, hung_up, log_text, made_up_days


def parsed(*rows: Row, skip_malformed: bool = False) -> History:
    """The rows written as a log and read again."""
    return parse_log(io.StringIO(log_text(rows), newline=""), skip_malformed=skip_malformed)


def only(row: Row) -> Logged:
    """A log of one row."""
    return parsed(row).rows[0]


FATES: dict[str, tuple[Row, Fate]] = {
    "answered": (call(1), Fate.SERVED),
    "answered after a wait": (call(1, waits_s=40), Fate.SERVED),
    "answered for no time at all": (call(1, ser_exit_s=36_000, ser_time=0), Fate.SERVED),
    "answered, times not recorded": (call(1, ser_start_s=0, ser_exit_s=0, ser_time=0), Fate.SERVED_LENGTH_UNKNOWN),
    "answered by nobody named": (call(1, server="NO_SERVER"), Fate.SERVED_UNNAMED),
    "gave up": (hung_up(1), Fate.GAVE_UP),
    "gave up at once": (hung_up(1, waits_s=4), Fate.GAVE_UP_SHORT),
    "gave up on entering the queue": (hung_up(1, waits_s=0), Fate.GAVE_UP_SHORT),
    "hung up in the menu": (hung_up(1, waits_s=0, q_start_s=0, q_exit_s=0), Fate.NEVER_QUEUED),
    "gave up, yet served by nobody": (
        hung_up(1, ser_start_s=36_030, ser_exit_s=36_040, ser_time=10), Fate.GAVE_UP,
    ),
    "phantom": (call(1, outcome="PHANTOM", server="NO_SERVER"), Fate.PHANTOM),
    "a message called back": (call(1, type="TT"), Fate.SERVED),
}  # fmt: skip


@pytest.mark.parametrize("case", FATES)
def test_a_row_meets_the_fate_that_its_cells_tell(case: str) -> None:
    """What counts as a served customer decides every figure of the report."""
    row, fate = FATES[case]

    assert only(row).fate is fate


def test_times_run_on_from_midnight_of_the_first_day() -> None:
    """The second day's ten o'clock is a day after the first's, wherever the row stands in the file."""
    rows = parsed(call(1, 36_000, date="990202"), call(2, 36_000, date="990201", waits_s=25)).rows

    assert [(row.at_s, row.begun_s, row.period) for row in rows] == [(122_400, 122_400, 1), (36_000, 36_025, 0)]


def test_contacts_come_in_order_of_time_whatever_the_order_of_the_file() -> None:
    """The bank's log is ordered by telephone line: a replay in file order would send the evening before the morning."""
    log = parsed(call(1, 50_000), call(2, 40_000), call(3, 45_000))

    assert [one.at_s for one in log.contacts] == [40_000, 45_000, 50_000]
    assert log.oddities["out_of_order"] == 1


@pytest.mark.parametrize(
    ("row", "at_s", "waited_s", "begun_s", "service_s"),
    [
        (call(1, 86_390, ser_exit_s=50), 86_390, 0, 86_390, 60),
        (call(1, 86_380, waits_s=50, q_exit_s=30, ser_start_s=30, ser_exit_s=90), 86_380, 50, 86_430, 60),
        (call(1, 86_396, q_start_s=2, q_exit_s=29, q_time=27, ser_start_s=29, ser_exit_s=89), 86_402, 27, 86_429, 60),
    ],
    ids=["service past midnight", "wait past midnight", "queue entered past midnight"],
)
def test_a_call_over_midnight_keeps_its_length(
    row: Row, at_s: float, waited_s: float, begun_s: float, service_s: float
) -> None:
    """The log's clock starts again at 0: a call of one minute must not last minus a day."""
    one = only(row)

    assert (one.at_s, one.waited_s, one.begun_s, one.service_s) == (at_s, waited_s, begun_s, service_s)


def test_a_service_that_begins_a_second_before_the_queue_ends_keeps_the_logged_wait() -> None:
    """The exchange and the desk have two clocks; half the rows of the real log show it."""
    one = only(call(1, 36_000, waits_s=40, ser_start_s=36_039, ser_exit_s=36_099))

    assert (one.waited_s, one.begun_s) == (40, 36_039)


def test_the_bank_treats_priority_0_and_1_alike_and_customer_0_is_unknown() -> None:
    """Only 2 is a priority customer; ids come as floats."""
    rows = parsed(*(call(number, priority=number, customer_id=f"{number}.0") for number in (0, 1, 2))).rows

    assert [(row.priority, row.customer_id) for row in rows] == [(0, None), (0, "1"), (2, "2")]


MALFORMED: dict[str, tuple[Row, str]] = {
    "negative wait": (hung_up(1, q_exit_s=35_990, q_time=-10), "q_time: it ends 10 s before it starts"),
    "negative time": (call(1, ser_start_s=-5), "ser_start_s: -5 is no second of the day"),
    "length that does not fit": (call(1, ser_time=61), "ser_time: '61' is not the 60 s"),
    "endless service": (call(1, ser_exit_s=70_000, ser_time=34_000), "longer than the 14400 s"),
    "no number": (call(1, vru_exit_s="soon"), "vru_exit_s: 'soon' is no whole number"),
    "unknown outcome": (call(1, outcome="GONE"), "outcome: 'GONE' is none of"),
    "unknown priority": (call(1, priority=7), "priority: '7' is none of"),
    "no date": (call(1, date="1 Feb"), "date: '1 Feb' is no day"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_row_that_cannot_be_used_is_named_with_its_line(case: str) -> None:
    """Among seventeen thousand rows nobody finds it by eye."""
    row, said = MALFORMED[case]
    with pytest.raises(InvalidInput) as refused:
        parsed(call(8), call(9), row)

    assert refused.value.faults[0].detail.startswith("line 4, ")
    assert said in refused.value.faults[0].detail


def test_every_malformed_row_is_told_at_once_or_counted_when_asked() -> None:
    """One fault at a time would take as many runs as there are faults."""
    rows = (call(1), call(2, outcome="GONE"), call(1), call(4, date="never"))
    with pytest.raises(InvalidInput) as refused:
        parsed(*rows)

    assert [fault.pointer for fault in refused.value.faults] == ["/3/outcome", "/4/call_id", "/5/date"]
    assert parsed(*rows, skip_malformed=True).by_fate()[Fate.MALFORMED] == 3


def test_a_file_without_the_columns_of_a_call_log_is_refused_by_name() -> None:
    """The wrong file is the commonest mistake; the message says what the right one looks like."""
    with pytest.raises(InvalidInput, match=r"missing are q_time, server; a call log has vru_line, "):
        parse_log([",".join(column for column in COLUMNS if column not in {"server", "q_time"}) + "\n"])


@pytest.mark.parametrize("text", ["", log_text([]), "\n"], ids=["no byte", "only a header", "only an empty line"])
def test_an_empty_log_is_refused_and_says_where_the_public_one_comes_from(text: str) -> None:
    """A report of nothing would look like a very quiet bank."""
    with pytest.raises(InvalidInput):
        parse_log(text.splitlines(keepends=True))


def test_a_row_with_a_cell_too_few_or_too_many_is_malformed() -> None:
    """A comma inside a name moves every later cell by one: reading on would be guessing."""
    text = log_text([call(1), call(2)]).splitlines(keepends=True)
    for changed in (text[2].replace(",PS", ""), text[2].replace("PS", "PS,PS")):
        with pytest.raises(InvalidInput, match="line 3, columns"):
            parse_log([*text[:2], changed])


def test_days_decades_apart_are_refused() -> None:
    """A single mistyped year would spread two weeks over a lifetime of empty days."""
    with pytest.raises(InvalidInput, match="at most 366"):
        parsed(call(1, date="990201"), call(2, date="090201"))


def test_a_missing_file_says_where_the_public_one_comes_from(tmp_path: Path) -> None:
    """Klik brings no data along; who tries the example must learn where to look."""
    with pytest.raises(NotFound, match="SEE Laboratory"):
        read_log(tmp_path / "calls.csv.gz")


def test_plain_and_packed_files_with_a_byte_order_mark_read_alike(tmp_path: Path) -> None:
    """Spreadsheets write the mark, archives pack the file."""
    content = ("\ufeff" + log_text(made_up_days())).encode()
    (tmp_path / "calls.csv").write_bytes(content)
    (tmp_path / "calls.csv.gz").write_bytes(gzip.compress(content))

    assert read_log(tmp_path / "calls.csv") == read_log(tmp_path / "calls.csv.gz")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("calls.csv.gz", b"no archive", "not_gzip"),
        ("calls.csv.gz", gzip.compress(log_text(made_up_days()).encode())[:-200], "not_gzip"),
        ("calls.csv.gz", gzip.compress(b"x" * 5000)[:12] + b"\xff" * 40, "not_gzip"),
        ("calls.csv", log_text([call(1, server="JOS\xc9")]).encode("latin-1"), "not_utf8"),
        ("calls.csv", b"a\x00b\n", "not_csv"),
    ],
    ids=["not packed", "cut off", "damaged", "another encoding", "binary"],
)
def test_a_file_that_is_no_text_is_refused_for_what_it_is(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    """A damaged download is told apart from a wrong file, and is never a traceback."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInput) as refused:
        read_log(tmp_path / name)

    assert refused.value.faults[0].code in {code, "missing_column"}


cells = st.dictionaries(
    st.sampled_from(COLUMNS),
    st.one_of(st.sampled_from(["", "0", "-1", "HANG", "NO_SERVER", "1e9", "é"]), st.text()),
    max_size=5,
)


@settings(deadline=None)
@given(st.lists(cells, min_size=1, max_size=6))
def test_whatever_stands_in_the_rows_each_has_exactly_one_fate(changes: list[dict[str, str]]) -> None:
    """The fates sum to the rows, for any rows: nothing is lost and nothing is counted twice."""
    rows = [call(0), *(call(number + 1) | change for number, change in enumerate(changes))]
    log = parsed(*rows, skip_malformed=True)

    assert sum(log.by_fate().values()) == log.rows_read == len(rows)
