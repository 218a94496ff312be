"""Frameworks over HTTP: which there are, and questionnaires that give nothing away."""

import json
from typing import Any

import pytest

from models.frameworks import load_framework
from tests.api.installation import Installation


def form(service: Installation, path: str, role: str = "router", **headers: str) -> Any:
    answer = service.call(role, "GET", f"/v1/frameworks/{path}", headers=headers)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def test_every_framework_is_listed_and_the_one_in_use_is_told(service: Installation) -> None:
    """An operator sees what could be chosen, and in which one profiles are kept."""
    items = service.call("operations", "GET", "/v1/frameworks").get_json()["items"]

    assert {item["id"]: item["is_active"] for item in items} == {"colours8": True, "bigfive": False}
    assert all(item["languages"] == ["en", "nl"] and item["forms"] == ["staff", "customer"] for item in items)


def test_a_served_form_never_tells_a_value_system(service: Installation) -> None:
    """Who sees the colours answers what they wish to be (profiling.md section 14)."""
    for framework in ("colours8", "bigfive"):
        for kind in ("staff", "customer"):
            served = form(service, f"{framework}/forms/{kind}?lang=en")

            assert {"framework", "form", "lang", "mode", "notice", "items", "order"} <= set(served)
            assert all(set(option) == {"key", "text"} for item in served["items"] for option in item["options"])
            assert all(set(item) == {"id", "mode", "stem", "options", "select_max"} for item in served["items"])
            keys = {name for name in _names(served) if name in load_framework(framework).values.dims}
            assert keys == set()


def _names(value: Any) -> set[str]:
    """Every key, and every text without a space, in a document."""
    if isinstance(value, dict):
        return set(value) | {name for inner in value.values() for name in _names(inner)}
    if isinstance(value, list):
        return {name for inner in value for name in _names(inner)}
    return {value} if isinstance(value, str) and " " not in value else set()


def test_options_go_by_their_place_in_the_file(service: Installation) -> None:
    """An answer names a key; what it means is settled by the file, whatever order a screen showed."""
    served = form(service, "colours8/forms/staff?lang=nl")
    item = next(each for each in served["items"] if each["id"] == "S16")

    assert [option["key"] for option in item["options"]] == ["a", "b", "c", "d"]
    assert item["options"][1]["text"] == "nauwkeurig werken"
    assert served["order"][:3] == ["S11", "S12", "S01"]
    assert (served["mode"], "alt_mode" in served) == ("best_worst", False)


def test_a_person_gets_a_shuffle_of_their_own_with_the_same_keys(service: Installation) -> None:
    """What stands first is picked more often; a lasting shuffle for each person evens it out (T8)."""
    plain = form(service, "colours8/forms/staff?lang=en")["items"]
    mine = form(service, "colours8/forms/staff?lang=en&subject=m-anouk")["items"]
    again = form(service, "colours8/forms/staff?lang=nl&subject=m-anouk")["items"]

    def texts(items: Any) -> list[dict[str, str]]:
        return [{option["key"]: option["text"] for option in item["options"]} for item in items]

    def keys(items: Any) -> list[list[str]]:
        return [[option["key"] for option in item["options"]] for item in items]

    assert texts(mine) == texts(plain)
    assert keys(mine) == keys(again) != keys(plain)


def test_the_questions_on_preferences_follow_the_customers_form(service: Installation) -> None:
    """Channel, way of deciding and service window come last; of channels two may be chosen."""
    served = form(service, "colours8/forms/customer?lang=en")

    assert served["order"] == ["C7", "C8", "C1", "C2", "C3", "C4", "C5", "C6", "K1", "D1", "K2"]
    assert {item["id"]: item["select_max"] for item in served["items"][-3:]} == {"K1": 2, "D1": 1, "K2": 1}
    assert served["alt_mode"] == "best_worst"


def test_a_form_to_rate_tells_its_scale(service: Installation) -> None:
    """Without its ends a rating means nothing."""
    served = form(service, "bigfive@1.0.0/forms/staff?lang=nl")

    assert (served["mode"], served["scale"]) == ("rate", [1.0, 5.0])
    assert served["notice"].startswith("Twintig stellingen")
    assert {len(item["options"]) for item in served["items"]} == {0}


def test_the_language_follows_the_request_and_an_unknown_one_is_refused(service: Installation) -> None:
    """A form half in another language would measure the language."""
    refused = service.call("router", "GET", "/v1/frameworks/colours8/forms/staff?lang=fr")

    assert form(service, "colours8/forms/staff", **{"Accept-Language": "nl-BE"})["lang"] == "nl"
    assert form(service, "colours8/forms/staff", **{"Accept-Language": "fr"})["lang"] == "en"
    assert refused.status_code == 422
    (error,) = refused.get_json(force=True)["errors"]
    assert (error["pointer"], error["code"]) == ("/lang", "unknown_language")
    assert "en, nl" in error["detail"]


@pytest.mark.parametrize(
    "path", ["colours8/forms/guest", "colours9/forms/staff", "colours8@9.9.9/forms/staff", "@/forms/staff"]
)
def test_what_is_not_there_is_not_found(service: Installation, path: str) -> None:
    """The answer says what there is."""
    answer = service.call("hr", "GET", f"/v1/frameworks/{path}")

    assert answer.status_code == 404
    assert "colours8" in json.dumps(answer.get_json(force=True))


@pytest.mark.parametrize("role", ["router", "employee", "hr", "operations", "analyst", "auditor", "admin"])
def test_everyone_who_may_read_frameworks_may_read_forms(service: Installation, role: str) -> None:
    """Employees answer one, and routers show the other."""
    assert form(service, "colours8/forms/staff", role)["items"]
