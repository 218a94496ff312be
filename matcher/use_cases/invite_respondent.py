"""Invite a person to answer a form by a link."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from matcher.errors import Fault, InvalidInput
from matcher.profiles.framework import Framework
from matcher.profiles.invitation import Invitation, seal
from matcher.profiles.people import Who
from matcher.use_cases.find_person import find_person
from matcher.use_cases.ports import Records

LONGEST_DAYS = 90  # no link outlives the wave of answers that it may begin


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of the person, in which language, and for how many days (1 to 90) the link is to serve."""

    form: str
    language: str
    valid_days: int


@dataclass(frozen=True, slots=True)
class Invited:
    """The invitation, and the token that carries it: it is shown once and not kept."""

    invitation: Invitation
    token: str


def invite_respondent(
    records: Records,
    framework: Framework,
    who: Who,
    subject_id: str,
    wish: Wish,
    *,
    secret: bytes,
    actor: str,
    now: datetime,
    new_id: Callable[[], str],
) -> Invited:
    """A link by which the person answers that form without a key, until it is answered or the link is past its time.

    Raises NotFound; InvalidInput with every fault.
    """
    find_person(records, who, subject_id)
    form = framework.form(wish.form)
    _check(framework, wish)
    issued_at = now.replace(microsecond=0)
    invitation = Invitation(
        id=new_id(),
        who=who,
        subject_id=subject_id,
        framework=framework.name,
        form=form.id,
        language=wish.language,
        issued_at=issued_at,
        expires_at=issued_at + timedelta(days=wish.valid_days),
        issued_by=actor,
    )
    return Invited(invitation, seal(invitation, secret))


def _check(framework: Framework, wish: Wish) -> None:
    faults = []
    if wish.language not in framework.languages:
        names = ", ".join(framework.languages)
        detail = f"{framework.name} speaks {names}, not {wish.language[:64]!r}"
        faults.append(Fault("/lang", "unknown_language", detail))
    if not 1 <= wish.valid_days <= LONGEST_DAYS:
        faults.append(Fault("/valid_days", "out_of_range", f"a link serves for 1 to {LONGEST_DAYS} days"))
    if faults:
        raise InvalidInput(faults)
