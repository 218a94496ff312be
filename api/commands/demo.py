"""`klik demo`: a small day at an energy company, played through the real service over HTTP."""

import json
import os
import re
from collections.abc import Mapping
from typing import Any

import click
from rich.console import Console

from api.commands.screen import progress
from api.demo_world import shown
from api.demo_world.caller import Caller
from api.demo_world.day import COMPANY, Day, read_day
from api.demo_world.learning import People, Teller, learn, put_in_service, tell_past
from api.demo_world.service import NotStarted, RunningService, running_service
from api.demo_world.words import LANGUAGES, say
from api.settings import load_settings
from api.wiring import fresh_rng, read_framework, utc_now

SEED = 20_261_122  # of the weeks before
RANKED_CONTACT = "w-02"
KEY = re.compile(r"klik_[A-Za-z0-9]+_[A-Za-z0-9]+")


@click.command()
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of the story.")
@click.option("--keep", is_flag=True, help="Leave the service running until Ctrl-C.")
def demo(lang: str, keep: bool) -> None:
    """Play a small day: start the service, fill it, match a morning's contacts and show why."""
    console = Console()
    day = read_day()
    say_line(console, "hello", lang, company=COMPANY, contacts=len(day.contacts), employees=len(day.employee_names))
    with console.status(say("starting", lang)) as status, running_service(os.environ) as service:
        status.stop()
        play(console, service, day, lang)
        if keep:
            wait_for_interrupt(console, service, lang)
    if not keep:
        say_line(console, "stopped", lang)


def play(console: Console, service: RunningService, day: Day, lang: str) -> None:
    """Everything between the start of the service and its end."""
    router, hr = (Caller(service.url, create_key(service, role), lang) for role in ("router", "hr"))
    fill(console, day, router, hr, lang)
    contacts = [one.request for one in day.contacts]
    answer = router.send("POST", "/v1/matches", {"contacts": contacts, "explain": "full"})
    console.print(shown.who_got_whom(day, answer, lang))
    console.print(shown.proof(answer, lang), highlight=False)
    console.print()
    console.print(shown.who_waits(day, answer, lang))
    without = router.send("POST", "/v1/matches", {"contacts": [without_values(one) for one in contacts]})
    console.print(shown.differences(day, answer, without, lang) or say("no_difference", lang))
    asked = {"contact": day.contact(RANKED_CONTACT).request, "limit": 3}
    ranking = router.send("POST", "/v1/rankings", asked)
    console.print(shown.best_for(day, RANKED_CONTACT, ranking["assignments"], lang))
    people = People(
        router, *(Caller(service.url, create_key(service, role), lang) for role in ("analyst", "operations"))
    )
    play_second_morning(console, people, day, answer, lang)
    show_how_to_go_on(console, router, asked, lang)


def play_second_morning(console: Console, people: People, day: Day, first: Mapping[str, Any], lang: str) -> None:
    """Ten drawn weeks of outcomes, a classifier learnt from them, and the same morning decided by it."""
    from matcher.simulation.past import CONTACTS, CUSTOMERS, WEEKS, draw_past  # here: numpy would slow every --help

    nothing = learn(people.analyst, lambda _done, _total: None)
    say_line(console, "nothing_learnt", lang, basis=say(first["decision_basis"], lang), why=nothing["error"])
    past = draw_past(day.staff, read_framework(load_settings(os.environ)), until=utc_now(), rng=fresh_rng(SEED))
    say_line(console, "past", lang, weeks=WEEKS, customers=CUSTOMERS, contacts=CONTACTS)
    with progress(say("telling", lang)) as step:
        tellers = [Teller(one.id, one.master, one.answers) for one in past.customers]
        tell_past(people.router, tellers, past.outcomes, step)
    with progress(say("learning", lang)) as step:
        job = learn(people.analyst, step)
    version = job["result"]["version"]
    card = put_in_service(people, version)
    console.print(shown.gate(card, lang))
    contacts = [one.request for one in day.contacts]
    answer = people.router.send("POST", "/v1/matches", {"contacts": contacts, "explain": "full"})
    basis = say(answer["decision_basis"], lang)
    say_line(console, "second_morning", lang, basis=basis, version=answer["versions"]["classifier"])
    console.print(shown.changes(day, first, answer, lang) or say("no_difference", lang))
    console.print(shown.proof(answer, lang), highlight=False)
    console.print()


def create_key(service: RunningService, role: str) -> str:
    """A new key of that role."""
    found = KEY.search(service.run_klik("key", "create", role))
    if found is None:
        raise NotStarted(f"`klik key create {role}` showed no key.")
    return found.group()


def fill(console: Console, day: Day, router: Caller, hr: Caller, lang: str) -> None:
    """HR imports its file; the router stores customers with what they told; everyone comes to work."""
    imported = hr.send_csv("/v1/employees/imports", day.staff_csv)
    for customer_id, customer in day.customers.items():
        router.send("PUT", f"/v1/customers/{customer_id}", customer.master)
        for facet, pick in customer.tells:
            told = {"source": "self_tag", "facet": facet, "pick": pick}
            router.send("POST", f"/v1/customers/{customer_id}/evidence", told)
    for employee_id in day.employee_names:
        router.send("PUT", f"/v1/employees/{employee_id}/presence", {"state": "available"})
    consents = sum(one.master["consent"]["value_profiling"] for one in day.customers.values())
    say_line(
        console, "imported", lang, applied=imported["counts"]["create"], customers=len(day.customers), consents=consents
    )


def without_values(contact: Mapping[str, Any]) -> dict[str, Any]:
    """The same contact of a customer who gave no consent: values then weigh nothing for it."""
    return {**contact, "customer": {"consent": {"value_profiling": False}}}


def show_how_to_go_on(console: Console, router: Caller, asked: Mapping[str, Any], lang: str) -> None:
    """The address, the contract, and a request that works as it stands."""
    console.print(say("go_on", lang), style="bold")
    say_line(console, "address", lang, url=router.url)
    say_line(console, "docs", lang, url=router.url)
    lines = (
        f"curl -s {router.url}/v1/rankings \\",
        f"  -H 'Authorization: Bearer {router.key}' \\",
        "  -H 'Content-Type: application/json' \\",
        f"  -d '{json.dumps(asked)}'",
    )
    console.print("\n".join(lines), highlight=False, soft_wrap=True, markup=False)
    console.print()


def wait_for_interrupt(console: Console, service: RunningService, lang: str) -> None:
    """Return when Ctrl-C is pressed or the service ends by itself."""
    say_line(console, "stays", lang)
    try:
        service.process.wait()
    except KeyboardInterrupt:
        console.print()


def say_line(console: Console, word: str, lang: str, **facts: object) -> None:
    """Print one of the demonstration's sentences."""
    console.print(say(word, lang, **facts), highlight=False)
