"""A whole installation in memory, with a key for every role, for tests that speak HTTP."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from api.auth import ROLES, new_key
from api.settings import load_settings
from matcher.profiles.framework import Framework
from matcher.routing import Roster
from matcher.rules import DEFAULT_RULE_SET, CompiledRules, RuleSet
from matcher.use_cases.install_rule_set import install_rule_set
from models.frameworks import load_framework, shipped_names
from models.learnt import Learnt
from models.memory import MemoryStore
from models.memory.classifiers import MemoryShelf
from models.price_book import PriceBook
from models.roster_cache import RosterCache
from models.rule_book import RuleBook
from models.served import Served

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EMPLOYEE = {"channels": {"phone": {"cost": 1}}, "capacity": 2, "languages": ["nl"], "skills": {"billing": 3}}
CUSTOMER = {"language": "nl", "consent": {"value_profiling": True}}


class RingingBell:
    """A bell that remembers what it rang for."""

    def __init__(self) -> None:
        self.rang: list[str] = []

    def ring(self, job_id: str) -> None:
        self.rang.append(job_id)

    def heard(self) -> str | None:
        return self.rang.pop(0) if self.rang else None


class Assembled(SimpleNamespace):
    """What routes are handed, each part open to change."""

    @property
    def framework(self) -> Framework:
        framework: Framework = self.learnt.framework
        return framework

    @property
    def rules(self) -> CompiledRules:
        rules: CompiledRules = self.rulebook.current(self.store.marks().publication)
        return rules

    @property
    def rule_set(self) -> RuleSet:
        return self.rules.rule_set

    def standing(self, now: datetime) -> tuple[Roster, CompiledRules]:
        return self.staff.current(now), self.rules


@dataclass
class Installation:
    """A service in memory. `moment` is its clock; tests move it."""

    settings_from: dict[str, str] = field(default_factory=dict)
    moment: datetime = NOW
    store: Any = field(default_factory=MemoryStore)
    count: int = 0

    def __post_init__(self) -> None:
        framework, shelf = load_framework(), MemoryShelf()
        self.klik: Any = Assembled(
            settings=load_settings({"KLIK_HOME": str(Path("/nonexistent")), **self.settings_from}),
            store=self.store,
            learnt=Learnt(self.store, framework),
            keep_up=self.keep_up,
            text_scorer=None,
            frameworks={framework.id: framework} | {name: load_framework(name) for name in shipped_names()},
            rulebook=RuleBook(self.store, DEFAULT_RULE_SET),
            staff=RosterCache(self.store, framework),
            shelf=shelf,
            served=Served(self.store, shelf, framework.name),
            price_book=PriceBook(self.store),
            bell=RingingBell(),
            cursor_key=b"c" * 32,
            now=lambda: self.moment,
            new_id=self.new_id,
            new_rng=lambda seed=None: np.random.default_rng(0 if seed is None else seed),
        )
        with self.store.writing() as records:
            install_rule_set(records, DEFAULT_RULE_SET, now=self.moment)
        self.tokens = {role: self.add_key(role, "e1" if role == "employee" else None) for role in ROLES}
        self.app: Flask = create_app(self.klik)  # type: ignore[arg-type]  # what of Klik the routes reach for
        self.client: FlaskClient = self.app.test_client()

    def keep_up(self) -> None:
        """Take over what was learnt."""
        if self.klik.learnt.refresh(self.moment):
            self.klik.staff.follow(self.klik.framework)

    def new_id(self) -> str:
        self.count += 1
        return f"id-{self.count}"

    def add_key(self, role: str, person_id: str | None = None) -> str:
        """A token of a new key with that role."""
        key, token = new_key(role, now=self.moment - timedelta(days=1), person_id=person_id)
        with self.store.writing() as records:
            records.keys.add(key)
        return token

    def call(
        self, role: str | None, method: str, path: str, headers: dict[str, str] | None = None, **options: Any
    ) -> Any:
        """An answer of the service to a request with the key of `role`."""
        given = dict(headers or {})
        if role is not None:
            given["Authorization"] = f"Bearer {self.tokens[role]}"
        return self.client.open(path, method=method, headers=given, **options)

    def add_customer(self, customer_id: str = "c1", **fields: Any) -> None:
        """A stored customer who agreed to a value profile."""
        assert self.call("router", "PUT", f"/v1/customers/{customer_id}", json=CUSTOMER | fields).status_code in (
            200,
            201,
        )

    def add_employee(self, employee_id: str = "e1", *, is_available: bool = True, **fields: Any) -> None:
        """A stored employee, at work."""
        path = f"/v1/employees/{employee_id}"
        assert self.call("hr", "PUT", path, json=EMPLOYEE | fields).status_code in (200, 201)
        if is_available:
            assert self.call("router", "PUT", f"{path}/presence", json={"state": "available"}).status_code == 200
