"""A TaskRouter workflow as a draft of a rule set, and everything in it that a rule set cannot say.

Source: TaskRouter's own documentation of workflow configurations, as published in 2026.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.adapters.twilio_conditions import Condition, NotCarried, Translator
from api.adapters.twilio_expressions import read_expression
from matcher.errors import Fault, InvalidInput, invalid
from matcher.profiles.framework import Framework
from matcher.rules import parse_rule_set

STEP = 10  # between the orders of rules, so that one can be put in between
MOST_FILTERS = 200
MOST_PRIORITY = 9
MOST_TITLE = 150
WHOLE = "/task_routing"
KNOWN_IN_FILTER = {"filter_friendly_name", "friendly_name", "expression", "targets"}
KNOWN_IN_TARGET = {"queue", "expression", "priority", "timeout"}
BY_CONTACT = "A known worker is asked for by the contact itself: send preferred_employee with it."
INSTEAD: Mapping[str, str] = {
    "known_worker_sid": BY_CONTACT,
    "known_worker_friendly_name": BY_CONTACT,
    "skip_if": "A step is not skipped: whoever is free is looked at in every round, and the next step opens in time.",
    "order_by": "The order of workers is the score's: boost employees by a rule where it must be otherwise.",
}


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue by its name and the expression that says which workers are in it (`None`: everyone)."""

    name: str
    target_workers: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """The draft, what could not be carried over, and what each name of theirs is called here."""

    document: dict[str, object]
    lost: tuple[NotCarried, ...]
    named: Mapping[str, str]


def import_workflow(
    document: Mapping[str, object], *, title: str, queues: Mapping[str, Queue] | None = None
) -> Imported:
    """The workflow as a draft.

    The first filter that holds decides, as in the workflow: later rules exclude the earlier filters. A target's timeout
    becomes a step of relaxation, at which the next target's workers may help too. Raises InvalidInput with every
    expression that cannot be read, each with its place.
    """
    routing = document.get("task_routing", document)
    filters = routing.get("filters") if isinstance(routing, Mapping) else None
    if not isinstance(routing, Mapping) or not isinstance(filters, list) or len(filters) > MOST_FILTERS:
        detail = f"This is no workflow: expected task_routing with a list of at most {MOST_FILTERS} filters."
        raise invalid("/task_routing/filters", "not_a_workflow", detail)
    importing = _Import(queues or {})
    importing.take(filters, routing.get("default_filter"))
    if importing.faults:
        raise InvalidInput(importing.faults)
    whole: dict[str, object] = {
        "schema": "rule-set/1",
        "title": title[:MOST_TITLE],
        "strategy": {"preset": "customer_intimacy"},
        "rules": importing.rules,
    }
    return Imported(whole, tuple(importing.lost), importing.named)


def draft_of_workflow(document: Mapping[str, object], *, title: str, framework: Framework) -> Imported:
    """A draft of the workflow that stands as a rule set; `task_queues` beside it say who is in its queues.

    Raises InvalidInput with every place of the workflow that cannot be read, and every fault of what it would become.
    """
    queues = read_queues(document["task_queues"]) if "task_queues" in document else {}
    made = import_workflow(document, title=title, queues=queues)
    try:
        parse_rule_set(made.document, framework=framework)
    except InvalidInput as refused:
        told = (Fault(WHOLE, one.code, f"In the draft, {one.pointer}: {one.detail}") for one in refused.faults)
        raise InvalidInput(told) from None
    return made


@dataclass(frozen=True, slots=True)
class _Target:
    """A target read: from which second of waiting on, by whom, with which priority, and its place."""

    from_s: float
    employees: Condition | None
    priority: int | None
    pointer: str


