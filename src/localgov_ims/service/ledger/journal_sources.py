"""The sources of a ledger's journals: what happened and was not posted yet, in the order in which it is posted."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby, islice
from uuid import UUID

from attrs import evolve
from sqlalchemy import Connection

from localgov_ims.domain.calendar import start_of
from localgov_ims.domain.journals import JournalLine, Role, Source
from localgov_ims.domain.postings import FundRoles, LineTaken, Posting, Told
from localgov_ims.service.council import Council
from localgov_ims.service.ledger import posting
from localgov_ims.service.ledger.journal_banked import told_of_bank
from localgov_ims.storage import journals, unposted
from localgov_ims.storage.unposted import Span
from localgov_ims.storage.unposted_banked import Banked

_AT_ONCE = 2000
_INCOME = (Role.FUND, Role.DIFFERENCE)
"""A line of a fund that is not suspense is posted under one of these."""


def span_of(council: Council, connection: Connection, ledger: str) -> Span:
    """Return what there is to post for a ledger, by the day on which it posts income."""
    return Span(
        ledger=ledger, through=journals.posted_through(connection, ledger), dates=council.ledger(ledger).accounting_date,
        payables=council.special.payables,
    )  # fmt: skip


def told(
    council: Council,
    connection: Connection,
    span: Span,
    days: Sequence[date],
    banked: Sequence[Banked],
    on: date,
) -> Iterator[Told]:
    """Yield what every source of these days says, posted *on* one day: by the moment, then reference and line number.

    Lines are streamed. What the bank brought is as much as one day's statements, and is sorted here.
    """
    of_bank = sorted(told_of_bank(council, connection, span.ledger, banked, on), key=_order)
    return heapq.merge(_of_lines(council, connection, span, days, on), of_bank, key=_order)


def roles_of(council: Council) -> FundRoles:
    """Return which accounts of the council are for differences; as the settings write them, and as lines have them."""
    set_ = [each for each in (council.over_short, council.write_off, council.write_back) if each is not None]
    differences = {
        (each.fund, reference)
        for each in set_
        for reference in (
            each.account_reference or "",
            _canonical(council, each.fund, each.account_reference),
        )
    }
    return FundRoles(council.suspense_fund.code, frozenset(differences))


def _canonical(council: Council, fund: str, reference: str | None) -> str:
    format_ = council.references.format_of(fund)
    return format_.compact(reference or "") if format_ is not None else reference or ""


def _order(each: Told) -> tuple[datetime, str, int]:
    return each.taken_at or start_of(each.taken_on), each.reference, each.number


def _of_lines(
    council: Council, connection: Connection, span: Span, days: Sequence[date], on: date
) -> Iterator[Told]:
    roles = roles_of(council)
    stream = unposted.lines(connection, span, days)
    while block := list(islice(stream, _AT_ONCE)):
        while block[-1].moves and (more := next(stream, None)) is not None:
            block.append(more)  # a transfer is one source, and must not be torn
        before = journals.lines_of(
            connection,
            span.ledger,
            "line",
            [line.taken_back for line in block if line.taken_back is not None],
        )
        for moves, lines in groupby(block, key=lambda line: line.transaction if line.moves else None):
            if moves is not None:
                yield _transfer(list(lines), roles, on)
            else:
                yield from (_line(council, line, roles, on, before) for line in lines)


def _transfer(lines: Sequence[LineTaken], roles: FundRoles, on: date) -> Told:
    first = lines[0]
    cleared = any(line.fund == roles.suspense and line.taken_back is None for line in lines)
    kind = "Clearance" if cleared and first.kind == "transfer" else first.kind.title()
    made = posting.transfer_postings(lines, roles, on, kind)
    return _told(first, Source("transfer", first.transaction.hex), kind, list(made))


def _line(
    council: Council, line: LineTaken, roles: FundRoles, on: date, before: dict[UUID, list[JournalLine]]
) -> Told:
    if line.disputed and council.methods[line.mop].disputed_of(line.merchant_account) is None:
        line = evolve(line, disputed=False)
    difference = line.kind == "receipt" and roles.of(line.fund, line.account_reference) is Role.DIFFERENCE
    kind = "Difference" if difference else line.kind.title()
    made = list(posting.line_postings(line, roles, on, kind))
    if line.taken_back in before:
        made = _taken_back(made, before[line.taken_back])
    return _told(line, Source("line", line.id.hex), kind, made)


def _taken_back(made: Sequence[Posting], original: Sequence[JournalLine]) -> list[Posting]:
    """Return the postings of a reversal at exactly the codes at which its original stands, whatever settings say now.

    What is disputed is no longer in clearing, so that leg keeps its own.
    """
    codes = {line.role: line.account for line in original}
    taken_back = []
    for each in made:
        role = each.role
        if role in _INCOME:  # the settings may have made it a difference, or none, since
            role = next((income for income in _INCOME if income in codes), role)
        taken_back.append(
            evolve(each, role=role, decided=codes.get(role)) if role is not Role.DISPUTED else each
        )
    return taken_back


def _told(line: LineTaken, source: Source, kind: str, made: Sequence[Posting]) -> Told:
    return Told(
        source=source, kind=kind, reference=line.reference, taken_on=line.taken_on, postings=made,
        taken_at=line.taken_at, number=line.number,
    )  # fmt: skip
