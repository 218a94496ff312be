"""Look which classifiers there are."""

from datetime import datetime

from matcher.use_cases.ports import KnownClassifier, Page, Records

BETWEEN = "|"  # of the moment and the version in the place of a page


def list_classifiers(records: Records, *, limit: int, after: str | None = None) -> Page[KnownClassifier]:
    """At most `limit` classifiers, newest first, and where the list goes on (`None`: that was all)."""
    before = None
    if after is not None:
        moment, _, version = after.partition(BETWEEN)
        before = datetime.fromisoformat(moment), version
    found = records.classifiers.newest(limit=limit + 1, before=before)
    if len(found) <= limit:
        return Page(tuple(found), None)
    last = found[limit - 1]
    return Page(tuple(found[:limit]), f"{last.made_at.isoformat()}{BETWEEN}{last.version}")
