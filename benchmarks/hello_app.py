"""The service with one route more: a fixed JSON answer behind the same key check, to compare any other route with."""

import os

from flask import Response

from api.app import create_app
from api.events import configure_logging
from api.guard import Gate
from api.settings import load_settings
from api.wiring import build, warm_up, warm_up_meanwhile
from benchmarks.hello import HELLO

ANSWER = b'{"hello":"world"}'

settings = load_settings(os.environ)
configure_logging(settings.log_level)
klik = build(settings)
app = create_app(klik)
warm_up(klik)
warm_up_meanwhile(klik).join()  # as a service that has been up for a while


def hello() -> Response:
    """The least that an authenticated JSON route can do."""
    return Response(ANSWER, content_type="application/json")


app.add_url_rule(HELLO, "hello", hello, methods=["GET"])
app.extensions["klik-guard"].gates["hello"] = Gate(
    route=f"GET {HELLO}",
    is_open=False,
    reach_by_role={"router": "all"},
    takes_query=False,
    size_limit=1024,
    produces="application/json",
)
