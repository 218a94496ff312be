"""Reading the call log of a bank (Technion SEE Lab's layout), one row a call, as CSV or gzipped CSV."""

import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import TextIO

from matcher.errors import Fault, InvalidInput, NotFound, invalid
from matcher.simulation.history import Fate, History, Logged

COLUMNS = (
    "vru_line", "call_id", "customer_id", "priority", "type", "date", "vru_entry_s", "vru_exit_s", "vru_time",
    "q_start_s", "q_exit_s", "q_time", "outcome", "ser_start_s", "ser_exit_s", "ser_time", "server",
)  # fmt: skip
OUTCOMES = ("AGENT", "HANG", "PHANTOM")  # the log's own words: served, hung up, to be ignored
NOBODY = "NO_SERVER"
ODD = {"": "odd"}  # marks a row with more or fewer cells than the header
DAY_S = 86_400
MIDNIGHT_SLACK_S = 43_200  # an exit more than half a day before its start lies on the next day
MAX_WAIT_S = 7_200  # two hours: the longest wait and
MOST_DAYS = 366
MAX_SERVICE_S = 14_400  # four hours: the longest service taken for real; more is a slip of the log's clock
WHERE_FROM = (
    "The public log of the anonymous bank (call-centre data of 1999) is offered by the Technion's SEE Laboratory for "
    "academic use; Klik does not bring it along. Give the path of your copy."
)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """A row's clock: seconds of the day and durations, with what passed midnight straightened."""

    at_s: int
    waited_s: int
    queued: bool
    begun_s: int | None
    service_s: int | None


class _RowError(ValueError):
    """Why a row cannot be used: the column and a sentence."""

    def __init__(self, column: str, detail: str) -> None:
        self.column, self.detail = column, detail
        super().__init__(detail)


def read_log(path: Path, *, skip_malformed: bool = False, short_s: int = 5) -> History:
    """The log at `path`, every row with its fate.

    `skip_malformed` counts rows that cannot be used instead of refusing the file; `short_s` is the wait under which a
    customer who hung up counts as having hung up at once. Rows need not be in order of time.

    Raises NotFound when there is no such file and InvalidInput, with lines, when it is not such a log.
    """
    if not path.is_file():
        raise NotFound(f"There is no call log at {path}. {WHERE_FROM}", path=str(path))
    with _opened(path) as stream:
        return parse_log(stream, skip_malformed=skip_malformed, short_s=short_s)


def parse_log(stream: Iterable[str], *, skip_malformed: bool = False, short_s: int = 5) -> History:
    """The log in the lines of `stream`; see `read_log`."""
    lines = list(_cells(stream))
    dates = _dates(lines)
    if not dates:
        raise invalid("", "empty_file", f"The log holds no call. {WHERE_FROM}")
    first = min(dates.values())
    days = (max(dates.values()) - first).days + 1
    if days > MOST_DAYS:
        raise invalid(
            "", "too_long", f"The log runs over {days:,} days, from {first}; at most {MOST_DAYS} are replayed."
        )
    faults: list[Fault] = []
    oddities: Counter[str] = Counter()
    rows: list[Logged] = []
    first_line: dict[str, int] = {}
    for line, cells in lines:
        try:
            row = _row(line, cells, dates, first, short_s, oddities)
            if first_line.setdefault(row.id, line) != line:
                raise _RowError("call_id", f"{row.id} stands on line {first_line[row.id]} already.")
            rows.append(row)
        except _RowError as fault:
            detail = f"line {line}, {fault.column}: {fault.detail}"
            faults.append(Fault(f"/{line}/{fault.column}", "malformed_row", detail))
            rows.append(Logged(line, f"line-{line}", 0, Fate.MALFORMED))
    if faults and not skip_malformed:
        raise InvalidInput(faults)
    oddities["days"] = len({row.period for row in rows if row.fate is not Fate.MALFORMED})
    oddities["out_of_order"] = _out_of_order(rows)
    return History(tuple(rows), first, days, dict(oddities), len(lines))


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as stream:
                yield stream
        else:
            with path.open(encoding="utf-8-sig", newline="") as stream:
                yield stream
    except UnicodeDecodeError as error:
        raise invalid("", "not_utf8", f"{path} is not UTF-8 text: {error.reason} at byte {error.start}.") from error
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise invalid("", "not_gzip", f"{path} ends in .gz but cannot be unpacked: {error}.") from error


