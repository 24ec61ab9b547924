"""What is wrong with lines that wait: nobody knows for what, or it has lasted too long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from localgov_ims.domain.breaks import Break, BreakKind
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.statements import StatementLine
from localgov_ims.reconciliation.dispositions import Disposition


def waiting_breaks(
    today: date, line: StatementLine, waiting: Disposition, misses: list[str]
) -> Iterator[Break]:
    """Yield what is wrong with waiting: nobody knows for what, or it has lasted too long."""
    if waiting.what is None:
        yield _break(BreakKind.AMBIGUOUS_RECOGNISER, line, waiting, waiting.reason)
    elif misses:
        message = f"The file of {waiting.what} is here, but does not fit the bank line: {' '.join(misses)}"
        yield _break(BreakKind.FILE_DIFFERS, line, waiting, message)
    elif waiting.until_on is not None and today > waiting.until_on:
        amount, day = line.line.amount.shown(), f"{line.line.booked_on:%d %B %Y}"
        if "transfer" in waiting.evidence:
            message = (
                f"{amount} of {day} is one leg of a transfer between {line.account} and {waiting.what}; the other leg was "
                f"expected by {waiting.until_on:%d %B %Y}. Import that account's statements, or ask the bank."
            )
            yield _break(BreakKind.LEG_MISSING, line, waiting, message)
            return
        message = (
            f"The file of {waiting.what} for {amount} of {day} was expected by {waiting.until_on:%d %B %Y} and is not "
            f"here. Ask {waiting.what} for it."
        )
        yield _break(BreakKind.FILE_OVERDUE, line, waiting, message)


def _break(kind: BreakKind, line: StatementLine, waiting: Disposition, message: str) -> Break:
    return Break(
        id=new_id(), kind=kind, subject_kind="line", subject=line.id, since_on=line.line.booked_on, message=message,
        awaited=waiting.what or "",
    )  # fmt: skip
