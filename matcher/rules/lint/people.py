"""Rules against people: names that nobody bears, hours that nobody covers, and grounds that shut people out."""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from matcher.profiles.framework import Framework
from matcher.profiles.people import Employee
from matcher.profiles.protected import is_protected_group
from matcher.rules.apply import compile_rules
from matcher.rules.conditions import Bools
from matcher.rules.fields import own_name
from matcher.rules.lint.conflicts import Placed, placed
from matcher.rules.lint.findings import Finding, finding
from matcher.rules.parse_conditions import ABOUT_PEOPLE, VALUE_WORDS, value_system_names
from matcher.rules.rule_set import Condition, EffectKind, Not, RuleSet, Test

MINUTES_A_WEEK = 7 * 24 * 60
DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "nl": ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
}
# Words of attributes that tell a protected trait without naming it (our list; equal treatment law judges by effect).
PROXIES = frozenset({
    "postcode", "zip", "zipcode", "postal", "postalcode", "neighbourhood", "buurt", "wijk",
    "birth", "birthday", "birthdate", "birthplace", "dob", "geboorte", "geboortedatum", "geboorteplaats",
    "salutation", "aanhef", "firstname", "voornaam", "surname", "achternaam", "lastname", "maiden", "meisjesnaam",
    "pregnant", "pregnancy", "zwanger", "zwangerschap", "marital", "burgerlijke", "headscarf", "hoofddoek", "accent",
    "mothertongue", "moedertaal", "passport", "paspoort", "bsn", "visa", "verblijfsvergunning",
})  # fmt: skip
NAMED_WORD = re.compile(r"[^\W_]+")
BY_NAME = {
    "employee.language": "unknown_language",
    "employee.team": "unknown_team",
    "employee.id": "unknown_employee",
}
LANGUAGE_FIELDS = ("contact.language", "customer.language")


def questions_of(condition: Condition | None, *, negated: bool = False) -> Iterator[tuple[Test, bool]]:
    """Every test of a condition, and whether it stands under a not."""
    if condition is None:
        return
    if isinstance(condition, Test):
        yield condition, negated
    elif isinstance(condition, Not):
        yield from questions_of(condition.part, negated=not negated)
    else:
        for part in condition.parts:
            yield from questions_of(part, negated=negated)


def all_tests(one: Placed) -> list[Test]:
    """Every test of a rule, its steps included."""
    conditions = (one.rule.when, one.rule.employees, *(step.employees for step in one.rule.steps))
    return [test for condition in conditions for test, _ in questions_of(condition)]


def names_against_staff(rule_set: RuleSet, staff: Sequence[Employee]) -> Iterator[Finding]:
    """Skills, languages, teams and employees that rules name and nobody of the staff bears."""
    known: dict[str, set[str | None]] = {
        "employee.language": {language for one in staff for language in one.languages},
        "employee.team": {one.team for one in staff},
        "employee.id": {one.id for one in staff},
    }
    skills = {name for one in staff for name in one.skills}
    for one in placed(rule_set):
        told: set[tuple[str, object]] = set()
        for test in all_tests(one):
            skill = test.field.partition(".skill.")[2]
            unknown = [("unknown_skill", skill)] if skill and skill not in skills else []
            if test.field in BY_NAME and test.operator in {"is", "in", "contains"}:
                operands = test.operand if isinstance(test.operand, tuple) else (test.operand,)
                unknown += [(BY_NAME[test.field], str(name)) for name in operands if str(name) not in known[test.field]]
            for code, name in dict.fromkeys(unknown):
                if (code, name) not in told:
                    told.add((code, name))
                    yield finding(code, one.pointer, rules=(one.rule.id,), rule=one.rule.title, name=repr(name))


def requirements_against_staff(rule_set: RuleSet, staff: Sequence[Employee]) -> Iterator[Finding]:
    """Requirements that nobody meets, or nobody on duty at some hour of the week."""
    active = [one for one in staff if one.active]
    places = {one.rule.id: one for one in placed(rule_set)}
    compiled = compile_rules(rule_set)
    masks = compiled.employee_side(active)
    covered = on_duty(active)
    for one, touched in zip(compiled.rules, masks.by_rule, strict=True):
        if one.rule.effect.kind is not EffectKind.REQUIRE or touched[0] is None:
            continue
        meets = [employee for employee, refused in zip(active, touched[0].tolist(), strict=True) if not refused]
        told = {"rules": (one.rule.id,), "rule": one.rule.title}
        if not meets:
            yield finding("requirement_nobody_meets", places[one.rule.id].pointer, **told)  # type: ignore[arg-type]  # facts
            continue
        gap = np.flatnonzero(covered & ~on_duty(meets))
        if len(gap) and not one.rule.steps:
            yield _unstaffed(places[one.rule.id], int(gap[0]))


