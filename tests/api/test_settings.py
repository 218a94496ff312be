"""Settings are read once, all faults at once, and never show a secret."""

from pathlib import Path

import pytest

from api.settings import VARIABLES, load_settings, masked, shown
from matcher.errors import InvalidInput


def faults_of(environ: dict[str, str]) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        load_settings(environ)
    return {fault.pointer: fault.detail for fault in refused.value.faults}


def test_an_empty_environment_gives_a_service_of_this_machine() -> None:
    """The first start must work, and be reached from nowhere else."""
    settings = load_settings({})

    assert settings.bind.host == "127.0.0.1"
    assert settings.database_url == f"sqlite:///{Path.home() / '.klik' / 'klik.db'}"
    assert settings.timezone == "Europe/Amsterdam"
    assert settings.uses_sqlite
    assert settings.trusted_hops == 0


@pytest.mark.parametrize("name", ["KLIK_KEEP_OUTCOMES_DAYS", "KLIK_KEEP_DECISIONS_DAYS"])
def test_decisions_are_kept_half_a_year_at_least(name: str) -> None:
    """The law asks for six months; for ever has to be said in a word."""
    field = name.removeprefix("KLIK_").lower()
    kept = [getattr(load_settings(given), field) for given in ({}, {name: "183"}, {name: "off"})]

    off = {variable: text for variable, text, _, _ in shown(load_settings({name: "off"}))}

    assert kept == [730, 183, None]
    assert off[name] == "off"
    assert set(faults_of({name: "182"})) == {f"/{name}"}


def test_every_fault_is_told_at_once_with_what_to_do() -> None:
    """Nobody wants to start a service five times to learn of five typing errors."""
    faults = faults_of(
        {
            "KLIK_WORKERS": "0",
            "KLIK_THREADS": "4.0",
            "KLIK_BIND": "8080",
            "KLIK_TIMEZONE": "Europe/Amsterdm",
            "KLIK_LOG_LEVEL": "loud",
            "KLIK_DATABASE_URL": "mysql://x",
            "KLIK_RULE_SET": "/nowhere.json",
            "KLIK_HOME": " ",
            "KLIK_TREADS": "4",
        }
    )

    assert len(faults) == 9
    assert "1–64" in faults["/KLIK_WORKERS"]
    assert "did you mean Europe/Amsterdam?" in faults["/KLIK_TIMEZONE"]
    assert "did you mean KLIK_THREADS?" in faults["/KLIK_TREADS"]
    assert "info" in faults["/KLIK_LOG_LEVEL"]


@pytest.mark.parametrize("zone", ["../../etc/passwd", "/etc/localtime", "europe/amsterdam", "", "CET+1"])
def test_a_time_zone_comes_from_the_list(zone: str) -> None:
    """Bad input 41: a zone's name is never opened as a path."""
    assert "/KLIK_TIMEZONE" in faults_of({"KLIK_TIMEZONE": zone})


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("0.0.0.0:80", "0.0.0.0", 80), ("[::1]:0", "::1", 0), ("klik.example:8080", "klik.example", 8080)],
)
def test_an_address_is_host_and_port(text: str, host: str, port: int) -> None:
    """Also for IPv6, which is full of colons."""
    bind = load_settings({"KLIK_BIND": text}).bind

    assert (bind.host, bind.port, str(bind)) == (host, port, text)


@pytest.mark.parametrize("text", [":80", "x:", "x:99999", "x:-1", "http://x:80", "a b:80", "x:8 0"])
def test_half_an_address_is_refused(text: str) -> None:
    """A service that listens on the wrong door is worse than one that does not start."""
    assert "/KLIK_BIND" in faults_of({"KLIK_BIND": text})


def test_names_of_other_programs_are_none_of_our_business() -> None:
    """Only KLIK_ names are ours to refuse."""
    assert load_settings({"PATH": "/bin", "KLIKKER": "1", "WORKERS": "9"}).workers == 2


def test_the_command_line_wins_and_each_source_is_kept() -> None:
    """`klik config show` must explain why a value is what it is."""
    settings = load_settings({"KLIK_WORKERS": "3", "KLIK_THREADS": "5"}, {"KLIK_WORKERS": "7"})

    assert (settings.workers, settings.threads) == (7, 5)
    assert settings.sources["KLIK_WORKERS"] == "command line"
    assert settings.sources["KLIK_THREADS"] == "environment"
    assert settings.sources["KLIK_BIND"] == "default"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://u:pw@h/d", "postgresql+psycopg://u:***@h/d"),
        ("postgresql://u@h/d?password=pw&x=1", "postgresql+psycopg://u@h/d?password=***&x=1"),
        ("postgresql://u:p%40w@[::1]:5/d", "postgresql+psycopg://u:***@[::1]:5/d"),
        ("sqlite:////tmp/k.db", "sqlite:////tmp/k.db"),
    ],
)
def test_passwords_are_masked_wherever_they_stand(url: str, expected: str) -> None:
    """P22: settings are pasted into chats."""
    settings = load_settings({"KLIK_DATABASE_URL": url, "KLIK_REDIS_URL": "redis://:pw@r:1/0"})
    text = {name: value for name, value, _, _ in shown(settings)}

    assert text["KLIK_DATABASE_URL"] == expected
    assert text["KLIK_REDIS_URL"] == "redis://:***@r:1/0"
    assert "pw" not in repr(settings)


def test_a_bad_url_is_refused_without_being_repeated() -> None:
    """It holds a password more often than not."""
    assert "hunter2" not in str(
        faults_of({"KLIK_DATABASE_URL": "mysql://u:hunter2@h/d", "KLIK_REDIS_URL": "x:hunter2"})
    )


def test_a_value_that_is_no_url_is_shown_as_it_is() -> None:
    """Masking must not make riddles of folders."""
    assert masked("/home/jan/a:b@c") == "/home/jan/a:b@c"


def test_every_setting_is_shown_with_its_meaning() -> None:
    """A setting nobody can read about is not a setting."""
    rows = shown(load_settings({}))

    assert [row[0] for row in rows] == list(VARIABLES)
    assert all(row[3].endswith(".") for row in rows)
