"""Rules and their parts in plain words, Dutch and English: for explanations, for differences, for forms."""

from collections.abc import Mapping

from matcher.profiles.people import Attribute
from matcher.rules.rule_set import SETTABLE, All, Condition, Effect, EffectKind, Not, Rule, Test

LANGUAGES = ("nl", "en")


def _both(en: str, nl: str) -> dict[str, str]:
    return {"en": en, "nl": nl}


FIELD_WORDS: Mapping[str, Mapping[str, str]] = {
    "contact.intent": _both("the subject of the contact", "het onderwerp van het contact"),
    "contact.channel": _both("the channel used", "het gebruikte kanaal"),
    "contact.language": _both("the contact's language", "de taal van het contact"),
    "contact.priority": _both("the contact's priority", "de prioriteit van het contact"),
    "contact.waiting_s": _both("seconds waited", "seconden gewacht"),
    "contact.mandate": _both("the mandate the contact needs", "het mandaat dat het contact vraagt"),
    "contact.promised": _both("an answer was promised", "er is een antwoord beloofd"),
    "contact.transfers": _both("how often the customer was passed on", "hoe vaak de klant is doorverbonden"),
    "contact.difficult": _both("the contact is difficult", "het contact is moeilijk"),
    "customer.segment": _both("the customer's segment", "het segment van de klant"),
    "customer.tier": _both("the customer's tier", "het serviceniveau van de klant"),
    "customer.language": _both("the customer's language", "de taal van de klant"),
    "customer.no_push": _both("the customer wants nothing pushed", "de klant wil niets opgedrongen krijgen"),
    "employee.id": _both("the employee's id", "het id van de medewerker"),
    "employee.team": _both("the employee's team", "het team van de medewerker"),
    "employee.mandate": _both("the employee's mandate", "het mandaat van de medewerker"),
    "employee.language": _both("the languages of the employee", "de talen van de medewerker"),
    "employee.channel": _both("the channels of the employee", "de kanalen van de medewerker"),
    "employee.shares_language": _both(
        "the employee speaks the contact's language", "de medewerker spreekt de taal van het contact"
    ),
    "employee.knows_customer": _both("the employee knows the customer", "de medewerker kent de klant"),
    "employee.same_team_as_owner": _both(
        "the employee is of the team of the customer's owner", "de medewerker zit in het team van de vaste medewerker"
    ),
    "contact.attributes.": _both("{name} of the contact", "{name} van het contact"),
    "contact.skill.": _both("the level of {name} the contact needs", "het niveau {name} dat het contact vraagt"),
    "customer.attributes.": _both("{name} of the customer", "{name} van de klant"),
    "employee.attributes.": _both("{name} of the employee", "{name} van de medewerker"),
    "employee.skill.": _both("the employee's level of {name}", "het niveau {name} van de medewerker"),
}
OPERATOR_WORDS: Mapping[str, Mapping[str, str]] = {
    "is": _both("is", "is"),
    "is_not": _both("is not", "is niet"),
    "in": _both("is one of", "is een van"),
    "not_in": _both("is none of", "is geen van"),
    "at_least": _both("is at least", "is minstens"),
    "at_most": _both("is at most", "is hoogstens"),
    "contains": _both("contains", "bevat"),
    "exists": _both("is known", "is bekend"),
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "and": _both("and", "en"),
    "or": _both("or", "of"),
    "not": _both("not ({part})", "niet ({part})"),
    "unknown": _both("is not known", "is niet bekend"),
    "true": _both("yes", "ja"),
    "false": _both("no", "nee"),
    "every contact": _both("For every contact", "Voor elk contact"),
    "contacts": _both("For contacts where {when}", "Voor contacten waarbij {when}"),
    "everyone": _both("all employees", "alle medewerkers"),
    "those": _both("employees where {who}", "medewerkers waarbij {who}"),
    "require": _both("only {who}", "alleen {who}"),
    "forbid": _both("not {who}", "niet {who}"),
    "boost": _both("{who} score {amount}", "{who} scoren {amount}"),
    "stop": _both("a red card for {who}", "een rode kaart voor {who}"),
    "stop rules": _both("these rules do not hold: {rules}", "deze regels gelden niet: {rules}"),
    "set priority": _both("priority {value}", "prioriteit {value}"),
    "set answer_within_s": _both("an answer within {value} s", "antwoord binnen {value} s"),
    "set channel": _both("offer {value}", "bied {value} aan"),
    "set difficult": _both("counts as difficult", "geldt als moeilijk"),
    "step": _both("after {after} s also {who}", "na {after} s ook {who}"),
    "forbid step": _both("after {after} s only those of them where {who}", "na {after} s alleen wie van hen {who}"),
    "drop": _both("after {after} s it no longer holds", "na {after} s geldt dit niet meer"),
}


