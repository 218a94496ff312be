"""Outcomes over HTTP: told once, listed for those who own complaints, taken from files, gone with the person."""

from types import SimpleNamespace
from typing import Any

import pytest

from api.csv_body import AT_ONCE_ROWS
from api.schemas.outcome_twins import MOST_OUTCOMES, read_outcome
from api.schemas.outcomes import OutcomeSchema
from matcher.rules import DEFAULT_RULE_SET, compile_rules, parse_rule_set
from tests.api.installation import Installation
from tests.contracts.stored_things import everything_in

TOLD = {"event_id": "o-1", "contact_id": "k-1", "customer_id": "c1", "employee_id": "e1"}
TOLD |= {"occurred_at": "2026-03-01T10:00:00+01:00"}
EVERYTHING: dict[str, Any] = {
    **TOLD,
    "intent": "invoice",
    "channel": "phone",
    "group": "billing",
    "decision_at": "2026-03-01T09:50:00+01:00",
    "propensity": 0.25,
    "resolved": True,
    "satisfaction": 4,
    "effort": 2,
    "minutes": 7.5,
    "money_cents": -150,
    "complaint": False,
    "broken_promise": False,
    "note": "Fijn geholpen",
}
HEADER = b"at,customer_id,employee_id,success,propensity,group,intent,channel,handle_s\n"
LINE = b"2026-03-01T10:00:00+01:00,c1,e1,%s,0.5,monday,invoice,phone,300\n"


@pytest.fixture
def here(service: Installation) -> Installation:
    """A service that knows a customer and an employee."""
    service.add_customer("c1", segment="retail")
    service.add_employee("e1")
    return service


def tell(service: Installation, *items: Any, role: str = "router", **headers: str) -> Any:
    """The answer to these outcomes."""
    return service.call(role, "POST", "/v1/outcomes", json={"items": list(items)}, headers=headers)


