"""What nights taught reaches a running process within a minute, and costs a look at the clock until then."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from matcher.errors import Unavailable
from matcher.use_cases.ports import SourceCalibration
from models.frameworks import load_framework
from models.learnt import Learnt
from models.memory import MemoryStore
from tests.contracts.stored_things import NOW, a_prior, later

FRAMEWORK = load_framework()
PLACE = (FRAMEWORK.name, "values")


class CountingStore:
    """A store that counts its reads, and can be away."""

    def __init__(self, store: MemoryStore) -> None:
        self.store, self.reads, self.is_away = store, 0, False

    @contextmanager
    def reading(self) -> Iterator[Any]:
        self.reads += 1
        if self.is_away:
            raise Unavailable
        with self.store.reading() as records:
            yield records


def note_cap(store: MemoryStore, cap: float) -> None:
    with store.writing() as records:
        fitted_at = NOW - timedelta(days=1, seconds=-cap)
        records.calibrations.add([SourceCalibration(*PLACE, "hr_tag", 0.3, cap, 90, fitted_at)])


def test_it_is_read_once_a_minute_and_then_used(memory_store: MemoryStore) -> None:
    """The clock stands before every request: it must cost nothing but a comparison."""
    counting: Any = CountingStore(memory_store)
    learnt = Learnt(counting, FRAMEWORK)
    is_new = [learnt.refresh(NOW), learnt.refresh(later(30))]
    note_cap(memory_store, 1.5)
    is_new += [
        learnt.refresh(later(59)),
        learnt.refresh(later(60)),
        learnt.refresh(later(61)),
        learnt.refresh(later(121)),
    ]

    assert is_new == [False, False, False, True, False, False]
    assert counting.reads == 3
    assert learnt.framework.values.terms("hr_tag").cap == 1.5
    assert learnt.filed is FRAMEWORK


def test_a_situation_alone_is_news(memory_store: MemoryStore) -> None:
    """What contacts taught must not wait for a survey."""
    learnt = Learnt(memory_store, FRAMEWORK)
    learnt.refresh(NOW)
    with memory_store.writing() as records:
        prior = a_prior("intent=outage|urgent", facet="channel", framework=FRAMEWORK.name, mean=(1 / 6,) * 6)
        records.segment_priors.replace(FRAMEWORK.name, "channel", [prior])

    assert learnt.refresh(later(60)) is True
    assert set(learnt.framework.facets["channel"].situations) == {"intent=outage|urgent"}


def test_the_same_finding_again_is_the_same_framework(memory_store: MemoryStore) -> None:
    """A roster of 50,000 must not be computed anew each minute because someone looked."""
    note_cap(memory_store, 1.5)
    learnt = Learnt(memory_store, FRAMEWORK)
    learnt.refresh(NOW)
    before = learnt.framework
    learnt.refresh(later(60))

    assert learnt.framework is before


def test_without_a_database_the_last_finding_stands(memory_store: MemoryStore) -> None:
    """Matching on what a request brings along must go on."""
    note_cap(memory_store, 1.5)
    counting: Any = CountingStore(memory_store)
    learnt = Learnt(counting, FRAMEWORK)
    learnt.refresh(NOW)
    counting.is_away = True

    assert learnt.refresh(later(60)) is False
    assert learnt.framework.values.terms("hr_tag").cap == 1.5
