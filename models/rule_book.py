"""The rule set in force, compiled, and others by name: read anew when the mark of publications moves."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from matcher.errors import InvalidInput
from matcher.rules import CompiledRules, RuleSet, compile_rules, parse_rule_set
from matcher.use_cases.ports import Records, Store
from matcher.use_cases.rule_ports import StoredRuleSet

MOST_KEPT = 32  # compiled versions beside the current one


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is in force, and the number of its publication."""

    publication: int
    rules: CompiledRules


class RuleBook:
    """Compiled rule sets. Threads may share it; one compiles, the others that need it wait."""

    def __init__(self, store: Store, first: RuleSet) -> None:
        self._store = store
        self._reading = threading.Lock()
        self._kept = _Kept(0, compile_rules(first))
        self._compiled: OrderedDict[tuple[str, int], CompiledRules] = OrderedDict()

    def current(self, publication: int) -> CompiledRules:
        """The rules in force, given the number of the last publication as the store's marks tell it."""
        kept = self._kept
        if publication <= kept.publication:
            return kept.rules
        with self._reading:
            if publication > self._kept.publication:
                with self._store.reading() as records:
                    self._kept = self._read(records, self._kept)
            return self._kept.rules

    def named(self, version: str) -> CompiledRules | None:
        """A published version, or a draft as it is now; `None` when there is none of that name."""
        with self._store.reading() as records:
            found = records.rule_sets.get(version)
        if found is None:
            return None
        with self._reading:
            return self._compile(found)

    def _read(self, records: Records, before: _Kept) -> _Kept:
        """What the pointer points at. A version this program cannot read leaves the former one in force."""
        current = records.publications.current()
        found = None if current is None else records.rule_sets.get(current.version)
        if current is None or found is None:
            return before
        try:
            return _Kept(current.seq, self._compile(found))
        except InvalidInput:
            return _Kept(current.seq, before.rules)

    def _compile(self, found: StoredRuleSet) -> CompiledRules:
        place = (found.version, found.revision)
        rules = self._compiled.pop(place, None) or compile_rules(parse_rule_set(found.document))
        self._compiled[place] = rules
        while len(self._compiled) > MOST_KEPT:
            self._compiled.popitem(last=False)
        return rules