class _Import:
    """One import under way."""

    def __init__(self, queues: Mapping[str, Queue]) -> None:
        self.queues = queues
        self.rules: list[dict[str, object]] = []
        self.lost: list[NotCarried] = []
        self.faults: list[Fault] = []
        self.named: dict[str, str] = {}
        self._missing: set[str] = set()

    def take(self, filters: Sequence[object], default: object) -> None:
        """Every filter in turn, then what holds for the rest."""
        earlier: list[Condition] = []
        for place, one in enumerate(filters):
            pointer = f"/task_routing/filters/{place}"
            if not isinstance(one, Mapping):
                self.faults.append(Fault(pointer, "not_a_workflow", "A filter is an object."))
                continue
            self._unknown(one, KNOWN_IN_FILTER, pointer)
            name = str(one.get("filter_friendly_name") or one.get("friendly_name") or f"Filter {place + 1}")
            when, is_whole = self._condition(one.get("expression"), "task", f"{pointer}/expression")
            if when is None and one.get("expression"):
                self.lose(pointer, f"The filter {name!r} is left out: nothing of its expression could be carried over.")
                continue
            targets, end_s = self._targets(one.get("targets"), f"{pointer}/targets")
            self._add(f"f{place + 1}", name, _unless(when, earlier), targets, end_s, default)
            if when is not None and is_whole:
                earlier.append(when)
        if isinstance(default, Mapping):
            targets, _ = self._targets([default], "/task_routing/default_filter", is_list=False)
            self._add("default", "Everything else", _unless(None, earlier), targets, None, None)

    def lose(self, pointer: str, what: str) -> None:
        """Note what could not be carried over."""
        self.lost.append(NotCarried(pointer, what))

    def _condition(self, text: object, side: str, pointer: str) -> tuple[Condition | None, bool]:
        """The condition of an expression, and whether all of it was carried over."""
        if text in (None, ""):
            return None, True
        translator = Translator(side, pointer)
        try:
            found = translator.condition(read_expression(str(text), pointer=pointer))
        except InvalidInput as refused:
            self.faults += refused.faults
            return None, False
        self.lost += translator.lost
        self.named |= translator.named
        return found, not translator.lost

    def _targets(self, targets: object, pointer: str, *, is_list: bool = True) -> tuple[list[_Target], float | None]:
        """The targets with the second from which each counts, and the one at which the last is given up."""
        read: list[_Target] = []
        begun: float | None = 0.0
        for place, one in enumerate(targets if isinstance(targets, list) else []):
            at = f"{pointer}/{place}" if is_list else pointer
            if not isinstance(one, Mapping) or begun is None:
                self.lose(
                    at, "A target after one without a timeout is never reached." if begun is None else "No target."
                )
                continue
            self._unknown(one, KNOWN_IN_TARGET, at)
            read.append(_Target(begun, self._employees(one, at), self._priority(one, at), at))
            timeout = _number(one.get("timeout"))
            begun = None if timeout is None else begun + timeout
        return read, begun

    def _employees(self, target: Mapping[str, object], pointer: str) -> Condition | None:
        queue = self.queues.get(str(target.get("queue")))
        if queue is None and target.get("queue") and str(target["queue"]) not in self._missing:
            self._missing.add(str(target["queue"]))
            what = f"The file does not say who is in queue {target['queue']}: give task_queues (command: --queues)."
            self.lose(f"{pointer}/queue", what)
        members = None if queue is None else self._condition(queue.target_workers, "worker", f"{pointer}/queue")[0]
        asked, _ = self._condition(target.get("expression"), "worker", f"{pointer}/expression")
        kept = [one for one in (members, asked) if one is not None]
        return None if not kept else kept[0] if len(kept) == 1 else {"all": kept}

    def _priority(self, target: Mapping[str, object], pointer: str) -> int | None:
        priority = _number(target.get("priority"))
        if priority is None:
            return None
        if not 0 <= priority <= MOST_PRIORITY:
            self.lose(f"{pointer}/priority", f"Priorities here go from 0 to 9: {priority:g} was cut.")
        return int(min(max(priority, 0), MOST_PRIORITY))

    def _add(
        self, name: str, title: str, when: Condition | None, targets: Sequence[_Target], end_s: float | None,
        default: object,
    ) -> None:  # fmt: skip
        """The rules of a filter: who may help and from when, and with which priority."""
        steps = _steps(targets)
        if end_s is not None and isinstance(default, Mapping):
            workers = self._employees(default, "/task_routing/default_filter")
            steps.append({"after_s": end_s, **({"drop": True} if workers is None else {"employees": workers})})
        first = targets[0].employees if targets else None
        if first is not None:
            required: dict[str, object] = {"employees": first, "effect": {"require": True}}
            if steps:
                required["relax"] = steps
            self._rule(name, title, when, required)
        for place, target in reversed([*enumerate(targets, start=1)]):  # of several priorities the lowest order wins
            if target.priority is not None:
                since = {"field": "contact.waiting_s", "operator": "at_least", "value": target.from_s}
                holds: Condition | None = {"all": [when, since]} if when is not None else dict(since)
                holds = holds if target.from_s else when
                effect = {"effect": {"set": {"priority": target.priority}}}
                self._rule(f"{name}-priority{place}", f"{title}: priority", holds, effect)

    def _rule(self, name: str, title: str, when: Condition | None, rest: Mapping[str, object]) -> None:
        rule: dict[str, object] = {"id": name, "title": title[:MOST_TITLE], "order": STEP * (len(self.rules) + 1)}
        rule |= {"category": "imported from TaskRouter"} | ({} if when is None else {"when": when}) | dict(rest)
        told = title[:MOST_TITLE]
        reason = {"en": f"From the workflow: {told}.", "nl": f"Uit de workflow: {told}."}
        self.rules.append({**rule, "reason": reason})

    def _unknown(self, one: Mapping[str, object], known: set[str], pointer: str) -> None:
        for key in one.keys() - known:
            self.lose(f"{pointer}/{key}", INSTEAD.get(key, f"{key} has no counterpart in a rule set."))


