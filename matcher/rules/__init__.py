"""What operations allow: rule sets parsed, compiled, and met by contacts and employees."""

from matcher.rules.apply import Boost, CompiledRules, Refusal, RuleEffects, apply_rules, compile_rules
from matcher.rules.default import DEFAULT_RULE_SET
from matcher.rules.difference import Difference, difference, difference_in_words
from matcher.rules.parse import parse_rule_set
from matcher.rules.rule_set import Rule, RuleSet, ValuesPolicy
from matcher.rules.strategy import Strategy, Weights, strategy_named

__all__ = [
    "DEFAULT_RULE_SET",
    "Boost",
    "CompiledRules",
    "Difference",
    "Refusal",
    "Rule",
    "RuleEffects",
    "RuleSet",
    "Strategy",
    "ValuesPolicy",
    "Weights",
    "apply_rules",
    "compile_rules",
    "difference",
    "difference_in_words",
    "parse_rule_set",
    "strategy_named",
]
