"""A customer who no longer agrees, at the very moment something is written about their values."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

import pytest

from matcher.errors import ConsentMissing
from matcher.profiles.evidence import Source
from matcher.profiles.people import CUSTOMER, Consent, Customer
from matcher.profiles.questionnaire import Answer
from matcher.use_cases.add_evidence import Claim, add_evidence
from matcher.use_cases.answer_form import Submission, answer_form
from matcher.use_cases.ports import Records
from matcher.use_cases.save_customer import save_customer
from models.frameworks import load_framework
from models.store import SqlStore

FRAMEWORK = load_framework()
NOW = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)
NewId = Callable[[], str]


def _agreeing(*, agrees: bool) -> Customer:
    return Customer("c-1", consent=Consent(value_profiling=agrees))


def _evidence(records: Records, new_id: NewId) -> object:
    claim = Claim(Source.SELF_TAG, "values", pick=FRAMEWORK.values.dims[0])
    return add_evidence(records, FRAMEWORK, CUSTOMER, "c-1", claim, actor="key-1", now=NOW, new_id=new_id)


def _answers(records: Records, new_id: NewId) -> object:
    form = FRAMEWORK.form("customer")
    told = Submission("customer", "nl", (Answer(form.order[0], best="a"),))
    return answer_form(records, FRAMEWORK, CUSTOMER, "c-1", told, actor="key-1", now=NOW, new_id=new_id)


@pytest.mark.parametrize("write", [_evidence, _answers])
def test_nothing_of_values_outlives_a_withdrawal_in_between(
    postgresql_store: SqlStore, write: Callable[[Records, NewId], object]
) -> None:
    """Consent was there when it was looked at and gone when the evidence was written.

    An id is asked for just before something is written: there the withdrawal slips in, whole. On SQLite one writer
    waits for the other anyway.
    """
    with postgresql_store.writing() as records:
        save_customer(records, _agreeing(agrees=True), now=NOW)
    numbers = count()

    def withdraws() -> str:
        number = next(numbers)
        if number == 0:
            with postgresql_store.writing() as beside:
                save_customer(beside, _agreeing(agrees=False), now=NOW)
        return f"id-{number}"

    with pytest.raises(ConsentMissing), postgresql_store.writing() as records:
        write(records, withdraws)
    with postgresql_store.reading() as records:
        assert records.profiles.evidence_of(CUSTOMER, "c-1") == []
        assert records.form_answers.of_person(CUSTOMER, "c-1", framework=None) == []
