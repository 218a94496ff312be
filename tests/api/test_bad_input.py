"""The table of bad input: every row gets the answer promised, as a problem document, small and silent about values."""

import io
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder

from tests.api.installation import CUSTOMER, EMPLOYEE, Installation

CUSTOMER_PATH = "/v1/customers/c1"
EMPLOYEE_PATH = "/v1/employees/e1"
TAG_PATH = "/v1/employees/e1/profile"
CONTACT = {"id": "x1", "channel": "phone"}


@dataclass(frozen=True)
class Row:
    """One bad request: its number in the table, how it is sent, and the answer it must get."""

    number: str
    status: int
    code: str | None = None
    method: str = "PUT"
    path: str = CUSTOMER_PATH
    role: str | None = "router"
    json: Any = None
    data: bytes | None = None
    content_type: str | None = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.number


def body(number: str, data: bytes, status: int = 400, code: str | None = None, **more: Any) -> Row:
    return Row(number, status, code, data=data, **more)


def customer(number: str, code: str, **fields: Any) -> Row:
    return Row(number, 422, code, json=CUSTOMER | fields)


def employee(number: str, code: str, **fields: Any) -> Row:
    return Row(number, 422, code, path=EMPLOYEE_PATH, role="hr", json=EMPLOYEE | fields)


def tag(number: str, code: str, **fields: Any) -> Row:
    return Row(
        number,
        422,
        code,
        path=TAG_PATH,
        role="hr",
        json=fields | {"reason": "seen"},
        headers={"If-Match": '"values-0"'},
    )


def contact(number: str, code: str, **fields: Any) -> Row:
    return Row(number, 422, code, method="POST", path="/v1/matches", json={"contacts": [CONTACT | fields]})


def file(number: str, data: bytes, status: int = 422, content_type: str = "text/csv") -> Row:
    path = "/v1/employees/imports"
    return Row(number, status, role="hr", method="POST", path=path, data=data, content_type=content_type)


def get(number: str, path: str, status: int, code: str | None = None, **more: Any) -> Row:
    return Row(number, status, code, method="GET", path=path, content_type=None, **more)


