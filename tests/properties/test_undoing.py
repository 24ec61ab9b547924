"""Matches undone and made again, in any order, with runs and journals between: the laws hold, and the books are as they were."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.service.every_match import council_in, effect, of_others, of_the_bank, of_the_cash_office, template

from localgov_ims.errors import AlreadyDone, RuleViolation
from localgov_ims.reconciliation.matches import Match
from localgov_ims.service.files.importing import import_files
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.journalling import build_journals
from localgov_ims.service.reconciliation.deciding_matches import match_line
from localgov_ims.service.reconciliation.matching_debits import match_debit
from localgov_ims.service.reconciliation.matching_totals import match_total
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.reconciliation.undoing_matches import undo_match
from localgov_ims.service.verifying import verify
from localgov_ims.storage import income_files, reconciliation, transactions


@cache
def _worked() -> tuple[Path, dict[str, Any]]:
    """Make the council of every kind of Match, its files worked and nothing journalled; with what its books say then."""
    folder = Path(tempfile.mkdtemp(prefix="undoing-"))
    shutil.copytree(template(), folder, dirs_exist_ok=True)
    council = council_in(folder)
    import_files(council, [*of_the_bank(), *of_the_cash_office(split=False), *of_others()])
    reconcile(council)
    council.store.close()
    copy = Path(tempfile.mkdtemp(prefix="undoing-"))
    shutil.copytree(folder, copy, dirs_exist_ok=True)
    posted = council_in(copy)
    build_journals(posted, "MAIN")
    said = _said(posted)
    posted.store.close()
    shutil.rmtree(copy)
    return folder, said


def _said(council: Installation) -> dict[str, Any]:
    """Return what the books say, whoever matched what."""
    found = effect(council)
    return {each: found[each] for each in ("ends", "accounts", "balances")}


def _of_lines(council: Installation) -> list[Match]:
    """Return the Matches of bank lines with what they bring or take back, in the order of their pence."""
    m = reconciliation.live
    with council.store.reading() as connection:
        rows = connection.execute(sa.select(m).where(m.c.left_kind == "line", m.c.role != "moved"))
        return sorted((reconciliation.match(row) for row in rows), key=lambda each: each.amount)


def _match_again(council: Installation, match: Match) -> None:
    """Match by hand what was undone; unless a rule has found another counterpart since."""
    with suppress(AlreadyDone, RuleViolation):
        if match.role == "returned":
            match_debit(council, match.left, [str(match.right)], reason="It was right")
        elif match.right_kind == "receipt":
            match_line(council, match.left, [_reference(council, match.right)], reason="It was right")
        else:
            match_total(council, match.left, _called(council, match), reason="It was right")


def _reference(council: Installation, receipt: UUID) -> str:
    with council.store.reading() as connection:
        return transactions.by_id(connection, [receipt])[receipt].reference


def _called(council: Installation, match: Match) -> str:
    if match.right_kind == "settlement":
        return str(match.right)
    with council.store.reading() as connection:
        (file,) = income_files.some(connection, income_files.income_files.c.id == match.right)
    return str(file.file)


@settings(max_examples=6)
@given(st.data())
def test_what_is_undone_and_matched_again_leaves_the_books_as_they_were(data: st.DataObject) -> None:
    whole, expected = _worked()
    folder = Path(tempfile.mkdtemp(prefix="undoing-"))
    shutil.copytree(whole, folder, dirs_exist_ok=True)
    council = council_in(folder)
    undone: list[Match] = []
    for step in data.draw(st.lists(st.sampled_from(["undo", "undo", "again", "run", "journal"]), max_size=8)):
        standing = _of_lines(council)
        if step == "undo" and standing:
            match = data.draw(st.sampled_from(standing))
            undo_match(council, match.id, reason="Wrong")
            undone.append(match)
        elif step == "again" and undone:
            _match_again(council, undone.pop())
        elif step == "run":
            reconcile(council)
        elif step == "journal":
            build_journals(council, "MAIN")
        assert [(law.law, law.broken) for law in verify(council) if not law.holds] == []
    for match in undone:
        _match_again(council, match)
    reconcile(council)
    build_journals(council, "MAIN")
    assert [(law.law, law.broken) for law in verify(council) if not law.holds] == []
    assert _said(council) == expected
    council.store.close()
    shutil.rmtree(folder)
