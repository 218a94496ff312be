"""Builders of call logs in the bank's layout: rows one by one, and a whole made-up day or more."""

import csv
import io
from collections.abc import Iterable, Mapping

import numpy as np

from api.replay_log import COLUMNS

Row = Mapping[str, object]


def call(call_id: int, at_s: int = 36_000, *, waits_s: int = 0, **changes: object) -> dict[str, object]:
    """A regular call at `at_s`, served for a minute by EMMA after `waits_s`; `changes` overwrite single cells."""
    begun = at_s + waits_s
    row: dict[str, object] = {
        "vru_line": "AA0101", "call_id": call_id, "customer_id": "0.0", "priority": 0, "type": "PS", "date": "990201",
        "vru_entry_s": at_s - 10, "vru_exit_s": at_s, "vru_time": 10,
        "q_start_s": at_s if waits_s else 0, "q_exit_s": begun if waits_s else 0, "q_time": waits_s,
        "outcome": "AGENT", "ser_start_s": begun, "ser_exit_s": begun + 60, "ser_time": 60, "server": "EMMA",
    }  # fmt: skip
    return row | changes


def hung_up(call_id: int, at_s: int = 36_000, *, waits_s: int = 30, **changes: object) -> dict[str, object]:
    """A call whose customer gave up in the queue."""
    gone = {"outcome": "HANG", "server": "NO_SERVER", "ser_start_s": 0, "ser_exit_s": 0, "ser_time": 0}
    queued = {"q_start_s": at_s, "q_exit_s": at_s + waits_s, "q_time": waits_s}
    return call(call_id, at_s) | queued | gone | changes


def log_text(rows: Iterable[Row]) -> str:
    """The rows as a CSV file's text."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def made_up_days(days: int = 3, *, seed: int = 5, calls: int = 60) -> list[dict[str, object]]:
    """Days of calls at two desks, some of which gave up; one row each of what is counted but not replayed."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    for day in range(days):
        free = {"EMMA": 30_000, "NOOR": 30_000}
        for at in np.sort(rng.integers(30_000, 34_000, calls)).tolist():
            who = min(free, key=lambda name: free[name])
            waits, lasts = max(free[who] - at, 0), int(rng.integers(20, 220))
            patience = int(rng.integers(20, 200))
            rows.append(one_call(len(rows), at, waits, lasts, who, patience=patience, date=f"99020{day + 1}"))
            if waits <= patience:
                free[who] = at + waits + lasts
    rows.append(call(9001, outcome="PHANTOM", server="NO_SERVER"))
    rows.append(hung_up(9002, waits_s=0, q_start_s=0, q_exit_s=0))
    rows.append(call(9003, server="NO_SERVER"))
    return rows


def one_call(number: int, at: int, waits: int, lasts: int, who: str, *, patience: int, date: str) -> dict[str, object]:
    """A call that gives up when it would wait longer than its patience."""
    if waits > patience:
        return hung_up(number, at, waits_s=patience, date=date)
    return call(number, at, waits_s=waits, date=date, server=who, ser_exit_s=at + waits + lasts, ser_time=lasts)
