"""A rehearsal as one document for machines, and as rows of who would have got whom."""

from collections.abc import Iterator, Mapping

from matcher.simulation.rehearsal import Change, GroupChange
from matcher.simulation.rehearsal_words import sentences
from matcher.simulation.rehearse import Rehearsed

MOST_MOVED = 1000  # contacts told in a job's answer; the command's file has them all


def document(found: Rehearsed, *, source: Mapping[str, object], seed: int, within_s: float) -> dict[str, object]:
    """The whole rehearsal. Durations in seconds, shares in [0, 1]; `source` says what was replayed and what drawn."""
    rehearsal = found.rehearsal
    return {
        "current": found.current.version,
        "draft": found.draft.version,
        "source": dict(source),
        "seed": seed,
        "answer_within_s": within_s,
        "contacts": rehearsal.contacts,
        "moved": len(rehearsal.moved),
        "moved_share": rehearsal.moved_share,
        "regrouped": rehearsal.regrouped,
        "drawn_units": rehearsal.unit,
        "units": rehearsal.units,
        "overall": [_change(one) for one in rehearsal.overall],
        "segments": [_group(one) for one in rehearsal.segments],
        "employee_groups": [_group(one) for one in rehearsal.groups],
        "flows": [{"from": one.source, "to": one.target, "contacts": one.contacts} for one in rehearsal.flows],
        "sentences": {language: sentences(rehearsal, language=language, seed=seed) for language in ("en", "nl")},
    }


def moved_rows(found: Rehearsed) -> Iterator[tuple[object, ...]]:
    """A header, then a row for each contact that would have gone elsewhere; an empty employee is nobody."""
    yield ("contact_id", "segment", "current_employee", "draft_employee", "current_waited_s", "draft_waited_s")
    for one in found.rehearsal.moved:
        waits = round(one.current_waited_s, 1), round(one.draft_waited_s, 1)
        yield one.contact_id, one.segment, one.current or "", one.draft or "", *waits


def _group(one: GroupChange) -> dict[str, object]:
    changes = [_change(change) for change in one.changes]
    return {"name": one.name, "contacts": one.contacts, "fortune": str(one.fortune), "changes": changes}


def _change(one: Change) -> dict[str, object]:
    numbers = {"current": one.current, "draft": one.draft, "low": one.low, "high": one.high}
    plain = {name: None if value != value else value for name, value in numbers.items()}
    return {"aspect": str(one.aspect), **plain, "verdict": str(one.verdict)}