def _steps(targets: Sequence[_Target]) -> list[dict[str, object]]:
    """The later targets as steps; at one that anybody may serve the requirement ends."""
    steps: list[dict[str, object]] = []
    for target in targets[1:]:
        if steps and steps[-1].get("drop"):
            break
        step = {"drop": True} if target.employees is None else {"employees": target.employees}
        steps.append({"after_s": target.from_s, **step})
    return steps


def _unless(when: Condition | None, earlier: Sequence[Condition]) -> Condition | None:
    """The condition where none of the earlier ones holds: the first filter that matches decides."""
    parts: list[object] = [] if when is None else [when]
    if earlier:
        parts.append({"not": earlier[0] if len(earlier) == 1 else {"any": list(earlier)}})
    return None if not parts else parts[0] if len(parts) == 1 else {"all": parts}  # type: ignore[return-value]  # conditions


def _number(value: object) -> float | None:
    """A number, also where it was written as a text; endless ones and nan are none."""
    try:
        number = None if value is None or isinstance(value, bool) else float(str(value))
    except ValueError:
        return None
    return number if number is not None and math.isfinite(number) else None


def read_queues(document: object) -> dict[str, Queue]:
    """Queues by their sid, from a list as TaskRouter's API gives it. Raises InvalidInput for anything else."""
    listed = document.get("task_queues", document) if isinstance(document, Mapping) else document
    if isinstance(listed, Mapping):
        return {str(sid): Queue(str(sid), str(workers)) for sid, workers in listed.items()}
    return dict(_queues(listed))


def _queues(listed: object) -> Iterator[tuple[str, Queue]]:
    for place, one in enumerate(listed if isinstance(listed, list) else [None]):
        if not isinstance(one, Mapping) or "sid" not in one:
            raise invalid(f"/task_queues/{place}", "not_a_workflow", "A queue has sid, friendly_name, target_workers.")
        workers = one.get("target_workers")
        everyone = workers in (None, "", "1==1", "1 == 1")
        yield str(one["sid"]), Queue(str(one.get("friendly_name", one["sid"])), None if everyone else str(workers))
