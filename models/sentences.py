"""What the codes of a database mean to whoever asked, and what to do about it."""

import sqlite3

NO_TABLES = "The database has no tables of this version yet: run `klik db upgrade`."
_BUSY = "Another process is writing to the database; try again shortly."
SQLITE_SENTENCES = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_FULL: "The disk under the database {path} is full: make room; nothing was changed.",
    sqlite3.SQLITE_READONLY: "The database file {path} may not be written by this user; nothing was changed.",
    sqlite3.SQLITE_CANTOPEN: "The database file {path} cannot be opened: look at its folder and its owner.",
    sqlite3.SQLITE_IOERR: "The disk under the database {path} fails to read or write; look at the disk.",
    sqlite3.SQLITE_CORRUPT: "The database file {path} is damaged: stop Klik and restore the latest backup.",
    sqlite3.SQLITE_NOTADB: "The file {path} is not a Klik database: restore a backup or name another file.",
    sqlite3.SQLITE_PROTOCOL: _BUSY,
}

# By the beginning of the SQLSTATE; the longest one that is named decides.
_POSTGRES_SENTENCES = {
    "40": "Two changes crossed each other; try again shortly.",
    "55P03": "Another change of the same rows is under way; try again shortly.",
    "57014": "The database took too long; try again shortly.",
    "57": "The database server is stopping or starting; try again shortly.",
    "08": "The connection to the database was lost; try again shortly.",
    "25P": "The transaction was open for too long; try again shortly.",
    "25006": "The database is read-only at the moment; nothing was changed.",
    "53100": "The database server's disk is full: make room; nothing was changed.",
    "53": "The database server is short of connections or memory; try again shortly.",
    "58": "The database server reports a fault of its disk or system; look at its log.",
    "XX": "The database server reports damaged data or a fault of its own; look at its log.",
    "42P01": NO_TABLES,
    "28": "The database server refuses the user or password in KLIK_DATABASE_URL.",
    "3D": "The database that KLIK_DATABASE_URL names does not exist.",
}


def postgres_sentence(state: str) -> str | None:
    """The sentence for an SQLSTATE; `None` where the fault is ours."""
    for length in (5, 3, 2):
        sentence = _POSTGRES_SENTENCES.get(state[:length])
        if sentence is not None:
            return sentence
    return None
