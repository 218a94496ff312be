"""Answers to forms over HTTP: what is taken, what is refused, what is asked next and what is told of it."""

from typing import Any

import pytest

from matcher.profiles.quality import display_order
from models.frameworks import load_framework
from tests.api.installation import Installation

PATH = "/v1/customers/c1"
FRAMEWORK = load_framework()
FORM, STAFF = FRAMEWORK.forms["customer"], FRAMEWORK.forms["staff"]


def said(*answers: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A body with these answers to the customers' form."""
    return {"form": "customer", "lang": "nl", "answers": list(answers)} | changes


def best(item: str, key: str = "a", **more: Any) -> dict[str, Any]:
    """One answer."""
    return {"item": item, "best": key} | more


def post(service: Installation, body: Any, *, path: str = PATH, role: str = "router", **headers: str) -> Any:
    """The answers handed in."""
    return service.call(role, "POST", f"{path}/responses", json=body, headers=headers)


def next_item(service: Installation, query: str = "", *, path: str = PATH, role: str = "router") -> Any:
    """What is asked next."""
    return service.call(role, "GET", f"{path}/next-item{query}")


@pytest.fixture
def asked(service: Installation) -> Installation:
    """A service with a customer who agreed and an employee."""
    service.add_customer()
    service.add_employee()
    return service


def test_answers_come_back_as_a_profile(asked: Installation) -> None:
    """201 with the ETag where they begin a wave, 200 where they join one; never one colour alone."""
    first, second = post(asked, said(best("C7"))), post(asked, said(best("C8", worst="b")))
    profile = second.get_json()

    assert (first.status_code, second.status_code) == (201, 200)
    assert (first.headers["ETag"], second.headers["ETag"]) == ('"values-1"', '"values-2"')
    assert set(profile["share"]) == set(profile["ci90"]) == set(FRAMEWORK.values.dims)
    assert sum(profile["share"].values()) == pytest.approx(1.0)
    assert [one["source"] for one in profile["provenance"]] == ["survey"]
    assert (profile["consent"], profile["stale"], profile["as_of"]) == ("given", False, "2026-03-02T09:00:00Z")
    assert set(profile["rejection"]) == set(FRAMEWORK.values.dims)


REFUSED: list[tuple[str, Any, str]] = [
    ("unknown item", said(best("C99")), "unknown_item"),
    ("unknown option", said(best("C1", "e")), "unknown_option"),
    ("upper case option", said(best("C1", "A")), "unknown_option"),
    ("best is worst", said(best("C1", worst="a")), "best_equals_worst"),
    ("doubled item", said(best("C1"), best("C1", "b")), "doubled_item"),
    ("K1 thrice", said(best("K1"), best("K1", "b"), best("K1", "c")), "doubled_item"),
    ("K1 twice the same", said(best("K1"), best("K1")), "doubled_item"),
    ("no pick", said({"item": "C1"}), "missing_field"),
    ("worst alone", said({"item": "C1", "worst": "a"}), "missing_field"),
    ("empty list", said(), "too_few"),
    ("10,000 answers", said(*[best("C1")] * 10_000), "too_many"),
    ("language the form lacks", said(best("C1"), lang="fr"), "unknown_language"),
    ("no language", {"form": "customer", "answers": [best("C1")]}, "required"),
    ("unknown form", said(best("C1"), form="friends"), "unknown_form"),
    ("unknown mode", said(best("C1"), mode="guess"), "unknown_mode"),
    ("a mode that is not the form's", said(best("C1"), mode="rate"), "unknown_mode"),
    ("a worst where only the best is asked", said(best("C1", worst="b"), mode="best_only"), "unexpected_field"),
    ("points where none are asked", said({"item": "C1", "points": {"a": 10}}), "missing_field"),
    ("points below 0", said({"item": "C1", "points": {"a": 11, "b": -1}}), "out_of_range"),
    ("half points", said({"item": "C1", "points": {"a": 9.5, "b": 0.5}}), "not_an_integer"),
    ("a rating where none is asked", said({"item": "C1", "rating": 3}), "missing_field"),
    ("a rating as text", said({"item": "C1", "rating": "3"}), "not_a_number"),
    ("latency below 0", said(best("C1", latency_ms=-1)), "out_of_range"),
    ("latency of a year", said(best("C1", latency_ms=31_536_000_000)), "out_of_range"),
    ("best as a number", said(best("C1", 1)), "not_a_string"),
    ("unknown field", said(best("C1", note="hm")), "unknown_field"),
    ("answers as a map", said() | {"answers": {"C1": "a"}}, "not_a_list"),
    ("an answer as text", said("C1"), "not_an_object"),  # type: ignore[arg-type]  # wrong on purpose
    ("no body of an object", [], "not_an_object"),
]


@pytest.mark.parametrize(("body", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_bad_answers_are_refused_with_their_place(asked: Installation, body: Any, code: str) -> None:
    """422, a code for each fault, and nothing is kept."""
    answer = post(asked, body)
    told = answer.get_json(force=True)

    assert answer.status_code == 422
    assert code in {fault["code"] for fault in told["errors"]}
    assert len(answer.get_data()) < 4096
    assert asked.call("router", "GET", f"{PATH}/profile/evidence").get_json()["items"] == []


def test_points_must_be_ten() -> None:
    """Where a form asks to share out points: nine or eleven are no answer."""
    service = Installation()
    service.klik.learnt = type(service.klik.learnt)(service.store, _allocating())
    service.add_employee()
    nine, ten = {"a": 9}, {"a": 6, "c": 4}
    replies = [
        post(
            service,
            {"form": "staff", "lang": "nl", "answers": [{"item": "S01", "points": points}]},
            path="/v1/employees/e1",
            role="employee",
        )
        for points in (nine, ten)
    ]

    assert [reply.status_code for reply in replies] == [422, 201]
    assert replies[0].get_json(force=True)["code"] == "points_not_ten"


def _allocating() -> Any:
    """The shipped framework with a staff form that is answered by sharing out points."""
    from matcher.profiles.framework import parse_framework

    document = dict(FRAMEWORK.document)
    forms = dict(document["forms"])  # type: ignore[call-overload]  # an object, as its parser has checked
    return parse_framework(document | {"forms": forms | {"staff": forms["staff"] | {"mode": "allocate"}}})


def test_values_need_consent_and_preferences_do_not(service: Installation) -> None:
    """409 with its own code, and nothing stored; how someone wants to be called is no belief."""
    service.add_customer(consent={"value_profiling": False})
    refused, taken = post(service, said(best("C1"), best("K1"))), post(service, said(best("K1", "d")))
    export = service.call("router", "GET", f"{PATH}/export").get_json()

    assert (refused.status_code, refused.get_json(force=True)["code"]) == (409, "consent_missing")
    assert (taken.status_code, taken.get_json()["consent"], taken.get_json()["n_eff"]) == (201, "none", 0)
    assert [one["facet"] for one in export["evidence"]] == [one["facet"] for one in export["answers"]] == ["channel"]


def test_withdrawal_acts_at_once(asked: Installation) -> None:
    """The next read knows nothing of the values, and the answers are gone from the export."""
    post(asked, said(best("C1"), best("C2"), best("K1")))
    asked.add_customer(consent={"value_profiling": False})
    profile = asked.call("router", "GET", f"{PATH}/profile").get_json()
    export = asked.call("router", "GET", f"{PATH}/export").get_json()

    assert (profile["n_eff"], profile["consent"], profile["provenance"]) == (0, "none", [])
    assert {one["facet"] for one in export["answers"] + export["evidence"]} == {"channel"}


def test_a_segment_built_on_a_protected_ground_is_refused(service: Installation) -> None:
    """No prior is ever fitted to people's religion: the name is refused at the door."""
    for segment in ("religion-a", "vrouwen geslacht", "age 60+", "Gesundheit gender"):
        answer = service.call("router", "PUT", PATH, json={"segment": segment})

        assert answer.status_code == 422
        assert answer.get_json(force=True)["code"] == "protected_attribute"


def test_the_same_post_twice_counts_once(asked: Installation) -> None:
    """P4: the same Idempotency-Key and body have the same answer, also past the wave's next answer."""
    first = post(asked, said(best("C1")), **{"Idempotency-Key": "k1"})
    post(asked, said(best("C2")))
    again = post(asked, said(best("C1")), **{"Idempotency-Key": "k1"})
    other = post(asked, said(best("C3")), **{"Idempotency-Key": "k1"})

    assert (again.status_code, again.get_data()) == (201, first.get_data())
    assert other.status_code == 422
    assert len(asked.call("router", "GET", f"{PATH}/export").get_json()["answers"]) == 2


def test_evidence_is_explained_in_counts(asked: Installation) -> None:
    """By hand: each of C7's options was shown once; its best has (1 − 0)/1, its worst (0 − 1)/1, the others 0."""
    post(asked, said(best("C7", "a", worst="d")))
    (piece,) = asked.call("router", "GET", f"{PATH}/profile/evidence").get_json()["items"]
    dims = [option.dim for option in FORM.items["C7"].options]

    assert (piece["form"], piece["answered"], piece["flags"]) == ("customer", 1, [])
    assert [piece["counts"][dim]["score"] for dim in dims] == [1.0, 0.0, 0.0, -1.0]
    assert piece["counts"][dims[0]] == {"shown": 1, "best": 1, "worst": 0, "score": 1.0}
    assert set(piece["counts"]) == set(dims)


def test_flags_are_told(asked: Installation) -> None:
    """Why answers count half is no secret."""
    post(asked, said(*[best(item, "a", latency_ms=200) for item in FORM.order]))
    (piece,) = asked.call("router", "GET", f"{PATH}/profile/evidence").get_json()["items"]

    assert {"too_fast", "straight_line"} <= set(piece["flags"])


def test_a_preference_is_told_by_its_item(asked: Installation) -> None:
    """And carries no counts of colours."""
    post(asked, said(best("K2")))
    (piece,) = asked.call("router", "GET", f"{PATH}/profile/evidence").get_json()["items"]

    assert (piece["facet"], piece["item"]) == ("service_window", "K2")
    assert "counts" not in piece


def test_the_next_item_is_the_form_s_own_in_the_persons_own_shuffle(asked: Installation) -> None:
    """Keys stay the file's, so answers mean the same; the order is the person's, and no option tells its colour."""
    item = next_item(asked, "?form=customer&lang=nl").get_json()
    question = FORM.items[item["id"]]

    assert [option["key"] for option in item["options"]] == list(display_order("c1", question))
    assert {option["key"]: option["text"] for option in item["options"]} == {
        key: option.text["nl"] for key, option in zip(question.keys, question.options, strict=True)
    }
    assert (item["mode"], item["lang"], item["answered"]) == ("best_only", "nl", 0)
    assert item["notice"]
    assert not set(FRAMEWORK.values.dims) & set(str(item).replace("'", " ").split())


def test_customers_are_asked_until_enough_is_known_then_their_preferences(asked: Installation) -> None:
    """At most eight items, none twice, then K1, D1 and K2, then 204."""
    asked_items = []
    while (reply := next_item(asked)).status_code == 200:
        item = reply.get_json()["id"]
        asked_items.append(item)
        post(asked, said(best(item)))

    assert reply.status_code == 204
    assert asked_items[-3:] == ["K1", "D1", "K2"]
    assert len(set(asked_items)) == len(asked_items) <= 8 + 3


def test_staff_are_asked_in_the_form_s_order(asked: Installation) -> None:
    """Sixteen quartets, the whole profile counts: no item is left out."""
    path, role = "/v1/employees/e1", "employee"
    asked_items = []
    while (reply := next_item(asked, "?lang=en", path=path, role=role)).status_code == 200:
        item = reply.get_json()["id"]
        asked_items.append(item)
        body = {"form": "staff", "lang": "en", "answers": [best(item, "a", worst="b")]}
        assert post(asked, body, path=path, role=role).status_code in (200, 201)

    assert asked_items == list(STAFF.order)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("?form=friends", "unknown_form"),
        ("?lang=fr", "unknown_language"),
        ("?lang=nl&lang=en", "repeated_parameter"),
        ("?language=nl", "unknown_field"),
    ],
)
def test_what_is_asked_next_must_be_asked_properly(asked: Installation, query: str, code: str) -> None:
    """422 with the code."""
    answer = next_item(asked, query)

    assert (answer.status_code, answer.get_json(force=True)["code"]) == (422, code)


def test_nobody_answers_for_an_employee_but_themselves(asked: Installation) -> None:
    """Not HR, not a router: HR sends a link."""
    body = {"form": "staff", "lang": "nl", "answers": [best("S01")]}
    replies = [post(asked, body, path="/v1/employees/e1", role=role).status_code for role in ("hr", "router")]

    assert replies == [403, 403]


def test_a_link_is_made_and_named(asked: Installation) -> None:
    """Its token is told once and says when it ends; another process would make it with the same secret."""
    wish = {"form": "staff", "lang": "nl", "valid_days": 7}
    made = asked.call("hr", "POST", "/v1/employees/e1/invitations", json=wish)
    told = made.get_json()

    assert made.status_code == 201
    assert (told["subject"], told["form"], told["expires_at"]) == ("e1", "staff", "2026-03-09T09:00:00Z")
    assert _redeemed(asked, told["token"]) == "e1"


def _redeemed(service: Installation, token: str) -> str:
    from matcher.profiles.invitation import unseal

    return unseal(token, service.store.kept_secret("respondent", b"x" * 32, now=service.moment)).subject_id


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"form": "friends"}, "unknown_form"),
        ({"lang": "fr"}, "unknown_language"),
        ({"valid_days": 0}, "out_of_range"),
        ({"valid_days": 91}, "out_of_range"),
        ({"valid_days": 7.0}, "not_an_integer"),
    ],
)
def test_a_link_that_makes_no_sense_is_not_made(asked: Installation, change: dict[str, Any], code: str) -> None:
    """422 with the code."""
    wish = {"form": "staff", "lang": "nl", "valid_days": 7} | change
    answer = asked.call("hr", "POST", "/v1/employees/e1/invitations", json=wish)

    assert (answer.status_code, answer.get_json(force=True)["code"]) == (422, code)