ROWS = [
    body("1", b'{"tier": NaN}'),
    body("2", b'{"tier": -Infinity}'),
    body("3", b'{"tier": 1e999}'),
    body("4", b'{"tier": "a", "tier": "b"}', code="duplicate_key"),
    body("4 escaped", b'{"tier": "a", "\\u0074ier": "b"}', code="duplicate_key"),
    body("5", b"[" * 100_000),
    body("6", b'{"a":' * 900 + b"1" + b"}" * 900),
    body("7", b'{"tier":' + b"9" * 5000 + b"}"),
    body("8", b'{"tier":' + b"9" * 4000 + b"}"),
    body("9", b'{"tier": "\\ud800"}'),
    body("10", b'{"tier": "a\\u0000b"}', 422, "invalid_text"),
    body("11", b"\xef\xbb\xbf{}"),
    body("12", '{"tier": "a"}'.encode("utf-16")),
    body("13", b'{"tier": "\xff"}'),
    body("14", b""),
    body("15", b"null", 422),
    body("16 list", b"[]", 422, "not_an_object"),
    body("16 text", b'"a"', 422),
    body("16 number", b"5", 422),
    body("17", b"{}x"),
    body("18 comment", b"{} // fine"),
    body("18 quotes", b"{'tier': 'a'}"),
    body("19 text", b"{}", 415, content_type="text/plain"),
    body("19 none", b"{}", 415, content_type=None),
    body("19 charset", b"{}", 415, content_type="application/json; charset=utf-16"),
    body("20 key", b'{"' + b"k" * 1_000_000 + b'": 1}', 422, "unknown_field"),
    Row("20 keys", 422, "too_many_keys", json={f"k{i}": 1 for i in range(60_000)}),
    customer("20 inner keys", "too_many_keys", attributes={f"k{i}": 1 for i in range(201)}),
    customer("21 __proto__", "unknown_field", __proto__={}),
    customer("21 constructor", "unknown_field", constructor={}),
    customer("21 inside", "invalid_key", attributes={"__class__": 1}),
    employee("22", "out_of_range", capacity=-1),
    employee("23", "out_of_range", capacity=0),
    employee("24", "out_of_range", capacity=1_000_000_000),
    employee("24 2^63", "out_of_range", capacity=2**63),
    employee("24 2^64", "not_an_integer", capacity=2**64),
    employee("25", "not_an_integer", capacity=1.9),
    employee("25 whole", "not_an_integer", capacity=3.0),
    employee("26", "not_an_integer", capacity="3"),
    employee("27", "not_an_integer", capacity=True),
    employee("28", "not_an_integer", capacity="1_000"),
    employee("29", "not_an_integer", capacity="١٢"),
    employee("30 word", "not_a_boolean", active="yes"),
    employee("30 one", "not_a_boolean", active=1),
    tag("31", "unknown_value_system", dominant="Blue "),
    tag("31 case", "unknown_value_system", dominant="BLUE"),
    tag("31 Cyrillic", "unknown_value_system", dominant="Вlue"),
    tag("31 share", "unknown_value_system", share={"Blue": 1.0}),
    tag("32 zero", "not_a_distribution", share={"blue": 0, "green": 0}),
    tag("32 three", "not_a_distribution", share={"blue": 1, "green": 1, "red": 1}),
    tag("32 negative", "not_a_distribution", share={"blue": -0.5, "green": 1.5}),
    tag("33", "unknown_value_system", share={"blue": 0.5, "coral": 0.5}),
    contact("34 unknown", "unknown_channel", channel="fax"),
    employee("34 none", "too_few", channels={}),
    Row("34 left out", 422, "required", path=EMPLOYEE_PATH, role="hr", json={"capacity": 2}),
    employee("34 unknown too", "unknown_channel", channels={"fax": {}}),
    employee("34 doubled", "duplicate", languages=["nl", "nl"]),
    contact("36", "out_of_range", waiting_s=1e12),
    contact("38", "out_of_range", waiting_s=-1),
    contact("39 year 0", "invalid_time", due_to="0000-01-01T00:00:00Z"),
    contact("39 year 9999", "invalid_time", due_to="9999-12-31T23:59:59-01:00"),
    contact("39 no offset", "invalid_time", due_to="2026-03-02T09:00:00"),
    contact("39 no day", "invalid_time", due_to="2026-02-30T09:00:00Z"),
    contact("39 24:00", "invalid_time", due_to="2026-03-02T24:00:00Z"),
    contact("39 leap", "invalid_time", due_to="2026-06-30T23:59:60Z"),
    contact("39 offset", "invalid_time", due_to="2026-03-02T09:00:00+25:00"),
    get("42 zero", "/v1/employees?limit=0", 422, "out_of_range"),
    get("42 negative", "/v1/employees?limit=-1", 422, "out_of_range"),
    get("42 huge", "/v1/employees?limit=1000000000", 422, "out_of_range"),
    get("42 digits", "/v1/employees?limit=%D9%A1", 422, "not_an_integer"),
    get("42 forged", "/v1/employees?cursor=AAAAAAAAAAAAAAAAAAAAAGUx", 422, "bad_cursor"),
    get("42 cut", "/v1/employees?cursor=A", 422, "bad_cursor"),
    get("42 empty", "/v1/employees?cursor=", 422, "bad_cursor"),
    body("43", b'{"tier": "' + b"n" * 10_000_000 + b'"}', 413, "too_large"),
    customer("43 shorter", "too_long", tier="n" * 201),
    customer("44 marks", "invalid_text", tier="a" + "\u0301" * 9),
    customer("44 turned", "invalid_text", tier="a\u202eb"),
    customer("44 zero width", "blank", tier="\u200b"),
    customer("44 Hangul fillers", "blank", tier="\u3164\uffa0\u115f\u1160"),
    customer("44 Braille blank", "blank", tier="\u2800"),
    employee("44 name", "blank", name="\u3164"),
    customer("44 among spaces", "blank", tier="\u2800 \u200b"),
    customer("46", "blank", tier="   "),
    customer("47 CR", "invalid_text", tier="a\rb"),
    customer("47 LF", "invalid_text", tier="a\nb"),
    customer("47 ESC", "invalid_text", tier="a\x1bb"),
    get("53", "/v1/customers/$(id)", 422, "invalid_id"),
    get("56 slash", "/v1/customers/..%2fx", 404),
    get("56 NUL", "/v1/customers/a%00b", 422, "invalid_id"),
    get("56 escaped", "/v1/customers/%252e", 422, "invalid_id"),
    get("56 dot", "/v1/customers/.", 422, "invalid_id"),
    get("56 dots", "/v1/customers/%2e%2e", 422, "invalid_id"),
    contact("56 in a body", "invalid_id", id="."),
    contact("56 dots in a body", "invalid_id", exclude_employees=["e1", ".."]),
    get("56 long", "/v1/customers/" + "a" * 10_240, 422, "invalid_id"),
    get("57", "/v1/employees/e2", 404, role="employee"),
    Row("63 stale", 412, "stale_revision", path=TAG_PATH, role="hr", json={"dominant": "blue", "reason": "x"},
        headers={"If-Match": '"values-7"'}),
    Row("63 other", 412, "stale_revision", path=TAG_PATH, role="hr", json={"dominant": "blue", "reason": "x"},
        headers={"If-Match": "*"}),
    Row("63 missing", 428, "revision_required", path=TAG_PATH, role="hr", json={"dominant": "blue", "reason": "x"}),
    Row("64 empty", 422, "invalid_idempotency_key", json=CUSTOMER, headers={"Idempotency-Key": ""}),
    Row("64 long", 422, "invalid_idempotency_key", json=CUSTOMER, headers={"Idempotency-Key": "k" * 256}),
    Row("64 space", 422, "invalid_idempotency_key", json=CUSTOMER, headers={"Idempotency-Key": "a b"}),
    body("65", b" " * 50_000_000, 413, "too_large"),
    body("65 batch", b" " * 17_000_000, 413, "too_large", method="POST", path="/v1/matches"),
    body("68", b"{}", 415, headers={"Content-Encoding": "gzip"}),
    body("68 identity", b"{}", 415, headers={"Content-Encoding": "identity"}),
    Row("72", 405, method="TRACE", content_type=None),
    Row("72 CONNECT", 405, method="CONNECT", path="example.com:443", content_type=None),
    Row("72 method", 405, method="POST", headers={"X-HTTP-Method-Override": "GET"}, content_type=None),
    get("73 twice", "/v1/employees?limit=1&limit=2", 422, "repeated_parameter"),
    get("73 unknown", "/v1/employees?page=2", 422, "unknown_field"),
    get("73 takes none", "/v1/customers/c1?verbose=1", 422, "unknown_parameter"),
    get("75 slashes", "/v1//customers/c1", 404),
    get("75 dots", "/v1/%2e%2e/admin", 404),
    get("75 case", "/V1/customers/c1", 404),
    get("75 slash", "/v1/customers/c1/", 404),
    get("75 empty", "/v1/customers/", 404),
    get("76", CUSTOMER_PATH, 406, "not_acceptable", headers={"Accept": "application/xml"}),
    get("78", CUSTOMER_PATH, 401, "unauthenticated", role=None),
    get("87", CUSTOMER_PATH, 401, role=None, headers={"Authorization": "Bearer klik_" + "a" * 7000}),
    get("78 scheme", CUSTOMER_PATH, 401, role=None, headers={"Authorization": "Basic YTpi"}),
    body("93 form", b"tier=a", 415, content_type="application/x-www-form-urlencoded"),
    file("97 open quote", b'id,name\ne9,"open'),
    file("97 cp1252", b"id,name\ne9,caf\xe9"),
    file("97 header twice", b"id,id\ne9,e9"),
    file("97 one column", b"id\ne9\n"),
    file("97 10,000 columns", b"id," + b",".join(b"c%d" % i for i in range(9_999)) + b"\n"),
    file("97 no id", b"name,channels\nAns,phone=1\n"),
    file("97 long cell", b"id,name\ne9," + b"n" * 131_073),
    file("97 NUL", b"id,name\ne9,a\x00b"),
    file("99", b"PK\x03\x04", 415, content_type="application/zip"),
    customer("protected", "protected_attribute", attributes={"religion": "x"}),
    contact("protected", "protected_attribute", attributes={"etniciteit": "x"}),
    contact("no mood", "unknown_field", emotion="angry"),
]  # fmt: skip


