"""The service itself: its document, its health, its headers, and what happens when something breaks."""

from typing import Any

import pytest
from openapi_spec_validator import validate

from tests.api.installation import Installation

CONTACT = {"id": "x1", "channel": "phone"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return Installation().call(None, "GET", "/openapi.json").get_json()


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method} {path}", said) for path, methods in document["paths"].items() for method, said in methods.items()
    ]


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    """Clients are generated from it; a document that does not validate generates nothing."""
    validate(document)

    assert document["openapi"].startswith("3.1")


def test_every_refusal_is_documented_as_a_problem(document: dict[str, Any]) -> None:
    """Whoever writes a client must find the refusals where the answers are."""
    for name, said in operations(document):
        told = {status: answer for status, answer in said["responses"].items() if not status.startswith("2")}
        assert "default" in told, name
        for status, answer in told.items():
            form = document["components"]["responses"][answer["$ref"].split("/")[-1]] if "$ref" in answer else answer
            assert list(form["content"]) == ["application/problem+json"], (name, status)


def test_every_operation_has_a_name_and_a_sentence(document: dict[str, Any]) -> None:
    """Generated clients take their names from here, people their understanding."""
    names = [said["operationId"] for _, said in operations(document)]

    assert len(set(names)) == len(names)
    assert all(said.get("summary") for _, said in operations(document))


def test_no_field_asks_for_emotion_or_body(document: dict[str, Any]) -> None:
    """Refused by construction (trust.md E): there is no place to put it."""
    refused = {"emotion", "mood", "voice", "audio", "face", "video", "biometric", "biometrics", "sentiment", "photo"}
    fields = {name for schema in document["components"]["schemas"].values() for name in schema.get("properties", {})}

    assert not [name for name in fields if set(name.split("_")) & refused]
    assert {"share", "skills", "channel"} <= fields


def test_the_docs_page_needs_nothing_from_elsewhere(service: Installation) -> None:
    """It must work on a network without the internet, under a policy that allows nothing foreign."""
    answer = service.call(None, "GET", "/docs")
    page = answer.get_data(as_text=True)

    assert "http://" not in page
    assert "https://" not in page
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "'sha256-" in answer.headers["Content-Security-Policy"]
    assert answer.content_type.startswith("text/html")


def test_every_answer_carries_its_request_id(service: Installation) -> None:
    """One id from the router's log to ours; an id that could break a log line is replaced."""
    kept = service.call(None, "GET", "/healthz", headers={"X-Request-ID": "abc-1.2_3"})
    replaced = service.call(None, "GET", "/nowhere", headers={"X-Request-ID": "a b{}"})

    assert kept.headers["X-Request-ID"] == "abc-1.2_3"
    assert len(replaced.headers["X-Request-ID"]) == 32


def test_answers_are_not_kept_sniffed_or_shared(service: Installation) -> None:
    """Profiles must not stay in a proxy's cache, nor be read by a page of another origin (row 77)."""
    answer = service.call("router", "GET", "/v1/frameworks", headers={"Origin": "https://elsewhere.example"})

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not [name for name, _ in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(("path", "allowed"), [("/v1/customers/c1", {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})])
def test_head_and_options_are_plain(service: Installation, path: str, allowed: set[str]) -> None:
    """HEAD is GET without a body, OPTIONS the list of methods; a wrong method is told the right ones."""
    service.add_customer()
    head, options, wrong = (service.call("router", method, path) for method in ("HEAD", "OPTIONS", "PATCH"))

    assert (head.status_code, head.get_data()) == (200, b"")
    assert options.status_code == 200
    assert set(options.headers["Allow"].split(", ")) == allowed
    assert set(wrong.headers["Allow"].split(", ")) == allowed


def test_an_error_nobody_foresaw_is_a_problem_without_its_story(
    service: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The client gets an id to report; kind and place go to the log, what people sent goes nowhere."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError("canary secret")

    monkeypatch.setattr(service.store, "reading", fail)
    service.klik.now = lambda: service.moment
    answer = service.call(None, "GET", "/readyz")

    assert answer.status_code == 500
    assert answer.content_type == "application/problem+json"
    logged = capsys.readouterr().out
    assert answer.headers["X-Request-ID"] in logged
    assert "ZeroDivisionError" in logged
    assert "canary" not in logged + answer.get_data(as_text=True)


def test_a_store_that_is_away_makes_the_service_not_ready(
    service: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Load balancers act on /readyz; clients on Retry-After."""
    from matcher.errors import Unavailable

    def away() -> None:
        raise Unavailable(retry_after_s=3)

    monkeypatch.setattr(service.store, "reading", away)
    answer = service.call(None, "GET", "/readyz")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    assert service.call(None, "GET", "/healthz").status_code == 200


def test_a_schema_of_another_version_is_not_ready(service: Installation) -> None:
    """Serving on an old schema would fail request by request instead of once."""
    service.store.is_current = lambda: False  # type: ignore[attr-defined]  # as Flask names it

    answer = service.call(None, "GET", "/readyz")

    assert (answer.status_code, answer.get_json(force=True)["code"]) == (503, "schema_not_current")


def test_metrics_count_routes_and_never_people(service: Installation) -> None:
    """A label with an id in it would be a person's name in a monitoring system."""
    service.add_customer("canary-c")
    service.call("router", "GET", "/v1/customers/canary-c")
    service.call("router", "GET", "/canary")
    text = service.call("admin", "GET", "/metrics").get_data(as_text=True)

    assert 'klik_http_answers_total{route="GET /v1/customers/{customer_id}",status="200"} 1.0' in text
    assert 'route="unknown",status="404"' in text
    assert "canary" not in text


def test_forwarded_headers_are_believed_only_behind_a_proxy_of_ours() -> None:
    """Else anyone could guess keys from a fresh address each time (row 74)."""
    bad = {"Authorization": "Bearer nonsense"}

    def statuses(service: Installation) -> list[int]:
        headers = [bad | {"X-Forwarded-For": f"10.0.0.{place}"} for place in range(12)]
        return [service.call(None, "GET", "/v1/frameworks", headers=one).status_code for one in headers]

    assert statuses(Installation())[-2:] == [429, 429]
    assert statuses(Installation({"KLIK_TRUSTED_HOPS": "1"})) == [401] * 12


def test_frameworks_tell_what_the_names_mean(service: Installation) -> None:
    """Routers show labels in the caller's language and the notice that goes with them."""
    listed, *_ = service.call("router", "GET", "/v1/frameworks").get_json()["items"]

    assert listed == service.call("hr", "GET", "/v1/frameworks/colours8").get_json()
    assert listed == service.call("hr", "GET", f"/v1/frameworks/{listed['id']}@{listed['version']}").get_json()
    assert len(listed["facets"]["values"]) == 8
    assert listed["labels"]["blue"]["nl"]
    assert service.call("hr", "GET", "/v1/frameworks/other").status_code == 404
