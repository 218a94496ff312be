"""The newest prices, looked up once a minute, whatever becomes of the database meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from matcher.errors import Unavailable
from models.memory import MemoryStore
from models.price_book import PriceBook
from tests.contracts.stored_things import NOW, an_employee, later, some_prices


class Away(MemoryStore):
    """A store that may be away, and counts who reads."""

    is_away = False
    reads = 0

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """A read, counted."""
        self.reads += 1
        if self.is_away:
            raise Unavailable("away")
        with super().reading() as records:
            yield records


def kept(store: MemoryStore, version: str, seconds: float) -> None:
    with store.writing() as records:
        records.employees.put(an_employee(), now=NOW)
        records.price_lists.put(some_prices("e-1", version=version, at=later(seconds)))


def test_a_newer_list_is_taken_over_within_a_minute() -> None:
    """Every process goes by the same prices, and no request looks for them."""
    store = Away()
    book, seen = PriceBook(store), []
    book.refresh(NOW)
    kept(store, "first", 1)
    for seconds in (30, 61, 90, 122):
        book.refresh(later(seconds))
        seen.append(book.current and book.current.version)
        if seconds == 61:
            kept(store, "second", 62)

    assert seen == [None, "first", "first", "second"]
    assert store.reads == 3


def test_without_a_database_the_last_list_goes_on() -> None:
    """It grows too old by itself; a request must not fail for it."""
    store = Away()
    kept(store, "first", 0)
    book = PriceBook(store)
    book.refresh(NOW)
    store.is_away = True
    book.refresh(later(120))

    assert book.current is not None
    assert book.current.version == "first"
