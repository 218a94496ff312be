"""Links by which people answer without a key: for one person, one form, one time."""

import string
from datetime import timedelta

import pytest

from matcher.errors import ConsentMissing, InvalidInput, NotFound
from matcher.profiles.invitation import (
    BadInvitation,
    Invitation,
    InvitationExpired,
    InvitationUsed,
    seal,
    unseal,
)
from matcher.profiles.people import CUSTOMER, EMPLOYEE
from matcher.profiles.questionnaire import Answer
from matcher.use_cases.erase_person import erase_person
from matcher.use_cases.invite_respondent import Wish, invite_respondent
from matcher.use_cases.redeem_invitation import Respondent, answer_by_invitation, redeem_invitation
from matcher.use_cases.revoke_evidence import revoke_evidence
from matcher.use_cases.save_customer import save_customer
from matcher.use_cases.save_employee import save_employee
from models.memory import MemoryRecords, MemoryStore
from tests.matcher.use_cases.world import FRAMEWORK, NOW, WITHDRAWN, counting_ids, customer, employee, later

SECRET = b"s" * 32
STAFF = FRAMEWORK.forms["staff"]
ids = counting_ids("i")


def settled() -> MemoryRecords:
    """One customer who agreed, one employee, in a transaction that nobody ends."""
    records = MemoryStore().writing().__enter__()
    save_customer(records, customer(), now=NOW)
    save_employee(records, employee(), now=NOW)
    return records


def link(records: MemoryRecords, who: str = EMPLOYEE, *, days: int = 14, language: str = "nl") -> str:
    """A link for the employee to the staff form, or for the customer to theirs."""
    subject, form = ("e-1", "staff") if who == EMPLOYEE else ("c-1", "customer")
    wish = Wish(form, language, days)
    invited = invite_respondent(
        records, FRAMEWORK, who, subject, wish, secret=SECRET, actor="key:hr", now=NOW, new_id=ids
    )
    return invited.token


def redeem(records: MemoryRecords, token: str, seconds: float = 60) -> Respondent:
    """What the link asks, so many seconds after it was made."""
    return redeem_invitation(records, FRAMEWORK, token, secret=SECRET, now=later(seconds))


def reply(records: MemoryRecords, token: str, *answers: Answer, seconds: float = 60) -> Respondent:
    """The answers given by the link."""
    return answer_by_invitation(records, FRAMEWORK, token, answers, secret=SECRET, now=later(seconds), new_id=ids)


def everything() -> list[Answer]:
    """Every item of the staff form answered."""
    return [Answer(item, best="abcd"[place % 4], worst="bcda"[place % 4]) for place, item in enumerate(STAFF.order)]


def an_invitation(**changes: object) -> Invitation:
    """An invitation with valid defaults."""
    given = {"id": "i-1", "who": CUSTOMER, "subject_id": "c-1", "framework": "f@1", "form": "customer"}
    times = {"issued_at": NOW, "expires_at": later(60)}
    return Invitation(**(given | times | {"language": "nl", "issued_by": "key:1"} | changes))  # type: ignore[arg-type]  # keyword arguments of a test


def test_a_token_says_what_was_sealed() -> None:
    """Whatever ids are made of, they come back as they were."""
    invitation = an_invitation(subject_id="a.b:c@d-e_f" * 11)

    assert unseal(seal(invitation, SECRET), SECRET) == invitation


def test_no_change_of_a_token_goes_unnoticed() -> None:
    """Every character by others in turn, cuts and additions: nobody answers for their neighbour."""
    token = seal(an_invitation(), SECRET)
    changed = {token[:place] + new + token[place + 1 :] for place in range(len(token)) for new in "Aa0_.é"} - {token}
    broken = {token[:-1], token[1:], token + "A", token + "=", "", ".", "a.b", token * 20, "\ud800", "x" * 10_000}

    for each in changed | broken:
        with pytest.raises(BadInvitation):
            unseal(each, SECRET)


def test_another_secret_makes_other_seals() -> None:
    """A link of one installation opens nothing in another."""
    with pytest.raises(BadInvitation):
        unseal(seal(an_invitation(), SECRET), b"t" * 32)


