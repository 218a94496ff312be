"""`klik prices show`: what is asked and what it is worth; nobody's own price."""

from datetime import UTC, datetime

from models.store import open_store
from tests.cli.commands import Klik
from tests.contracts.stored_things import an_employee, some_prices


def test_without_prices_it_says_when_there_are_any(klik: Klik) -> None:
    """An empty table would leave people guessing."""
    shown = klik.run("prices", "show")

    assert shown.code == 0, shown.err
    assert "while the rules in force hold" in shown.out
    assert klik.run("prices", "show", "--json").json is None


def test_prices_are_shown_without_naming_anybody(klik: Klik) -> None:
    """What somebody's time is worth is about the others' wishes, and reads like a mark all the same."""
    klik.home.mkdir(parents=True)
    store, now = open_store(f"sqlite:///{klik.home / 'klik.db'}"), datetime.now(UTC)
    store.migrate()
    with store.writing() as records:
        for one in ("e-1", "e-2"):
            records.employees.put(an_employee(one), now=now)
        records.price_lists.put(some_prices("e-1", "e-2", at=now))
    store.close()
    shown, told = klik.run("prices", "show"), klik.run("prices", "show", "--json").json

    assert "obeyed: 2 employees at work" in shown.out
    assert "phone · billing" in shown.out
    assert (told["is_fresh"], told["employees"], told["minute_worth"][-1]) == (True, 2, 0.06)
    assert "e-1" not in shown.out + str(told)
