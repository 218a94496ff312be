"""The rule set in force until operations publish their own."""

from matcher.rules.parse import SCHEMA, parse_rule_set

DEFAULT_RULE_SET = parse_rule_set(
    {
        "schema": SCHEMA,
        "title": "Default",
        "strategy": {"preset": "customer_intimacy"},
        "values": {"mode": "prior", "max_weight": 0.5},
        "rules": [],
    }
)
