"""The WSGI application for servers: `gunicorn wsgi:app`."""

import os

from api.app import create_app
from api.events import configure_logging
from api.settings import load_settings
from api.wiring import build

settings = load_settings(os.environ)
configure_logging(settings.log_level)
app = create_app(build(settings))