@pytest.fixture(scope="module")
def shared() -> Installation:
    service = Installation()
    service.add_employee("e1")
    service.add_employee("e2")
    return service


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_bad_input_gets_the_promised_refusal(shared: Installation, row: Row) -> None:
    """Clients act on status and code; a 500 or a guess would leave them with neither."""
    given = (
        {} if row.json is None and row.data is None else {"json": row.json} if row.data is None else {"data": row.data}
    )
    if row.data is not None:
        given["content_type"] = row.content_type
    answer = shared.call(row.role, row.method, row.path, headers=row.headers, **given)

    assert answer.status_code == row.status, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    problem = answer.get_json(force=True)
    assert row.code in (None, problem["code"]), problem
    assert {"type", "title", "status", "detail", "code", "instance"} <= set(problem)
    assert len(answer.get_data()) < 4096
    assert answer.headers["X-Request-ID"] in problem["instance"]


@pytest.mark.parametrize(
    ("number", "fields", "kept"),
    [
        ("44 emoji", {"tier": "👩‍👩‍👧"}, {"tier": "👩‍👩‍👧"}),
        ("44 filler", {"tier": "김\u3164"}, {"tier": "김\u3164"}),
        ("45", {"tier": "e\u0301"}, {"tier": "é"}),
        ("48", {"tier": "<script>alert(1)</script>"}, {"tier": "<script>alert(1)</script>"}),
        ("49", {"tier": "{{7*7}} ${7*7} {% %}"}, {"tier": "{{7*7}} ${7*7} {% %}"}),
        ("50", {"tier": "%s%n {0.__class__}"}, {"tier": "%s%n {0.__class__}"}),
        ("52", {"tier": "'; DROP TABLE customers; --"}, {"tier": "'; DROP TABLE customers; --"}),
        ("53", {"tier": "$(id);`id`"}, {"tier": "$(id);`id`"}),
        ("35", {"attributes": {"a": -0.0, "b": 1e-320}}, {"attributes": {"a": 0.0, "b": 0.0}}),
    ],
)
def test_odd_but_honest_input_is_kept_as_text(service: Installation, number: str, fields: Any, kept: Any) -> None:
    """People have odd names, and a name is data: inert, not forbidden."""
    answer = service.call("router", "PUT", CUSTOMER_PATH, json=fields)

    assert answer.status_code == 201
    read = service.call("router", "GET", CUSTOMER_PATH).get_json()
    assert {name: read[name] for name in kept} == kept
    assert all("-" not in str(value) for value in read["attributes"].values())


