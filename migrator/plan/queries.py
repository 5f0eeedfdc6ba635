"""Queries of the plan as commands: each by the database's own client, and as its own user."""

from __future__ import annotations

import shlex
from collections.abc import Callable

from migrator.plan import Plan
from migrator.plan.comparison import Check, Query

# Root's socket or /root/.my.cnf, else Debian's file.
MYSQL = (
    "client=$(command -v mariadb || command -v mysql) || exit; "
    "[ ! -r /etc/mysql/debian.cnf ] || [ -e /root/.my.cnf ]"
    " || set -- --defaults-file=/etc/mysql/debian.cnf; "
    'exec "$client" "$@" --batch --skip-column-names --execute {query} {of}'
)
POSTGRESQL = "cd / && exec su -s /bin/sh postgres -c {inner}"
PSQL = "psql -XAtq -v ON_ERROR_STOP=1 -d {of} -c {query}"
SQLITE = 'exec su -s /bin/sh "$(stat -c %U {of})" -c \'sqlite3 -readonly "$0" "$1"\' {of} {query}'


def every_check(plan: Plan) -> dict[str, Check]:
    """Checks and queries, by the name under which they are compared."""
    asked = {f"query {name}": _check(query) for name, query in plan.queries.items()}
    return {**plan.checks, **asked}


def _check(query: Query) -> Check:
    return Check(COMMANDS[query.database](query), query.compare, query.reason, query.timeout)


def _mysql(query: Query) -> str:
    return MYSQL.format(query=shlex.quote(query.query), of=shlex.quote(query.of)).removesuffix(
        " ''"
    )


def _postgresql(query: Query) -> str:
    inner = PSQL.format(of=shlex.quote(query.of or "postgres"), query=shlex.quote(query.query))
    return POSTGRESQL.format(inner=shlex.quote(inner))


def _sqlite(query: Query) -> str:
    return SQLITE.format(of=shlex.quote(query.of), query=shlex.quote(query.query))


COMMANDS: dict[str, Callable[[Query], str]] = {
    "mysql": _mysql,
    "postgresql": _postgresql,
    "sqlite": _sqlite,
}
