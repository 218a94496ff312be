"""The composition root: the only file that knows all rooms. It puts an installation together from its settings."""

import threading
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from api import events
from api.bell import Bell, open_bell
from api.settings import Settings
from matcher.profiles.framework import Framework
from matcher.rules import CompiledRules, RuleSet
from matcher.use_cases.ports import Shelf, Store

if TYPE_CHECKING:
    from matcher.profiles.text import TextScorer
    from matcher.routing import Roster
    from models.learnt import Learnt
    from models.price_book import PriceBook
    from models.roster_cache import RosterCache
    from models.rule_book import RuleBook
    from models.served import Served
    from models.store import SqlStore
    from models.text_shelf import TextShelf


def utc_now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def fresh_id() -> str:
    """A new identity: 32 hexadecimal characters that sort by time of creation (UUID version 7)."""
    moment_ms = int(utc_now().timestamp() * 1000)
    return f"{moment_ms:012x}7{uuid.uuid4().hex[13:]}"


def fresh_rng(seed: int | None = None) -> np.random.Generator:
    """A random generator; the same seed gives the same numbers, none gives numbers nobody can guess."""
    return np.random.default_rng(seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Klik:
    """One installation, put together: what routes, commands and workers are handed."""

    settings: Settings
    store: Store
    learnt: "Learnt"
    frameworks: Mapping[str, Framework]  # every one that may be used, by id, as their files have them
    rulebook: "RuleBook"
    staff: "RosterCache"
    bell: Bell
    texts: "TextShelf"
    shelf: Shelf
    served: "Served"
    price_book: "PriceBook"
    cursor_key: bytes = field(repr=False)
    now: Callable[[], datetime] = utc_now
    new_id: Callable[[], str] = fresh_id
    new_rng: Callable[[int | None], np.random.Generator] = fresh_rng

    @property
    def framework(self) -> Framework:
        """The framework in force: its file's, with what the nights have taught."""
        return self.learnt.framework

    @property
    def text_scorer(self) -> "TextScorer | None":
        """What reads texts; `None` while that is switched off or nothing was trained."""
        return self.texts.current() if self.settings.text_profiles else None

    @property
    def rules(self) -> CompiledRules:
        """The rules in force at this moment."""
        return self.rulebook.current(self.store.marks().publication)

    @property
    def rule_set(self) -> RuleSet:
        """The rule set in force at this moment."""
        return self.rules.rule_set

    def standing(self, now: datetime) -> "tuple[Roster, CompiledRules]":
        """The staff and the rules as last committed, told by one look at what changed."""
        marks = self.store.marks()
        return self.staff.current(now, marks.staff), self.rulebook.current(marks.publication)

    def keep_up(self) -> None:
        """Once a minute, take over what was learnt since; it stands before every request and every look for jobs."""
        now = self.now()
        if self.learnt.refresh(now):
            self.staff.follow(self.framework)
        self.served.refresh(now)
        self.price_book.refresh(now)


def build(settings: Settings) -> Klik:
    """The installation `settings` describes, on a store that is ready for use (see `open_ready_store`)."""
    store = open_ready_store(settings)
    return assemble(settings, store)


def assemble(settings: Settings, store: Store, *, now: Callable[[], datetime] = utc_now) -> Klik:
    """The installation on a store that is open already, as tests hand one in.

    Raises FrameworkChanged when the framework's file was changed under the name and version it was in force with.
    """
    from matcher.errors import Conflict
    from matcher.use_cases.install_rule_set import install_rule_set
    from matcher.use_cases.register_framework import register_framework
    from models.classifier_shelf import ClassifierShelf
    from models.learnt import Learnt
    from models.price_book import PriceBook
    from models.roster_cache import RosterCache
    from models.rule_book import RuleBook
    from models.secrets import installation_secret
    from models.served import Served
    from models.text_shelf import TextShelf

    framework = read_framework(settings)
    rule_set = read_rule_set(settings, framework)
    with store.writing() as records:
        register_framework(records, framework, now=now())
    with suppress(Conflict), store.writing() as records:  # another process that starts at once may be quicker
        install_rule_set(records, rule_set, now=now())
    texts = TextShelf(settings.home / "text", framework.name, framework.values)
    learnt = Learnt(store, framework, text_cap=texts.cap)
    learnt.refresh(now())
    shelf = ClassifierShelf(settings.home / "classifiers")
    served = Served(store, shelf, framework.name, tell=events.classifier_unread)
    return Klik(
        settings=settings,
        store=store,
        learnt=learnt,
        frameworks=read_frameworks(settings, framework),
        rulebook=RuleBook(store, rule_set),
        staff=RosterCache(store, learnt.framework),
        bell=open_bell(settings),
        texts=texts,
        shelf=shelf,
        served=served,
        price_book=PriceBook(store),
        cursor_key=installation_secret(store, "cursor", now=now()),
        now=now,
    )


def warm_up(klik: Klik) -> None:
    """Do before the first request what a process does only once: load the solvers and read the staff.

    Without a database to read from it does what it can: the first request will say what is wrong.
    """
    from matcher.assignment import Problem, solve
    from matcher.errors import Unavailable

    mixed = Problem(np.ones((2, 1)), capacity=np.array([2]), load=np.array([[2], [1]]))
    solve(mixed)
    with suppress(Unavailable):
        klik.served.refresh(klik.now())
        klik.staff.current(klik.now())


def warm_up_meanwhile(klik: Klik) -> threading.Thread:
    """Do in a thread what may wait until after the first answers: load the compiled solvers, and what scores forms.

    It takes seconds, and far more on a machine where nothing was compiled yet; scipy solves until then.
    """

    def prepare() -> None:
        from matcher.assignment import warm_up as load_solvers
        from matcher.profiles.bridge import logit_prior
        from matcher.profiles.facets import profile_of

        load_solvers()
        profile_of("nobody", klik.framework.name, klik.framework.values, None, klik.now())
        logit_prior(klik.framework.values)

    thread = threading.Thread(target=prepare, name="warm-up", daemon=True)
    thread.start()
    return thread


def open_ready_store(settings: Settings) -> "SqlStore":
    """The store, its schema current: the embedded SQLite file is upgraded here, a server's schema is only checked.

    Raises Conflict when a database server's schema is behind, with what to do.
    """
    from matcher.errors import Conflict
    from models.store import open_store

    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = open_store(settings.database_url)
    if settings.uses_sqlite:
        store.migrate()
    elif not store.is_current():
        store.close()
        raise Conflict("The database's schema is not the one of this version: run `klik db upgrade` first.")
    return store


def read_framework(settings: Settings) -> Framework:
    """The framework of value systems in use."""
    from models.frameworks import load_framework

    return load_framework(settings.framework, extra_folder=settings.home / "frameworks")


def read_frameworks(settings: Settings, active: Framework) -> dict[str, Framework]:
    """Every framework that may be used, by id, the one in use first; a broken file is left out (see `klik doctor`)."""
    from models.frameworks import find_frameworks

    found = find_frameworks(extra_folder=settings.home / "frameworks")
    whole = {each.framework.id: each.framework for each in found if each.framework is not None}
    return {active.id: active} | {name: each for name, each in whole.items() if name != active.id}


def read_rule_set(settings: Settings, framework: Framework) -> RuleSet:
    """The rule set that comes with the installation: the document `KLIK_RULE_SET` names, or the built-in one."""
    from api.files.documents import read_document
    from matcher.rules import DEFAULT_RULE_SET, parse_rule_set

    if settings.rule_set is None:
        return DEFAULT_RULE_SET
    return parse_rule_set(read_document(settings.rule_set), framework=framework)
