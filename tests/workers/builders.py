"""An installation for workers, and files for them to import."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from api.bell import Bell, SilentBell
from api.settings import load_settings
from api.wiring import Klik, fresh_id
from matcher.rules import DEFAULT_RULE_SET
from matcher.use_cases.ports import Job, JobState, Store
from matcher.use_cases.start_import import start_import
from models.classifier_shelf import ClassifierShelf
from models.frameworks import load_framework
from models.learnt import Learnt
from models.price_book import PriceBook
from models.rule_book import RuleBook
from models.served import Served
from models.text_shelf import TextShelf

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def klik_on(store: Store, home: Path, *, bell: Bell | None = None, **settings: str) -> Klik:
    """An installation on an open store; workers ask nothing of the staff. Nights are planned where a test says so."""
    framework, shelf = load_framework(), ClassifierShelf(home / "classifiers")
    return Klik(
        settings=load_settings({"KLIK_HOME": str(home), "KLIK_NIGHTLY_AT": "off", **settings}),
        store=store,
        learnt=Learnt(store, framework),
        frameworks={framework.id: framework},
        rulebook=RuleBook(store, DEFAULT_RULE_SET),
        staff=cast("Any", None),
        bell=bell or SilentBell(),
        texts=TextShelf(home / "text", framework.name, framework.values),
        shelf=shelf,
        served=Served(store, shelf, framework.name),
        price_book=PriceBook(store),
        cursor_key=b"k" * 32,
    )


def employee_file(rows: int, *, broken_line: int | None = None) -> bytes:
    """A file of employees e0, e1, …, with one capacity nobody can have at `broken_line` if wished."""
    file = io.StringIO()
    file.write("id,name,skills,capacity,channels,value:red,value:blue\n")
    for number in range(rows):
        capacity = 99 if number + 2 == broken_line else 3
        file.write(f"e{number},Person {number},billing=3,{capacity},phone=3|chat=1,0.4,0.6\n")
    return file.getvalue().encode()


def queued_import(store: Store, content: bytes, *, dry_run: bool = False) -> str:
    """The id of a job that waits for a worker."""
    with store.writing() as records:
        job = start_import(records, content, dry_run=dry_run, actor="key-1", now=datetime.now(UTC), new_id=fresh_id)
    return job.id


def job_in(store: Store, job_id: str) -> Job:
    """The job as it stands."""
    with store.reading() as records:
        job = records.jobs.get(job_id)
    assert job is not None
    return job


def employee_count(store: Store) -> int:
    """How many employees there are."""
    with store.reading() as records:
        count, after = 0, None
        while True:
            page = records.employees.page(after=after, limit=500)
            count += len(page.items)
            after = page.next_after
            if after is None:
                return count


ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