def field_in_words(path: str, language: str) -> str:
    """What a field is called.

    >>> field_in_words("employee.skill.billing", "en")
    "the employee's level of billing"
    """
    if path in FIELD_WORDS:
        return FIELD_WORDS[path][language]
    prefix = ".".join(path.split(".", 2)[:2]) + "."
    return FIELD_WORDS[prefix][language].format(name=path[len(prefix) :])


def condition_in_words(condition: Condition, language: str) -> str:
    """The condition as a clause; parts of parts in parentheses."""
    if isinstance(condition, Test):
        return _test_in_words(condition, language)
    if isinstance(condition, Not):
        return _say("not", language, part=condition_in_words(condition.part, language))
    joint = _say("and" if isinstance(condition, All) else "or", language)
    parts = [
        clause if isinstance(part, Test | Not) or len(condition.parts) == 1 else f"({clause})"
        for part in condition.parts
        for clause in (condition_in_words(part, language),)
    ]
    return f" {joint} ".join(parts)


def rule_in_words(rule: Rule, language: str) -> str:
    """What the rule does, in a sentence."""
    when = (
        _say("every contact", language)
        if rule.when is None
        else _say("contacts", language, when=condition_in_words(rule.when, language))
    )
    parts = [effect_in_words(rule.effect, rule.employees, language), *_steps_in_words(rule, language)]
    return f"{when}: {'; '.join(parts)}."


def effect_in_words(effect: Effect, employees: Condition | None, language: str) -> str:
    """What an effect does to these employees, as a clause."""
    who = who_in_words(employees, language)
    if effect.kind is EffectKind.SET and effect.changes is not None:
        changes = effect.changes
        named = {name: getattr(changes, name) for name in SETTABLE}
        return "; ".join(
            _say(f"set {name}", language, value=value_in_words(value, language))
            for name, value in named.items()
            if value is not None
        )
    if effect.rules:
        return _say("stop rules", language, rules=", ".join(effect.rules))
    amount = number_in_words(effect.amount, language, signed=True)
    return _say(str(effect.kind), language, who=who, amount=amount)


def who_in_words(employees: Condition | None, language: str) -> str:
    """Which employees are meant."""
    if employees is None:
        return _say("everyone", language)
    return _say("those", language, who=condition_in_words(employees, language))


def value_in_words(value: object, language: str) -> str:
    """A value as people write it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _say("true" if value else "false", language)
    if isinstance(value, int | float):
        return number_in_words(value, language)
    return ", ".join(str(one) for one in value) if isinstance(value, tuple | list) else str(value)


def number_in_words(number: float, language: str, *, signed: bool = False) -> str:
    """The number with the decimal sign of that language.

    >>> number_in_words(0.25, "nl", signed=True)
    '+0,25'
    """
    text = f"{number:+g}" if signed else f"{number:g}"
    return text.replace(".", ",") if language == "nl" else text


def _steps_in_words(rule: Rule, language: str) -> list[str]:
    told = []
    for step in rule.steps:
        after = number_in_words(step.after_s, language)
        if step.employees is None:
            told.append(_say("drop", language, after=after))
        elif rule.effect.kind is EffectKind.FORBID:
            who = condition_in_words(step.employees, language)
            told.append(_say("forbid step", language, after=after, who=who))
        else:
            told.append(_say("step", language, after=after, who=who_in_words(step.employees, language)))
    return told


def _test_in_words(test: Test, language: str) -> str:
    subject = field_in_words(test.field, language)
    if test.operator == "exists":
        return f"{subject} {OPERATOR_WORDS['exists'][language] if test.operand else _say('unknown', language)}"
    operands = test.operand if isinstance(test.operand, tuple) else (test.operand,)
    shown = ", ".join(_operand_in_words(one, language) for one in operands)
    return f"{subject} {OPERATOR_WORDS[test.operator][language]} {shown}"


def _operand_in_words(operand: Attribute, language: str) -> str:
    return f"“{operand}”" if isinstance(operand, str) else value_in_words(operand, language)


def _say(what: str, language: str, **facts: object) -> str:
    return WORDS[what][language].format(**facts)
