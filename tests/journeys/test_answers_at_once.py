"""Two devices, one person: answers that are posted at once are all kept, and scored together."""

import threading
from typing import Any
from uuid import uuid4

import pytest

from models.frameworks import load_framework
from tests.api.installation import Installation

FORM = load_framework().forms["customer"]
SENDERS = 4


def posted_at_once(service: Installation, bodies: list[dict[str, Any]]) -> list[int]:
    """The status of each, sent from threads that start together."""
    together, statuses = threading.Barrier(len(bodies)), [0] * len(bodies)

    def send(place: int) -> None:
        headers = {"Authorization": f"Bearer {service.tokens['router']}"}
        client = service.app.test_client()
        together.wait()
        answer = client.post("/v1/customers/c1/responses", json=bodies[place], headers=headers)
        statuses[place] = answer.status_code

    threads = [threading.Thread(target=send, args=(place,)) for place in range(len(bodies))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


@pytest.mark.parametrize("has_begun", [False, True], ids=["a new wave", "a wave that was begun"])
def test_answers_posted_at_once_lose_nothing(store: Any, has_begun: bool) -> None:
    """Whoever comes second is scored with what the first one left, and gets no error for it."""
    service = Installation(store=store)
    service.klik.new_id = lambda: uuid4().hex
    service.add_customer()
    first, *others = FORM.order
    if has_begun:
        service.call("router", "POST", "/v1/customers/c1/responses", json=_said(first))
    statuses = posted_at_once(service, [_said(item) for item in others[:SENDERS]])
    export = service.call("router", "GET", "/v1/customers/c1/export").get_json()
    (counting,) = [piece for piece in export["evidence"] if "revoked_at" not in piece]

    assert set(statuses) <= {200, 201}
    assert counting["answered"] == len(export["answers"]) == SENDERS + has_begun
    assert {one["evidence_id"] for one in export["answers"]} == {counting["id"]}


def _said(item: str) -> dict[str, Any]:
    return {"form": "customer", "lang": "nl", "answers": [{"item": item, "best": "a"}]}
