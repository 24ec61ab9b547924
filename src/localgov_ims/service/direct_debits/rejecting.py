"""Rejecting: rows of a collection that Bacs did not take on input, so that the bank brings the others alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.income_files import IncomeFile, IncomeRow, RejectedRow
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.quoting import quoted
from localgov_ims.domain.texts import fitting
from localgov_ims.errors import InvalidValue, NotFound, RuleViolation
from localgov_ims.service.files.views import file_of
from localgov_ims.service.income.rows import known_file, rows_of
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.storage import income_files as stored
from localgov_ims.storage import reconciliation
from localgov_ims.storage.store import Unit


def reject_rows(
    installation: Installation, file: str, rows: Sequence[str], *, reason: str
) -> tuple[IncomeFile, list[RejectedRow]]:
    """Say which rows of a waiting collection the input report rejects; return what the bank must bring now.

    *file* is its id or SHA-256; each of *rows* an account reference, or `row:7` where one reference has several rows.

    Raises:
        InvalidValue: No reason is given, or nothing is named.
        NotPermitted: The permission import.decide is missing.
        NotFound: There is no such file, or no such row in it.
        RuleViolation: The file does not wait for its bank line (`not_waiting`), or a reference has several rows
            (`several_rows`).
        AlreadyDone: A row is rejected already.
    """
    why = (fitting("reason", reason, 200) or "").strip()
    if not why or not rows:
        raise InvalidValue("reason_missing", "Name the rows, and say what rejects them.", field="reason")
    with installation.unit("reject_rows") as unit:
        unit.lock()
        permit_unit(installation, unit, Permission.IMPORT_DECIDE)
        recorded = _waiting(unit, file)
        known = known_file(installation, unit.connection, recorded.file)
        found = list(rows_of(installation, unit.connection, known)) if known is not None else []
        made = [
            RejectedRow(
                id=new_id(), file=recorded.file, run=recorded.run, position=row.position, amount=row.amount,
                reference=row.account_reference, reason=why, at=unit.at, by=installation.actor,
            )
            for row in (_named(found, name) for name in rows)
        ]  # fmt: skip
        stored.reject(unit, made)
        unit.detail |= {"file": str(recorded.file), "rows": len(made)}
        (now,) = stored.some(unit.connection, stored.income_files.c.id == recorded.id)
        unit.commit()
    return now, made


def _waiting(unit: Unit, named: str) -> IncomeFile:
    """Return the collection that a file is, if no bank line has brought it."""
    file, _ = file_of(unit.connection, named)
    table, matches = stored.income_files, reconciliation.matches
    found = list(stored.some(unit.connection, table.c.file == file.id, stored.in_force()))
    if not found:
        message = f"The file '{quoted(named)}' is no collection. `ims files list` names those there are."
        raise NotFound("not_found", message, file=named)
    query = sa.select(matches.c.id).where(
        matches.c.right_kind == "income_file", matches.c.right_id == found[0].id
    )
    if not found[0].waits or unit.connection.execute(query).first() is not None:
        message = "The file does not wait for its bank line, so nothing in it can be rejected any more."
        raise RuleViolation("not_waiting", message, file=named)
    return found[0]


def _named(rows: Iterable[IncomeRow], name: str) -> IncomeRow:
    mark, _, number = name.partition(":")
    by_number = mark == "row" and number.isascii() and number.isdigit()
    fitting_ = [
        row for row in rows if (row.position == int(number) if by_number else row.account_reference == name)
    ]
    if not fitting_:
        message = f"No row of the collection is '{quoted(name)}'. Give an account reference, or row:7."
        raise NotFound("no_such_row", message, row=name)
    if len(fitting_) > 1:
        places = ", ".join(f"row:{row.position} of {row.amount.shown()}" for row in fitting_)
        message = f"'{quoted(name)}' has several rows: {places}. Say which."
        raise RuleViolation("several_rows", message, row=name)
    return fitting_[0]
