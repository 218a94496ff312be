"""What the linter can find: a code, how serious it is, and in Dutch and English what is wrong and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from matcher.errors import Fault
from matcher.rules.lint.words import ADVICE, SENTENCES


class Severity(StrEnum):
    """What a finding does to a publication."""

    REFUSED = "refused"  # it cannot be published so
    SECOND_PERSON = "second_person"  # another person must agree, whatever the settings say
    WARNING = "warning"  # think again
    NOTE = "note"  # good to know


SEVERITIES: Mapping[str, Severity] = {
    "unreachable_rule": Severity.WARNING,
    "redundant_rule": Severity.WARNING,
    "stopped_rule": Severity.NOTE,
    "step_changes_nothing": Severity.WARNING,
    "overlapping_rules": Severity.WARNING,
    "opposed_boosts": Severity.NOTE,
    "contradicting_rules": Severity.REFUSED,
    "contradicting_until_relaxed": Severity.WARNING,
    "impossible_requirement": Severity.REFUSED,
    "priority_cycle": Severity.REFUSED,
    "boost_outvotes_scores": Severity.WARNING,
    "boost_outvotes_requirement": Severity.WARNING,
    "boost_without_effect": Severity.WARNING,
    "too_many_to_compare": Severity.NOTE,
    "requirement_nobody_meets": Severity.REFUSED,
    "requirement_unstaffed_hours": Severity.WARNING,
    "unknown_skill": Severity.REFUSED,
    "unknown_language": Severity.REFUSED,
    "unknown_team": Severity.REFUSED,
    "unknown_employee": Severity.REFUSED,
    "proxy_for_protected": Severity.REFUSED,
    "protected_attribute": Severity.REFUSED,
    "language_as_ground": Severity.SECOND_PERSON,
    "discrimination_risk": Severity.SECOND_PERSON,
    "tier_by_value_system": Severity.REFUSED,
    "all_three_strategies": Severity.WARNING,
    "no_reachable_person": Severity.REFUSED,
    "dead_end": Severity.REFUSED,
    "no_transfer": Severity.WARNING,
    "requirement_never_relaxes": Severity.NOTE,
    "closed_door_after_hours": Severity.WARNING,
    "repeated_story": Severity.WARNING,
    "wait_without_estimate": Severity.WARNING,
    "unkept_call_back": Severity.REFUSED,
    "contacts_per_hour_target": Severity.WARNING,
    "pushing_sales": Severity.WARNING,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: where (a JSON Pointer into the document), which rules it is about, what is wrong and what to do."""

    code: str
    severity: Severity
    pointer: str
    sentence: Mapping[str, str]
    advice: Mapping[str, str]
    rules: tuple[str, ...] = ()

    def fault(self, language: str) -> Fault:
        """The finding as a refusal tells it."""
        return Fault(self.pointer, self.code, f"{self.sentence[language]} {self.advice[language]}")


def finding(code: str, pointer: str, *, rules: tuple[str, ...] = (), **facts: object) -> Finding:
    """The finding of that code, its sentences filled in with these facts."""
    sentence = {language: text.format(**facts) for language, text in SENTENCES[code].items()}
    return Finding(code, SEVERITIES[code], pointer, sentence, ADVICE[code], rules)