def test_a_token_fits_into_a_link() -> None:
    """Mail programs break links at anything else."""
    assert set(seal(an_invitation(), SECRET)) <= set(string.ascii_letters + string.digits + "-_.")


def test_a_link_asks_the_form_question_by_question_until_it_is_answered() -> None:
    """Staff get the form's order; with the last answer the link has served."""
    records = settled()
    token = link(records)
    asked = []
    question = redeem(records, token).question
    while question is not None:
        asked.append(question.item.id)
        question = reply(records, token, Answer(question.item.id, best="a", worst="b")).question

    assert asked == list(STAFF.order)
    with pytest.raises(InvitationUsed):
        redeem(records, token)
    with pytest.raises(InvitationUsed):
        reply(records, token, *everything())


def test_a_link_serves_once_even_where_its_answers_were_taken_back() -> None:
    """Else whoever keeps an old mail could answer again for someone who withdrew."""
    records = settled()
    token = link(records)
    reply(records, token, *everything())
    (piece,) = records.profiles.evidence_of(EMPLOYEE, "e-1")
    revoke_evidence(records, FRAMEWORK, EMPLOYEE, "e-1", piece.id, actor="employee:e-1", now=later(90))

    with pytest.raises(InvitationUsed):
        redeem(records, token, 120)
    assert redeem(records, invite_again(records, 200), 260).question is not None


def invite_again(records: MemoryRecords, seconds: float) -> str:
    """A new link for the employee, made later."""
    wish, made = Wish("staff", "nl", 14), later(seconds)
    subject = (records, FRAMEWORK, EMPLOYEE, "e-1", wish)
    return invite_respondent(*subject, secret=SECRET, actor="key:hr", now=made, new_id=ids).token


def test_a_customers_link_ends_with_the_preferences() -> None:
    """First what tells most of the values, then how they like to be served."""
    records = settled()
    token = link(records, CUSTOMER)
    asked = []
    question = redeem(records, token).question
    while question is not None:
        asked.append(question.item.id)
        question = reply(records, token, Answer(question.item.id, best="a")).question

    assert asked[-3:] == ["K1", "D1", "K2"]
    assert set(asked[:-3]) <= set(FRAMEWORK.forms["customer"].order)


def test_without_consent_a_link_asks_preferences_alone() -> None:
    """And refuses answers about values, as every other way in does."""
    records = settled()
    token = link(records, CUSTOMER)
    save_customer(records, customer(consent=WITHDRAWN), now=later(1))
    first = redeem(records, token).question

    assert first is not None
    assert first.item.id == "K1"
    with pytest.raises(ConsentMissing):
        reply(records, token, Answer("C1", best="a"))


def test_the_evidence_names_the_link_and_who_sent_it() -> None:
    """An employee must be able to see that answers came by a link, should they not be their own."""
    records = settled()
    reply(records, link(records), *everything())
    (piece,) = records.profiles.evidence_of(EMPLOYEE, "e-1")

    assert piece.actor.startswith("invitation:i-")
    assert "key:hr" in (piece.reason or "")


def test_a_link_has_its_time() -> None:
    """To the second: until then it serves, from then on it does not."""
    records = settled()
    token = link(records, days=2)
    last = timedelta(days=2).total_seconds()

    assert redeem(records, token, last - 1).question is not None
    with pytest.raises(InvitationExpired):
        redeem(records, token, last)


def test_a_link_to_someone_who_was_erased_leads_nowhere() -> None:
    """And brings nobody back."""
    records = settled()
    token = link(records)
    erase_person(records, EMPLOYEE, "e-1", now=NOW)

    with pytest.raises(NotFound):
        reply(records, token, *everything())
    assert records.form_answers.of_person(EMPLOYEE, "e-1", framework=None) == []


@pytest.mark.parametrize("days", [0, -1, 91])
def test_faults_of_an_invitation_are_told_at_once(days: int) -> None:
    """Language and days, both at their place."""
    with pytest.raises(InvalidInput) as refused:
        link(settled(), days=days, language="fr")

    assert [fault.pointer for fault in refused.value.faults] == ["/lang", "/valid_days"]
