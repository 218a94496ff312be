"""People answer forms of every kind, look at what came of it, take it back, and are forgotten."""

from typing import Any

from matcher.profiles.framework import Framework, parse_framework
from models.frameworks import load_framework
from models.learnt import Learnt
from tests.api.installation import Installation

PATH = "/v1/employees/e1"


def ask_in(service: Installation, framework: Framework) -> None:
    """Have the service use this framework."""
    service.klik.learnt = Learnt(service.store, framework)
    service.klik.frameworks = {framework.id: framework}
    service.add_employee()


def answered_all(service: Installation, how: dict[str, Any]) -> Any:
    """The profile after every question that is asked was answered in this way, one by one."""
    reply = None
    while (asked := service.call("employee", "GET", f"{PATH}/next-item")).status_code == 200:
        body = {"form": "staff", "lang": "nl", "answers": [{"item": asked.get_json()["id"], **how}]}
        reply = service.call("employee", "POST", f"{PATH}/responses", json=body)
        assert reply.status_code in (200, 201), reply.get_data(as_text=True)
    assert asked.status_code == 204
    assert reply is not None
    return reply.get_json()


def test_an_employee_rates_statements(service: Installation) -> None:
    """A framework whose forms are ratings works like the others; the means are shown as what it rests on."""
    ask_in(service, load_framework("bigfive"))
    asked = service.call("employee", "GET", f"{PATH}/next-item").get_json()
    profile = answered_all(service, {"rating": 4})
    pieces = service.call("employee", "GET", f"{PATH}/profile/evidence").get_json()["items"]
    (counting,) = [piece for piece in pieces if "revoked_at" not in piece]

    assert (asked["mode"], asked["options"], asked["scale"]) == ("rate", [], [1, 5])
    assert profile["framework"] == load_framework("bigfive").name
    assert counting["answered"] == 20
    assert counting["flags"] == ["straight_line"]
    assert set(counting["ratings"]) == set(load_framework("bigfive").values.dims)


def test_an_employee_shares_out_points(service: Installation) -> None:
    """Ten points over four options, an item at a time."""
    document = dict(load_framework().document)
    forms: Any = document["forms"]
    document["forms"] = forms | {"staff": forms["staff"] | {"mode": "allocate"}}
    ask_in(service, parse_framework(document))
    profile = answered_all(service, {"points": {"a": 7, "b": 0, "d": 3}})

    assert profile["n_eff"] > 5
    assert service.call("employee", "GET", f"{PATH}/export").get_json()["answers"][0]["points"] == {
        "a": 7,
        "b": 0,
        "d": 3,
    }


def test_what_an_employee_said_is_forgotten_with_them(service: Installation) -> None:
    """T14: the export before holds every answer, after the erasure there is nobody, and nothing comes back."""
    ask_in(service, load_framework())
    answered_all(service, {"best": "a", "worst": "b"})
    export = service.call("hr", "GET", f"{PATH}/export").get_json()
    gone = service.call("hr", "DELETE", PATH)
    service.add_employee()

    assert len(export["answers"]) == 16
    assert gone.status_code == 204
    again = service.call("hr", "GET", f"{PATH}/export").get_json()
    assert (again["answers"], again["evidence"]) == ([], [])
