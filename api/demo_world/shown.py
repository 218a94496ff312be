"""The answers of the service as tables for a person to read."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from api.classifier_page import gate_lines
from api.demo_world.day import Day
from api.demo_world.words import decimal, percent, say

# What tells this pair from others, in the order of interest; the rest of the reasons is true of nearly every pair.
TELLING = (
    "joint_assignment",
    "preferred_employee",
    "values_fit",
    "wanted_skills",
    "values_no_consent",
    "values_unknown",
    "values_off",
    "eligible",
)
REASONS_SHOWN = 2
SHARES = {"customer": 4, "helped_by": 2, "why": 5}  # of the width, where a table fills it


def who_got_whom(day: Day, answer: Mapping[str, Any], language: str) -> Table:
    """A row a served contact: who asked what, who takes it, and what decided."""
    table = _table(say("who_got_whom", language), language, "customer", "helped_by", "why")
    for one in answer["assignments"]:
        helper = f"{day.employee_names[one['employee_id']]}\n{percent(one['compatibility'], language)}"
        table.add_row(_who_asks(day, one["contact_id"], language), helper, _why(one["reasons"]))
    return table


def who_waits(day: Day, answer: Mapping[str, Any], language: str) -> Table:
    """A row an unserved contact: why nobody, whom it competes with, and which channel would help."""
    table = _table(say("who_waits", language), language, "customer", "why")
    for one in answer["unassigned"]:
        lines = [one["detail"], _competing(day, one.get("bottleneck"), language)]
        if one.get("suggested_channel"):
            lines.append(say("other_channel", language, channel=say(one["suggested_channel"], language)))
        table.add_row(_who_asks(day, one["contact_id"], language), "\n".join(line for line in lines if line))
    return table


def proof(answer: Mapping[str, Any], language: str) -> str:
    """The certificate in a sentence."""
    return say(
        "proof",
        language,
        objective=decimal(answer["objective"], language, digits=3),
        bound=decimal(answer["bound"], language, digits=3),
        gap=decimal(max(answer["gap"], 0.0), language, digits=6),
        ms=decimal(answer["solve_ms"], language, digits=1),
        solver=answer["solver"],
    )


def differences(day: Day, answer: Mapping[str, Any], other: Mapping[str, Any], language: str) -> Table | None:
    """A row a contact that gets another employee in `other`; `None` when there is none."""
    table = _table(say("without_values", language), language, "customer", "story", "with", "without")
    changed = _add_changes(table, day, answer, other, language)
    table.caption = say("difference", language, changed=changed, served=len(answer["assignments"]))
    return table if changed else None


def changes(day: Day, first: Mapping[str, Any], second: Mapping[str, Any], language: str) -> Table | None:
    """A row a contact that gets another employee on the second morning; `None` when there is none."""
    table = _table(say("two_mornings", language), language, "customer", "story", "first", "second")
    changed = _add_changes(table, day, first, second, language)
    table.caption = say("generated", language)
    return table if changed else None


def gate(card: Mapping[str, Any], language: str) -> Table:
    """What the classifier's gate asked, and the answers."""
    title = say("gate", language, version=card["version"], outcomes=card["outcomes"])
    table = _table(title, language, "asked", "answer")
    for line, told in zip(card["gate"]["lines"], gate_lines(card["gate"], language), strict=True):
        table.add_row(Text(("✓ " if line["passed"] else "✗ ") + say(line["name"], language)), told["told"])
    table.caption = say("generated", language)
    return table


def best_for(day: Day, contact_id: str, ranked: Sequence[Mapping[str, Any]], language: str) -> Table:
    """The ranking for one contact, best first."""
    title = say("ranking", language, name=customer_name(day, contact_id))
    table = _table(title, language, "employee", "score", "chance", "confidence")
    for one in ranked:
        table.add_row(
            day.employee_names[one["employee_id"]],
            decimal(one["score"], language, digits=3),
            percent(one["compatibility"], language),
            percent(one["confidence"], language),
        )
    table.caption = say("estimate", language)
    return table


def customer_name(day: Day, contact_id: str) -> str:
    """The name of the customer behind a contact."""
    return day.customers[day.contact(contact_id).request["customer_id"]].name


def _table(title: str, language: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", caption_justify="left", box=SIMPLE_HEAD)
    table.expand = "why" in columns
    for column in columns:
        table.add_column(say(column, language), ratio=SHARES.get(column))
    return table


def _who_asks(day: Day, contact_id: str, language: str) -> Text:
    """Who asks, by which channel, and below it what."""
    contact = day.contact(contact_id)
    head = f"{customer_name(day, contact_id)} · {say(contact.request['channel'], language)}\n"
    return Text.assemble((head, "bold"), (contact.story[language], "dim"))


def _why(reasons: Sequence[Mapping[str, Any]]) -> str:
    by_code = {one["code"]: one["text"] for one in reasons}
    rules = [text for code, text in by_code.items() if code.startswith("rule:")]
    telling = [by_code[code] for code in TELLING if code in by_code]
    return " ".join([*rules, *telling][:REASONS_SHOWN])


def _competing(day: Day, bottleneck: Mapping[str, Any] | None, language: str) -> str:
    if not bottleneck:
        return ""
    contacts = ", ".join(customer_name(day, key) for key in bottleneck["contact_ids"])
    employees = ", ".join(day.employee_names[key] for key in bottleneck["employee_ids"])
    return say("competing", language, contacts=contacts, employees=employees, short=bottleneck["short"])


def _add_changes(table: Table, day: Day, answer: Mapping[str, Any], other: Mapping[str, Any], language: str) -> int:
    """Add a row for each contact whose employee differs; how many there are."""
    before, after = _employee_of(answer), _employee_of(other)
    changed = [key for key in before if before[key] != after.get(key)]
    for key in changed:
        names = [_name(day, mine.get(key), language) for mine in (before, after)]
        table.add_row(customer_name(day, key), day.contact(key).story[language], *names)
    return len(changed)


def _employee_of(answer: Mapping[str, Any]) -> dict[str, str]:
    return {one["contact_id"]: one["employee_id"] for one in answer["assignments"]}


def _name(day: Day, employee_id: str | None, language: str) -> str:
    return say("nobody", language) if employee_id is None else day.employee_names[employee_id]