def test_utf8_may_be_said(service: Installation) -> None:
    """charset=utf-8 is what JSON is anyway (row 19)."""
    answer = service.call("router", "PUT", CUSTOMER_PATH, data=b"{}", content_type="application/json; charset=utf-8")

    assert answer.status_code == 201


@pytest.mark.parametrize("path", ["//v1/employees", "///v1/employees", "//", "//openapi.json"])
def test_a_path_that_begins_with_two_slashes_is_no_route(shared: Installation, path: str) -> None:
    """A proxy's rule for /v1/employees would not see it; no route has a second spelling (row 75)."""
    answer = shared.call("hr", "GET", "/", environ_overrides={"PATH_INFO": path})

    assert (answer.status_code, answer.get_json(force=True)["code"]) == (404, "not_found")


class Chunks(io.BytesIO):
    """A body that comes in pieces, as a server hands on a chunked one: a read may give less than was asked for."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size, 8192) if size is not None and size >= 0 else size)


@pytest.mark.parametrize("stream", [io.BytesIO, Chunks])
@pytest.mark.parametrize("content", [b" " * 3_000_000, b"{}" + b" " * (1024 * 1024 - 2) + b"garbage"])
@pytest.mark.parametrize(
    ("role", "method", "path", "content_type"),
    [("router", "PUT", CUSTOMER_PATH, "application/json"), ("hr", "POST", "/v1/employees/imports", "text/csv")],
)
def test_a_chunked_body_is_counted_while_it_is_read(
    stream: Any, content: bytes, role: str, method: str, path: str, content_type: str
) -> None:
    """Without a Content-Length the limit must hold all the same, and no body may be cut to what fits (row 66)."""
    service = Installation({"KLIK_IMPORT_LIMIT_BYTES": str(1024 * 1024)})
    headers = {"Authorization": f"Bearer {service.tokens[role]}"}
    environ = EnvironBuilder(path, method=method, headers=headers, content_type=content_type).get_environ()
    environ.pop("CONTENT_LENGTH", None)
    environ |= {"wsgi.input": stream(content), "wsgi.input_terminated": True}

    answer = service.client.open(environ)

    assert answer.status_code == 413


def test_a_chunked_body_within_the_limit_is_read(service: Installation) -> None:
    """Chunks are an ordinary way to send a body."""
    headers = {"Authorization": f"Bearer {service.tokens['router']}"}
    environ = EnvironBuilder(
        CUSTOMER_PATH, method="PUT", headers=headers, content_type="application/json"
    ).get_environ()
    environ |= {"wsgi.input": Chunks(b'{"tier": "gold"}' + b" " * 20_000), "wsgi.input_terminated": True}

    assert service.client.open(environ).status_code == 201


def test_a_body_nobody_asked_for_stays_unread(service: Installation) -> None:
    """A GET with a body is odd, and no reason to read fifty megabytes (row 67)."""
    service.add_customer()

    assert service.call("router", "GET", CUSTOMER_PATH, data=b"x" * 2_000_000).status_code == 200


def test_no_value_is_shown_back_beyond_64_characters(service: Installation) -> None:
    """What a client sent by mistake must not travel on in errors and logs (row 20)."""
    answer = service.call("router", "PUT", CUSTOMER_PATH, json={"s" * 5000: 1, "t" * 200: 1})

    assert "s" * 65 not in answer.get_data(as_text=True)
    assert answer.get_json(force=True)["errors"][0]["pointer"].startswith("/sss")


def test_not_even_an_id_is_shown_back_in_full_when_it_is_long(service: Installation) -> None:
    """Use cases name what they did not find; the border cuts it (64 characters)."""
    answer = service.call("router", "GET", "/v1/customers/" + "i" * 128)

    assert answer.status_code == 404
    assert "i" * 60 in answer.get_data(as_text=True)
    assert "i" * 65 not in answer.get_data(as_text=True)


def test_many_faults_still_fit_in_one_small_answer(service: Installation) -> None:
    """A list of faults helps; a list as long as the request would not."""
    answer = service.call("router", "PUT", CUSTOMER_PATH, json={f"unknown_{i:05}" * 5: 1 for i in range(150)})

    assert answer.status_code == 422
    assert len(answer.get_data()) < 4096
    assert len(answer.get_json(force=True)["errors"]) > 3
