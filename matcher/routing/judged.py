"""What a classifier says of a round: the employees' half kept with the staff, the customers' only where they agree."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matcher.compatibility.people_table import PeopleTable, customer_table
from matcher.compatibility.serving import Judgement, Kind, ServedClassifier, StaffHalf
from matcher.profiles.channels import CHANNEL
from matcher.profiles.facets import ShareTable
from matcher.profiles.framework import Framework
from matcher.routing.attendance import Ints
from matcher.routing.roster import Roster, kept
from matcher.routing.shares import inline_facet, shares_of
from matcher.routing.snapshot import CustomerTable, Snapshot

UNLEARNT_MODES = ("off", "same")  # of values: operations have said what counts, and it is not what was learnt


@dataclass(frozen=True, slots=True, eq=False)
class _KeptKind:
    """A kind of contact over the whole staff; its size tells the memo when it is full."""

    kind: Kind
    size: int


def serving(snapshot: Snapshot) -> ServedClassifier | None:
    """The classifier that judges this round, if one does: there is one, and the rule set lets what was learnt count."""
    if snapshot.classifier is None or snapshot.rules.rule_set.values.mode in UNLEARNT_MODES:
        return None
    return snapshot.classifier


def judgement_of(snapshot: Snapshot, classifier: ServedClassifier) -> Judgement:
    """What the classifier says of every pair of the round."""
    whole, roster = snapshot.everyone or snapshot.roster, snapshot.roster
    staff = _whole_staff(snapshot, classifier, whole)
    columns = None if whole is roster else _columns_in(whole, roster)
    here = staff if columns is None else _part_of(roster, classifier, staff, columns)
    intents = [classifier.known_intent(contact.intent) for contact in snapshot.contacts]
    channels = [classifier.known_channel(contact.channel) for contact in snapshot.contacts]

    def kind_of(intent: str | None, channel: str | None) -> Kind:
        key = ("chance", classifier.version, intent, channel)
        found = kept(whole.of_people, key, lambda: _kept_kind(classifier.kind(staff, intent, channel))).kind
        return found if columns is None else found.take(columns)

    customers, people = _customers(snapshot)
    return classifier.judge(here, customers, people, intents, channels, kind_of=kind_of)


def _whole_staff(snapshot: Snapshot, classifier: ServedClassifier, whole: Roster) -> StaffHalf:
    key = ("judged", classifier.version)
    return kept(whole.of_people, key, lambda: classifier.staff(whole.employees, snapshot.framework, whole.values))


def _part_of(roster: Roster, classifier: ServedClassifier, staff: StaffHalf, columns: Ints) -> StaffHalf:
    return kept(roster.of_people, ("judged", classifier.version), lambda: staff.take(columns))


def _columns_in(whole: Roster, roster: Roster) -> Ints:
    """Where the employees of a narrowed roster stand among all of them."""

    def look_up() -> Ints:
        return np.array([whole.index_of[each.id] for each in roster.employees], dtype=np.int64)

    return kept(roster.of_people, "columns of the whole", look_up)


def _kept_kind(kind: Kind) -> _KeptKind:
    return _KeptKind(kind, 2 * len(kind.chance))


def _customers(snapshot: Snapshot) -> tuple[dict[int, int], PeopleTable]:
    """The customers of whom anything may be used, by row of their contact, and as columns. Whoever keeps a profile to
    themself is nobody here: no trait, no wish and no earlier outcome of theirs counts either."""
    table = snapshot.customers
    rows = [row for row, one in enumerate(table.known) if one.customer is not None and not table.withheld[row]]
    return {row: place for place, row in enumerate(rows)}, customers_as_columns(table, rows, snapshot.framework)


def customers_as_columns(table: CustomerTable, rows: Sequence[int], framework: Framework) -> PeopleTable:
    """The customers of these rows as a classifier reads them, in training and in service alike."""
    known = [table.known[row] for row in rows]
    values, facet = table.values, framework.facets[CHANNEL]
    stated = [None if one.customer is None else inline_facet(one.customer.profile, CHANNEL) for one in known]
    return customer_table(
        [one.customer for one in known if one.customer is not None],
        framework,
        values=ShareTable(values.share[rows], values.n_eff[rows], values.n_declared[rows]),
        channels=shares_of(facet, [one.on(CHANNEL) for one in known], stated, table.at),
    )
