"""Lists come in pages, and a cursor is good for nothing but the next page."""

import pytest

from tests.api.installation import Installation


@pytest.fixture
def staffed(service: Installation) -> Installation:
    for number in range(5):
        service.add_employee(f"e{number}", is_available=False, team="north" if number % 2 else "south")
    return service


def page(service: Installation, query: str, role: str = "hr") -> dict:
    answer = service.call(role, "GET", f"/v1/employees?{query}")
    return answer.get_json(force=True) | {"status": answer.status_code}


def test_pages_hold_everyone_once(staffed: Installation) -> None:
    """Following `next` to its end must give the whole list, nobody twice."""
    seen, cursor = [], None
    for _ in range(10):
        found = page(staffed, f"limit=2{f'&cursor={cursor}' if cursor else ''}")
        seen += [one["id"] for one in found["items"]]
        cursor = found["next"]
        if cursor is None:
            break

    assert seen == ["e0", "e1", "e2", "e3", "e4"]


def test_filters_hold(staffed: Installation) -> None:
    """Team and skill narrow the list."""
    assert [one["id"] for one in page(staffed, "team=north")["items"]] == ["e1", "e3"]
    assert page(staffed, "skill=none")["items"] == []
    assert len(page(staffed, "skill=billing")["items"]) == 5


@pytest.mark.parametrize(("query", "role"), [("limit=2&team=north", "hr"), ("limit=2", "operations")])
def test_a_cursor_of_another_list_or_key_is_refused(staffed: Installation, query: str, role: str) -> None:
    """A cursor that worked elsewhere would skip people without a word (row 42)."""
    cursor = page(staffed, "limit=2")["next"]

    found = page(staffed, f"{query}&cursor={cursor}", role)

    assert (found["status"], found["code"]) == (422, "bad_cursor")


def test_a_changed_cursor_is_refused(staffed: Installation) -> None:
    """Nobody chooses where a list goes on."""
    cursor = page(staffed, "limit=2")["next"]
    changed = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")

    assert page(staffed, f"cursor={changed}")["status"] == 422
    assert page(staffed, f"cursor={cursor}")["status"] == 200


@pytest.mark.parametrize("respelled", ["{}=", "{}==", "={}", "{}%20", "{}%0A"])
def test_a_cursor_counts_only_as_it_was_given(staffed: Installation, respelled: str) -> None:
    """base64 can write the same bytes in several ways; a cursor has one (row 42)."""
    cursor = page(staffed, "limit=2")["next"]

    assert page(staffed, f"cursor={respelled.format(cursor)}")["status"] == 422


def test_a_cursor_with_its_spare_bits_changed_is_refused(staffed: Installation) -> None:
    """The last letter of a cursor holds bits that mean nothing, and they too must stay as they were."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    longer = staffed.call("hr", "PUT", "/v1/employees/e11", json={"channels": {"phone": {}}})
    assert longer.status_code == 201
    cursor = page(staffed, "limit=3")["next"]  # ends in e11: 19 bytes, the last letter holds 4 spare bits
    changed = cursor[:-1] + letters[letters.index(cursor[-1]) + 1]

    assert len(cursor) % 4 == 2
    assert page(staffed, f"cursor={changed}")["status"] == 422
    assert page(staffed, f"cursor={cursor}")["status"] == 200