def _cells(stream: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of each row, the header checked first."""
    reader = csv.reader(stream)
    try:
        header = next(reader, None)
        if header is None:
            raise invalid("", "empty_file", f"The log is empty. {WHERE_FROM}")
        _check_header(header)
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, dict(zip(header, row, strict=False)) | ({} if len(row) == len(header) else ODD)
    except csv.Error as error:
        raise invalid("", "not_csv", f"line {reader.line_num}: {error}.") from error


def _check_header(header: list[str]) -> None:
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        detail = f"line 1: missing are {', '.join(missing)}; a call log has {', '.join(COLUMNS)}."
        raise invalid("/1", "missing_column", detail)


def _dates(lines: Iterable[tuple[int, dict[str, str]]]) -> dict[str, date]:
    """The days named in the log; texts that are no day are left to the rows to report."""
    found: dict[str, date] = {}
    for text in {cells.get("date", "") for _, cells in lines}:
        try:
            found[text] = datetime.strptime(text, "%y%m%d").date()  # noqa: DTZ007  # a calendar day has no zone
        except ValueError:
            continue
    return found


def _row(
    line: int, cells: Mapping[str, str], dates: Mapping[str, date], first: date, short_s: int, oddities: Counter[str]
) -> Logged:
    if ODD.keys() & cells.keys():
        raise _RowError("columns", "it has more or fewer cells than the header.")
    day = dates.get(cells.get("date", ""))
    if day is None:
        raise _RowError("date", f"{cells.get('date')!r} is no day written as yymmdd.")
    outcome = cells.get("outcome", "")
    if outcome not in OUTCOMES:
        raise _RowError("outcome", f"{outcome!r} is none of {', '.join(OUTCOMES)}.")
    numbers = _numbers(cells, oddities)
    named = cells.get("server", NOBODY) not in ("", NOBODY)
    fate = _fate(outcome, numbers, named=named, short_s=short_s, oddities=oddities)
    period = (day - first).days
    start = period * DAY_S
    customer = cells["customer_id"].removesuffix(".0")
    return Logged(
        line, f"{cells['vru_line']}-{cells['call_id']}", period, fate,
        kind=cells["type"], customer_id=None if customer in ("", "0") else customer, priority=_priority(cells),
        at_s=float(start + numbers.at_s), waited_s=float(numbers.waited_s),
        begun_s=float(start + numbers.begun_s) if fate is Fate.SERVED and numbers.begun_s is not None else None,
        service_s=float(numbers.service_s) if fate is Fate.SERVED and numbers.service_s is not None else None,
        employee=cells["server"] if named else None,
    )  # fmt: skip


def _fate(outcome: str, numbers: _Numbers, *, named: bool, short_s: int, oddities: Counter[str]) -> Fate:
    if outcome == "PHANTOM":
        return Fate.PHANTOM
    if outcome == "HANG":
        oddities["hung_up_with_service"] += numbers.service_s is not None
        if not numbers.queued:
            return Fate.NEVER_QUEUED
        return Fate.GAVE_UP_SHORT if numbers.waited_s < short_s else Fate.GAVE_UP
    if not named:
        return Fate.SERVED_UNNAMED
    return Fate.SERVED_LENGTH_UNKNOWN if numbers.service_s is None else Fate.SERVED


def _numbers(cells: Mapping[str, str], oddities: Counter[str]) -> _Numbers:
    entry, menu_exit = _seconds(cells, "vru_entry_s"), _seconds(cells, "vru_exit_s")
    queue_start, queue_exit = _seconds(cells, "q_start_s"), _seconds(cells, "q_exit_s")
    begun, ended = _seconds(cells, "ser_start_s"), _seconds(cells, "ser_exit_s")
    oddities["menu_clock_slips"] += menu_exit < entry
    waited = _lasted(cells, "q_time", queue_exit - queue_start, MAX_WAIT_S, oddities)
    served = _lasted(cells, "ser_time", ended - begun, MAX_SERVICE_S, oddities)
    is_queued = queue_start > 0 or queue_exit > 0
    at = queue_start if is_queued else menu_exit
    if entry - at > MIDNIGHT_SLACK_S:
        at += DAY_S
    if begun or ended:
        begun += DAY_S if at - begun > MIDNIGHT_SLACK_S else 0
        return _Numbers(at, waited, is_queued, begun, served)
    return _Numbers(at, waited, is_queued, None, None)


def _lasted(cells: Mapping[str, str], column: str, lasted: int, longest: int, oddities: Counter[str]) -> int:
    """Seconds from start to end, which must be what the log itself counted; an end on the next day is straightened."""
    if lasted < -MIDNIGHT_SLACK_S:
        oddities["over_midnight"] += 1
        lasted += DAY_S
    if lasted < 0:
        raise _RowError(column, f"it ends {-lasted} s before it starts.")
    if lasted > longest:
        raise _RowError(column, f"{lasted} s is longer than the {longest} s taken for real.")
    if cells.get(column) != str(lasted):
        raise _RowError(column, f"{cells.get(column)!r} is not the {lasted} s between start and end.")
    return lasted


def _seconds(cells: Mapping[str, str], column: str) -> int:
    text = (cells.get(column) or "").strip()
    try:
        number = int(text)
    except ValueError:
        raise _RowError(column, f"{text!r} is no whole number of seconds.") from None
    if not 0 <= number <= DAY_S:
        raise _RowError(column, f"{number} is no second of the day (0–{DAY_S}).")
    return number


def _priority(cells: Mapping[str, str]) -> int:
    """2 for the log's priority customers; 0 for 0 and 1, which the bank treated alike."""
    if cells["priority"] not in ("0", "1", "2"):
        raise _RowError("priority", f"{cells['priority']!r} is none of 0, 1, 2.")
    return 2 if cells["priority"] == "2" else 0


def _out_of_order(rows: Iterable[Logged]) -> int:
    times = [row.at_s for row in rows if row.fate is not Fate.MALFORMED]
    return sum(later < sooner for sooner, later in pairwise(times))
