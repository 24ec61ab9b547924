"""Matching a bank line with a payout or an income file, as a person says: its sum is the line's, and it is nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from localgov_ims.domain.income_files import IncomeFile
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.quoting import quoted
from localgov_ims.domain.settlements import Settlement
from localgov_ims.errors import NotFound, RuleViolation
from localgov_ims.reconciliation.matches import Match
from localgov_ims.service.files.views import file_of
from localgov_ims.service.files.waiting import record_waiting
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.reconciliation.matching_lines import (
    Paired,
    check_unmatched,
    line_with_id,
    reason_given,
    record_pairs,
    take_income_back,
)
from localgov_ims.storage import income_files, settlements, snapshots

TOTALS: Final = {"settlement": "payout", "income_file": "income file"}
"""Kinds of records that the bank brings in one sum, as people call them."""


def match_total(installation: Installation, line: UUID, total: str, *, reason: str) -> Match:
    """Match a bank line with a payout, named by its number, or an income file, named by its id or its SHA-256.

    What the line became before, in a fund or in suspense, is taken back in the same unit of work; rows of a file that
    waited for their bank line are recorded.

    Raises:
        NotPermitted: The permission match.decide, or a fund of the line's income, is missing.
        NotFound: There is no such line, or no payout or income file of that name whose credit is still to be found.
        RuleViolation: It comes to another sum (`does_not_add_up`), several are called so (`not_one`), the line's income
            was refunded or moved on (`over_available`), or the file cannot be recorded any more.
        InvalidValue: No reason is given, or it is too long.
        AlreadyDone: The line is matched already.
    """
    why = reason_given(reason)
    with installation.unit("match_total") as unit:
        unit.lock()
        rights = permit_unit(installation, unit, Permission.MATCH_DECIDE)
        found, before = line_with_id(unit, line), check_unmatched(unit, line)
        named = _named(unit.connection, total)
        kind, comes = (
            ("settlement", named.net) if isinstance(named, Settlement) else ("income_file", named.expected)
        )
        if comes != found.line.amount:
            message = f"The bank brought {found.line.amount.shown()}, but the {TOTALS[kind]} {quoted(total)} comes to {comes.shown()}."
            raise RuleViolation("does_not_add_up", message, line=line, expected=comes)
        take_income_back(installation, unit, rights, before, reason="Its bank line is a total, a person says")
        pair = Paired(kind=kind, id=named.id, amount=comes, evidence={"reason": why})
        said = f"{installation.actor} says that it is the {TOTALS[kind]} {quoted(total)}: {why}"
        (match,) = record_pairs(unit, line, before, [pair], reason=said)
        if kind == "income_file":
            record_waiting(installation, unit, [named.id])
        unit.detail |= {"line": str(line), "match": str(match.id), "kind": kind}
        unit.commit()
    return match


def _named(connection: Connection, total: str) -> Settlement | IncomeFile:
    found = list(_open(connection, total.strip()))
    if len(found) == 1:
        return found[0]
    if found:
        message = f"{len(found)} payouts whose credit is still to be found are called {quoted(total)}. Name the one by its id: `ims explain` shows it."
        raise RuleViolation("not_one", message, total=quoted(total))
    message = (
        f"No payout or income file {quoted(total)} waits for its credit. Name a payout by its number, a file by its id or its "
        "SHA-256: `ims report clearing` shows what is still to come."
    )
    raise NotFound("no_such_total", message, total=quoted(total))


def _open(connection: Connection, total: str) -> Iterator[Settlement | IncomeFile]:
    payouts = [
        each
        for each in settlements.some(connection, snapshots.open_settlement())
        if total in {each.reference, str(each.id)}
    ]
    if payouts:
        yield from payouts
        return
    try:
        file, _ = file_of(connection, total)
    except NotFound:
        return
    of_file = income_files.income_files.c.file == file.id
    yield from income_files.some(connection, snapshots.open_income_file(), of_file)