def listed(service: Installation, query: str = "", role: str = "operations") -> list[dict[str, Any]]:
    """The outcomes that a list shows."""
    answer = service.call(role, "GET", f"/v1/outcomes{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return list(answer.get_json()["items"])


def faults(answer: Any) -> list[tuple[str, str]]:
    """Where and why an answer refuses."""
    assert answer.status_code == 422, answer.get_data(as_text=True)
    return [(fault["pointer"], fault["code"]) for fault in answer.get_json(force=True)["errors"]]


def send(service: Installation, content: bytes, query: str = "", role: str = "operations") -> Any:
    """The answer to a file."""
    return service.call(role, "POST", f"/v1/outcomes/imports{query}", data=content, content_type="text/csv")


def test_an_outcome_is_remembered_with_all_that_was_told(here: Installation) -> None:
    """Every field of the contract, and the conclusion: 10 euro received, 1.50 back, two efforts and 7.5 minutes."""
    answer = tell(here, EVERYTHING)

    assert answer.get_json() == {
        "recorded": 1,
        "duplicates": 0,
        "joined": 0,
        "relabelled": 0,
        "unknown_customers": 0,
        "unknown_employees": 0,
    }
    (one,) = listed(here)
    assert one == {
        **EVERYTHING,
        "occurred_at": "2026-03-01T09:00:00Z",
        "decision_at": "2026-03-01T08:50:00Z",
        "recorded_at": "2026-03-02T09:00:00Z",
        "segment": "retail",
        "judged_success": 1.0,
        "net_value_cents": 1_000 + 150 - 400 - 150,
    }


def test_an_event_counts_once_however_often_it_is_sent(here: Installation) -> None:
    """Routers send again when an answer is lost, with an Idempotency-Key or without."""
    first = tell(here, EVERYTHING, **{"Idempotency-Key": "n-1"})
    replayed = tell(here, EVERYTHING, **{"Idempotency-Key": "n-1"})
    again = tell(here, EVERYTHING, {**TOLD, "event_id": "o-2"})

    assert replayed.get_json() == first.get_json()
    assert (again.get_json()["recorded"], again.get_json()["duplicates"]) == (1, 1)
    assert len(listed(here)) == 2


def test_one_faulty_item_stops_all_and_each_is_named(here: Installation) -> None:
    """A sender that is told only the first fault sends a hundred times."""
    tell(here, EVERYTHING)
    unlike = {**EVERYTHING, "resolved": False}
    answer = tell(
        here, {**TOLD, "event_id": "o-9"}, unlike, {**TOLD, "event_id": "o-8", "occurred_at": "2026-04-01T00:00:00Z"}
    )

    assert faults(answer) == [("/items/1/event_id", "event_exists"), ("/items/2/occurred_at", "out_of_range")]
    assert [one["event_id"] for one in listed(here)] == ["o-1"]


@pytest.mark.parametrize(
    ("change", "place", "code"),
    [
        ({"propensity": 0}, "/propensity", "out_of_range"),
        ({"propensity": 1e-320}, "/propensity", "out_of_range"),
        ({"propensity": 1.01}, "/propensity", "out_of_range"),
        ({"propensity": -0.1}, "/propensity", "out_of_range"),
        ({"propensity": "0.5"}, "/propensity", "not_a_number"),
        ({"success": 1.5}, "/success", "out_of_range"),
        ({"satisfaction": 0}, "/satisfaction", "out_of_range"),
        ({"satisfaction": 6}, "/satisfaction", "out_of_range"),
        ({"satisfaction": 4.0}, "/satisfaction", "not_an_integer"),
        ({"effort": True}, "/effort", "not_an_integer"),
        ({"minutes": -1}, "/minutes", "out_of_range"),
        ({"minutes": 1e12}, "/minutes", "out_of_range"),
        ({"money_cents": 10**12}, "/money_cents", "out_of_range"),
        ({"resolved": "yes"}, "/resolved", "not_a_boolean"),
        ({"complaint": 1}, "/complaint", "not_a_boolean"),
        ({"channel": "fax"}, "/channel", "unknown_channel"),
        ({"occurred_at": "2026-02-30T00:00:00Z"}, "/occurred_at", "invalid_time"),
        ({"occurred_at": "2026-03-01T10:00:00"}, "/occurred_at", "invalid_time"),
        ({"event_id": "a/b"}, "/event_id", "invalid_id"),
        ({"customer_id": ".."}, "/customer_id", "invalid_id"),
        ({"note": "x" * 4_001}, "/note", "too_long"),
        ({"intent": None}, "/intent", "null_not_allowed"),
        ({"mood": "blue"}, "/mood", "unknown_field"),
        ({"__proto__": {}}, "/__proto__", "unknown_field"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    here: Installation, change: dict[str, Any], place: str, code: str
) -> None:
    """Numbers are never read from strings, booleans never from words, chances lie above 0 and at most at 1."""
    assert faults(tell(here, TOLD, {**TOLD, "event_id": "o-2", **change})) == [(f"/items/1{place}", code)]
    assert listed(here) == []


@pytest.mark.parametrize("body", [{}, {"items": {}}, {"items": "x"}, {"items": [1]}, {"items": [], "more": 1}, []])
def test_a_body_of_another_form_is_refused(here: Installation, body: Any) -> None:
    """Never a 500 for anything a client sends."""
    assert here.call("router", "POST", "/v1/outcomes", json=body).status_code == 422


def test_a_request_has_its_limits(here: Installation) -> None:
    """They are kept in one transaction, for which others wait."""
    many = [{**TOLD, "event_id": f"o-{number}"} for number in range(MOST_OUTCOMES + 1)]

    assert faults(tell(here, *many)) == [("/items", "too_many")]
    assert tell(here, *many[1:]).get_json()["recorded"] == MOST_OUTCOMES


def test_the_fast_way_reads_what_the_schema_reads(here: Installation) -> None:
    """Two readers of one contract must not differ."""
    for item in (TOLD, EVERYTHING, {**TOLD, "success": 0.5, "minutes": 1e-320, "intent": "e\u0301te\u0301"}):
        assert read_outcome(item) == OutcomeSchema().load(item)


def test_outcomes_about_people_who_are_gone_are_kept_without_them(here: Installation) -> None:
    """Erasing someone must neither fail next night's batch nor bring them back."""
    assert here.call("operations", "DELETE", "/v1/customers/c1").status_code == 204
    answer = tell(here, EVERYTHING, {**TOLD, "event_id": "o-2", "employee_id": "stranger"})

    assert answer.status_code == 200
    assert (answer.get_json()["unknown_customers"], answer.get_json()["unknown_employees"]) == (2, 1)
    assert all("customer_id" not in one and "note" not in one for one in listed(here))


def test_complaints_reach_their_owner_and_relabel(here: Installation) -> None:
    """They come late; the outcome that looked good is none any more."""
    tell(here, EVERYTHING, {**TOLD, "event_id": "o-3", "contact_id": "k-2", "resolved": True})
    complaint = {"event_id": "o-2", "contact_id": "k-1", "complaint": True, "occurred_at": "2026-03-02T08:00:00Z"}
    report = tell(here, complaint).get_json()

    assert report["relabelled"] == 1
    assert [one["event_id"] for one in listed(here, "?complaint=true")] == ["o-2"]
    assert {one["event_id"]: one["judged_success"] for one in listed(here)} == {"o-1": 0.0, "o-2": 0.0, "o-3": 1.0}


def test_the_list_goes_on_where_it_ended(here: Installation) -> None:
    """Oldest first, each once; the cursor belongs to its filters."""
    tell(
        here,
        *(
            {**TOLD, "event_id": f"o-{number}", "occurred_at": f"2026-03-01T1{number % 3}:00:00Z"}
            for number in range(7)
        ),
    )
    seen, cursor = [], ""
    while True:
        page = here.call("operations", "GET", f"/v1/outcomes?limit=3&since=2026-01-01T00:00:00Z{cursor}").get_json()
        seen += [one["event_id"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
        assert here.call("operations", "GET", f"/v1/outcomes?limit=3{cursor}").status_code == 422

    assert seen == ["o-0", "o-3", "o-6", "o-1", "o-4", "o-2", "o-5"]


def test_a_window_that_ends_before_it_begins_is_refused(here: Installation) -> None:
    """An empty list would be taken for an empty month."""
    answer = here.call("operations", "GET", "/v1/outcomes?since=2026-03-02T00:00:00Z&until=2026-03-01T00:00:00Z")

    assert faults(answer) == [("/until", "due_order")]


@pytest.mark.parametrize("role", ["analyst", "auditor"])
def test_who_studies_sees_pseudonyms_and_no_notes(here: Installation, role: str) -> None:
    """They study what works; whom it was about is nothing to them, but that it was the same one is."""
    tell(here, EVERYTHING, {**EVERYTHING, "event_id": "o-2"})
    first, second = listed(here, role=role)

    assert first["customer_id"] == second["customer_id"]
    assert first["customer_id"].startswith("p-")
    assert not {"c1", "e1", "k-1", "Fijn geholpen"} & {str(each) for each in first.values()}
    assert first["satisfaction"] == 4


def test_an_export_tells_what_is_held_and_an_erasure_leaves_nothing(here: Installation) -> None:
    """Right of access and of erasure: the customer's words are the customer's, the employee's name the employee's."""
    tell(here, EVERYTHING)
    customers = here.call("router", "GET", "/v1/customers/c1/export").get_json()["outcomes"]
    employees = here.call("hr", "GET", "/v1/employees/e1/export").get_json()["outcomes"]

    assert customers == listed(here)
    assert [one["event_id"] for one in employees] == ["o-1"]
    assert not {"customer_id", "note", "segment"} & set(employees[0])
    assert here.call("hr", "DELETE", "/v1/employees/e1").status_code == 204
    assert "employee_id" not in listed(here)[0]
    assert here.call("operations", "DELETE", "/v1/customers/c1").status_code == 204
    assert listed(here) == []
    assert "Fijn geholpen" not in everything_in(here.store)


def test_a_file_is_taken_once(here: Installation) -> None:
    """The same file a second time does nothing: each line that names no event is named by what stands in it."""
    file = HEADER + LINE % b"0.25" + LINE % b"1"
    first, again = send(here, file).get_json(), send(here, file).get_json()

    assert (first["applied"], first["counts"]) == (True, {"create": 2, "skip": 0, "error": 0})
    assert (again["applied"], again["counts"]) == (False, {"create": 0, "skip": 2, "error": 0})
    one = next(one for one in listed(here) if one["success"] == 0.25)
    assert (one["judged_success"], one["minutes"], one["group"], one["propensity"]) == (0.25, 5.0, "monday", 0.5)


def test_a_dry_run_keeps_nothing(here: Installation) -> None:
    """Operations look first."""
    report = send(here, HEADER + LINE % b"1", "?dry_run=true").get_json()

    assert (report["applied"], report["counts"]["create"], listed(here)) == (False, 1, [])


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (LINE % b"1.2", "success"),
        ((LINE % b"1").replace(b",0.5,", b",0,"), "propensity"),
        ((LINE % b"1").replace(b",0.5,", b",1.5,"), "propensity"),
        ((LINE % b"1").replace(b"phone", b"fax"), "channel"),
        ((LINE % b"1").replace(b"2026-03-01T10:00:00+01:00", b""), "at"),
        ((LINE % b"1").replace(b"c1", b"c/1"), "customer_id"),
    ],
)
def test_a_faulty_line_stops_the_file_and_is_named(here: Installation, line: bytes, column: str) -> None:
    """Line and column, as someone looks for them in a spreadsheet."""
    report = send(here, HEADER + LINE % b"1" + line).get_json()

    assert (report["applied"], report["counts"]) == (False, {"create": 1, "skip": 0, "error": 1})
    assert report["rows"][0]["line"] == 3
    assert f"line 3, column {column}" in report["rows"][0]["detail"]
    assert listed(here) == []


def test_lines_that_cannot_be_meant_are_named_too(here: Installation) -> None:
    """A time to come, nobody named, an event told otherwise: these are found by meaning, not by form."""
    header = b"event_id,at,customer_id,employee_id,contact_id,resolved\n"
    tell(here, {**TOLD, "resolved": True})
    lines = b"o-2,2027-01-01T00:00:00Z,c1,e1,,true\no-3,2026-03-01T09:00:00Z,c1,,,true\n"
    report = send(here, header + lines + b"o-1,2026-03-01T09:00:00Z,c1,e1,k-1,false\n").get_json()

    assert [row["line"] for row in report["rows"]] == [2, 3, 4]
    assert [row["action"] for row in report["rows"]] == ["error"] * 3


def test_a_file_with_an_unknown_column_is_refused(here: Installation) -> None:
    """A misspelt column would be a year of silence."""
    assert faults(send(here, b"at,custmer_id\n2026-03-01T09:00:00Z,c1\n")) == [("/1/custmer_id", "unknown_column")]


def test_a_long_file_becomes_a_job(here: Installation) -> None:
    """Nobody else waits for it."""
    line = b"2026-03-01T10:00:00+01:00,c1,e1,1,0.5,g%d,invoice,phone,300\n"
    answer = send(here, HEADER + b"".join(line % number for number in range(AT_ONCE_ROWS + 1)))

    assert answer.status_code == 202
    assert answer.get_json()["kind"] == "import_outcomes"
    assert here.klik.bell.rang == [answer.get_json()["id"]]


def put_in_force(here: Installation, outcome: dict[str, Any]) -> None:
    """Rules that say what outcomes are worth."""
    rules = compile_rules(parse_rule_set({**DEFAULT_RULE_SET.document, "outcome": outcome}))
    here.klik.rulebook = SimpleNamespace(current=lambda _publication: rules)


def test_the_rules_in_force_say_what_a_minute_is_worth(here: Installation) -> None:
    """The same call is worth its while to one segment and not to another."""
    put_in_force(here, {"minute_cents": 0, "segments": {"retail": {"minute_cents": 500}}})
    here.add_customer("c2", segment="care")
    tell(
        here,
        {**TOLD, "resolved": True, "minutes": 4.5},
        {**TOLD, "event_id": "o-2", "customer_id": "c2", "contact_id": "k-2", "resolved": True, "minutes": 4.5},
    )

    assert [one["net_value_cents"] for one in listed(here)] == [2_000 - 2_250, 2_000]
    assert [one["judged_success"] for one in listed(here)] == [0.0, 1.0]


def test_what_was_told_before_is_judged_by_the_rules_in_force_now(here: Installation) -> None:
    """Lists, exports and training hold all outcomes to one measure; a complaint stays a failure by any."""
    tell(here, {**TOLD, "resolved": True, "minutes": 4.5})
    tell(here, {**TOLD, "event_id": "o-2", "contact_id": "k-2", "satisfaction": 5})
    tell(here, {**TOLD, "event_id": "o-3", "contact_id": "k-2", "complaint": True})
    before = [one["judged_success"] for one in listed(here)]
    put_in_force(here, {"minute_cents": 500})
    export = here.call("router", "GET", "/v1/customers/c1/export").get_json()["outcomes"]

    assert before == [1.0, 0.0, 0.0]
    assert [one["judged_success"] for one in listed(here)] == [0.0, 0.0, 0.0]
    assert [one["net_value_cents"] for one in export[:2]] == [2_000 - 2_250, 2_000]
    assert [one["judged_success"] for one in export] == [0.0, 0.0, 0.0]


def test_a_report_quotes_neither_notes_nor_events(here: Installation) -> None:
    """Reports of files are kept as proof of what was done; an erasure does not look for such words in them."""
    tell(here, {**TOLD, "event_id": "about-piet", "resolved": True})
    header = b"event_id,at,customer_id,employee_id,contact_id,resolved,note\n"
    lines = b"about-piet,2026-03-01T09:00:00Z,c1,e1,k-1,false,\no-2,2026-03-01T09:00:00Z,c1,e1,k-1,,Piet\x07\n"
    report = send(here, header + lines)

    assert report.get_json()["counts"]["error"] == 2
    assert "iet" not in report.get_data(as_text=True)
