"""A rule set out of its JSON document, or every fault in it at once."""

import json
from collections.abc import Mapping

from matcher.errors import InvalidInput
from matcher.profiles.framework import Framework
from matcher.rules.parse_conditions import value_system_names
from matcher.rules.parse_rules import MOST_TITLE, read_rules
from matcher.rules.parse_terms import TermsReader
from matcher.rules.reading import Faults
from matcher.rules.rule_set import NO_LIMITS, NO_OFFER, RuleSet, ValuesMode, ValuesPolicy, canonical_json, version_of

SCHEMA = "rule-set/1"
REQUIRED = ("schema", "title", "strategy")
OPTIONAL = ("values", "rules", "service", "hold", "limits", "offer", "explore", "outcome")
MODES: Mapping[str, ValuesMode] = {"off": "off", "same": "same", "prior": "prior", "learned": "learned"}
DEFAULT_VALUES = ValuesPolicy("prior", 0.5)


def parse_rule_set(document: Mapping[str, object], *, framework: Framework | None = None) -> RuleSet:
    """The rule set. With the framework given, rules that mention one of its value systems are refused too.

    Raises InvalidInput with every fault, each with a JSON Pointer into the document.
    """
    faults = Faults()
    read = faults.mapping(document, "", required=REQUIRED, optional=OPTIONAL)
    if read is None:
        raise InvalidInput(faults.found)
    value_systems = value_system_names(framework)
    terms = TermsReader(faults, value_systems)
    if "schema" in read:
        faults.one_of(read["schema"], "/schema", "unknown_schema", (SCHEMA,))
    title = faults.text(read["title"], "/title", most=MOST_TITLE) if "title" in read else None
    strategy = terms.strategy(read["strategy"]) if "strategy" in read else None
    values = _values(read["values"], faults) if "values" in read else DEFAULT_VALUES
    parts = {
        "rules": read_rules(read.get("rules", []), faults, value_systems),
        "service": terms.service(read.get("service", [])),
        "hold": terms.hold(read["hold"]) if "hold" in read else None,
        "limits": terms.limits(read["limits"]) if "limits" in read else NO_LIMITS,
        "offer": terms.offer(read["offer"]) if "offer" in read else NO_OFFER,
        "explore": terms.explore(read["explore"]) if "explore" in read else None,
        "outcome": terms.outcome(read["outcome"]) if "outcome" in read else None,
    }
    if faults.found or title is None or strategy is None or values is None:
        raise InvalidInput(faults.found)
    kept = json.loads(canonical_json(document))  # a copy that no one else can change
    return RuleSet(
        version=version_of(title, document),
        title=title,
        strategy=strategy,
        values=values,
        document=kept,
        **parts,  # type: ignore[arg-type]  # each read by the reader of its part
    )


def _values(value: object, faults: Faults) -> ValuesPolicy | None:
    document = faults.mapping(value, "/values", required=("mode",), optional=("max_weight",))
    if document is None or "mode" not in document:
        return None
    mode = faults.one_of(document["mode"], "/values/mode", "unknown_mode", MODES)
    most = DEFAULT_VALUES.max_weight
    weight = faults.number(document.get("max_weight", most), "/values/max_weight", least=0.0, most=1.0)
    return None if mode is None or weight is None else ValuesPolicy(MODES[mode], weight)
