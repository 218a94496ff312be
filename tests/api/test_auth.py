"""Keys: who may come in."""

import dataclasses
from datetime import timedelta

import pytest

from api.auth import ROLES, Keyring, new_key, parse_token
from api.errors import TooManyRequests, Unauthenticated
from matcher.errors import InvalidInput
from models.memory import MemoryStore
from tests.api.installation import NOW, Installation


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def stored_key(store: MemoryStore, role: str = "router") -> tuple[str, str]:
    key, token = new_key(role, now=NOW)
    with store.writing() as records:
        records.keys.add(key)
    return key.id, token


def ring_of(store: MemoryStore, clock: Clock) -> Keyring:
    return Keyring(store, lambda: NOW, clock)


def test_a_token_has_the_promised_form_and_is_never_stored() -> None:
    """Leak scanners know the form, and whoever reads the database learns no secret."""
    key, token = new_key("router", now=NOW)
    name, key_id, secret = token.split("_")

    assert (name, len(key_id), len(secret)) == ("klik", 12, 49)
    assert (key_id + secret).isalnum()
    assert key.id == key_id
    assert secret[:43] not in repr(key)


@pytest.mark.parametrize(
    "spoil",
    [lambda t: t[:-1], lambda t: t + "a", lambda t: t[:20] + ("a" if t[20] != "a" else "b") + t[21:], str.upper],
)
def test_a_mistyped_token_is_no_token(spoil: object) -> None:
    """Check characters tell a typing error from a wrong key without asking the store."""
    _, token = new_key("router", now=NOW)

    assert parse_token(token) is not None
    assert parse_token(spoil(token)) is None  # type: ignore[operator]  # a test may hand it anything


@pytest.mark.parametrize(
    ("role", "person"), [("king", None), ("employee", None), ("router", "e1"), ("employee", "a b"), ("employee", "..")]
)
def test_a_key_that_makes_no_sense_is_not_made(role: str, person: str | None) -> None:
    """An employee's key without an employee could reach nobody or everybody."""
    with pytest.raises(InvalidInput):
        new_key(role, now=NOW, person_id=person)


def test_the_right_key_comes_in_and_a_wrong_secret_does_not(clock: Clock) -> None:
    """The id is public; only the secret opens."""
    store = MemoryStore()
    key_id, token = stored_key(store)
    other = new_key("admin", now=NOW)[0]
    assert ring_of(store, clock).key_for(f"Bearer {token}", address="a").id == key_id

    forged_key, forged = new_key("router", now=NOW)
    with store.writing() as records:
        records.keys.add(dataclasses.replace(forged_key, secret_sha256=other.secret_sha256))

    with pytest.raises(Unauthenticated):
        ring_of(store, clock).key_for(f"Bearer {forged}", address="a")


def test_a_revoked_key_stops_within_a_second(clock: Clock) -> None:
    """Revoking is what one does when a key has leaked: nothing may remember it for long."""
    store = MemoryStore()
    key_id, token = stored_key(store)
    ring = ring_of(store, clock)
    ring.key_for(f"Bearer {token}", address="a")
    with store.writing() as records:
        records.keys.revoke(key_id, now=NOW)
    clock.s += 1.0

    with pytest.raises(Unauthenticated):
        ring.key_for(f"Bearer {token}", address="a")


def test_an_expired_key_is_refused(service: Installation) -> None:
    """A key nobody renews must not live for ever."""
    assert service.call("router", "GET", "/v1/frameworks").status_code == 200
    service.moment += timedelta(days=365)

    assert service.call("router", "GET", "/v1/frameworks").status_code == 401


def test_guessing_is_slowed_down_without_locking_neighbours_out(clock: Clock) -> None:
    """Ten bad keys a minute from an address; a good key from the same office still works."""
    store = MemoryStore()
    _, token = stored_key(store)
    ring = ring_of(store, clock)
    for _ in range(10):
        with pytest.raises(Unauthenticated):
            ring.key_for(f"Bearer {new_key('router', now=NOW)[1]}", address="a")

    with pytest.raises(TooManyRequests):
        ring.key_for("Bearer nonsense", address="a")
    with pytest.raises(Unauthenticated):
        ring.key_for("Bearer nonsense", address="b")
    assert ring.key_for(f"Bearer {token}", address="a").role == "router"
    clock.s += 61
    with pytest.raises(Unauthenticated):
        ring.key_for("Bearer nonsense", address="a")


def test_an_eleventh_guess_is_answered_with_a_time_to_wait(service: Installation) -> None:
    """429 without Retry-After would only bring the next guess sooner."""
    bad = {"Authorization": "Bearer klik_nonsense"}
    answers = [service.call(None, "GET", "/v1/frameworks", headers=bad) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 61


@pytest.mark.parametrize("path", ["/v1/frameworks?key={}", "/v1/frameworks?{}", "/v1/customers/{}", "/{}"])
def test_a_key_in_the_url_is_refused_and_never_logged(
    service: Installation, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """URLs end up in logs of proxies; better a loud refusal than a quiet leak."""
    token = service.tokens["router"]

    answer = service.call("router", "GET", path.format(token))
    escaped = service.call("router", "GET", path.format(token.replace("_", "%5F")))
    spelled_out = service.call("router", "GET", path.format(token.replace("k", "%6b", 1)))

    assert {answer.status_code, escaped.status_code, spelled_out.status_code} == {400}
    assert token[18:] not in answer.get_data(as_text=True) + capsys.readouterr().out


def test_no_secret_and_no_name_reaches_the_log(service: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    """Logs are read by more people than profiles are (canary strings)."""
    service.add_employee("canary-id", name="Canary Name", team="canary-team")
    service.call("hr", "GET", "/v1/employees/canary-id")
    service.call("hr", "PUT", "/v1/employees/canary-id", json={"name": "Canary Name", "channels": "canary-value"})
    logged = capsys.readouterr().out

    assert "canary" not in logged.lower()
    assert all(token[18:] not in logged for token in service.tokens.values())
    assert "PUT /v1/employees/{employee_id}" in logged


def test_every_role_of_the_design_exists() -> None:
    """The table of permissions is written for these seven."""
    assert set(ROLES) == {"router", "employee", "hr", "operations", "analyst", "auditor", "admin"}