def on_duty(staff: Sequence[Employee]) -> Bools:
    """For each minute of the week, whether one of these works; who has no hours stated always does."""
    minutes = np.zeros(MINUTES_A_WEEK, dtype=bool)
    for one in staff:
        if one.hours is None:
            minutes[:] = True
            break
        for part in one.hours:
            minutes[part.start : part.end] = True
    return minutes


def fairness(rule_set: RuleSet, framework: Framework | None) -> Iterator[Finding]:
    """Grounds on which nobody may be chosen: protected ones and what stands in for them, and value systems."""
    names = frozenset(name for name in value_system_names(framework) if name) | VALUE_WORDS
    for one in placed(rule_set):
        for code, name in dict.fromkeys(_grounds(one, names)):
            yield finding(code, one.pointer, rules=(one.rule.id,), rule=one.rule.title, name=repr(name))
        if _harms_by_language(one):
            yield finding("language_as_ground", one.pointer, rules=(one.rule.id,), rule=one.rule.title)
    for place, service in enumerate(rule_set.service):
        if service.segment is not None and _speaks_of(service.segment, names):
            yield finding("tier_by_value_system", f"/service/{place}/segment", name=repr(service.segment))


def _grounds(one: Placed, value_systems: frozenset[str]) -> Iterator[tuple[str, str]]:
    for test in all_tests(one):
        name = own_name(test.field) or ""
        if _words(name) & PROXIES or "".join(NAMED_WORD.findall(name.casefold())) in PROXIES:
            yield "proxy_for_protected", name
        if not test.field.startswith(ABOUT_PEOPLE):
            continue
        if _speaks_of(name, value_systems):
            yield "discrimination_risk", name
        for text in test.operand if isinstance(test.operand, tuple) else (test.operand,):
            if isinstance(text, str) and is_protected_group(text):
                yield "protected_attribute", text
            elif isinstance(text, str) and _words(text) & PROXIES:
                yield "proxy_for_protected", text
            elif isinstance(text, str) and _speaks_of(text, value_systems):
                yield "discrimination_risk", text


def _harms_by_language(one: Placed) -> bool:
    """Whether contacts in a certain language are refused people, put behind or given a lower priority."""
    if not any(test.field in LANGUAGE_FIELDS and test.operator != "exists" for test, _ in questions_of(one.rule.when)):
        return False
    effect = one.rule.effect
    lowers = (
        effect.changes is not None and effect.changes.priority is not None and effect.changes.priority < LOWEST_FAIR
    )
    return one.kind in {EffectKind.FORBID, EffectKind.STOP} or effect.amount < 0 or lowers


LOWEST_FAIR = 1  # a priority set to 0 puts contacts behind all others


def _words(text: str) -> frozenset[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return frozenset(word.casefold() for word in NAMED_WORD.findall(spaced))


def _speaks_of(text: str, names: frozenset[str]) -> bool:
    """Whether a name stands in the text as words of its own."""
    spoken = f" {' '.join(NAMED_WORD.findall(text.casefold()))} "
    return any(f" {' '.join(NAMED_WORD.findall(name))} " in spoken for name in names)


def _unstaffed(one: Placed, minute: int) -> Finding:
    day, clock = minute // 1440, f"{minute % 1440 // 60:02d}:{minute % 60:02d}"
    when = {"en": f"on {DAYS['en'][day]} at {clock}", "nl": f"{DAYS['nl'][day]} om {clock}"}
    found = finding(
        "requirement_unstaffed_hours", one.pointer, rules=(one.rule.id,), rule=one.rule.title, when="{when}"
    )
    sentence = {language: text.replace("{when}", when[language]) for language, text in found.sentence.items()}
    return Finding(found.code, found.severity, found.pointer, sentence, found.advice, found.rules)
