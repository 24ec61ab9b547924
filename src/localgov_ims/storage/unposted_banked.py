"""What of the bank a ledger has not had: bank lines by their end, their matches, payouts, and payments found late."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.journals import LedgerAccount, Role
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.postings import Before
from localgov_ims.storage import audit, journals, reconciliation, settlements, statements
from localgov_ims.storage.unposted import Span

_b, _m, _s, _sl = statements.lines, reconciliation.live, settlements.settlements, settlements.lines
_e = audit.entries
_BANKED = _m.c.role == "banked"
_OF_LINES = _m.c.role.in_(("banked", "returned", "moved"))
"""Matches of bank lines; those of the lines of payouts post nothing by themselves."""
_SOURCE_OF = {"allocated": "banking", "suspense": "banking", "awaiting": "awaiting", "other": "other"}
"""What kind of source a disposition makes of a bank line; a matched line is posted by its match."""


@frozen(kw_only=True)
class Banked:
    """A source that the bank or a payout makes: what it is, its bank line where it has one, and the first audit entry of it.

    `right` is what the line was matched to, `right_kind` of what kind; for a payout `settlement` and the payout. `amount`
    is what of the line it explains; `fee` what the provider kept of it, `role` what its Match says. `in_part`: whether the
    line is a batch, of which other payments became a Receipt.
    """

    kind: str
    id: UUID
    day: date
    first: int
    line: UUID | None
    bank_account: str = ""
    amount: Money = NOTHING
    reference: str = ""
    position: int = 0
    right_kind: str = ""
    right: UUID | None = None
    evidence: str = "{}"
    role: str = "banked"
    fee: Money = NOTHING
    in_part: bool = False

    @property
    def other_ledger(self) -> LedgerAccount | None:
        """The code that was decided for a line that is no income; none where another system journals it."""
        ledger = json.loads(self.evidence)
        code, dimensions = ledger.get("ledger"), ledger.get("dimensions")
        if not isinstance(code, str) or not isinstance(dimensions, list):
            return None
        return LedgerAccount(code, tuple(map(str, dimensions)))


def sources(connection: Connection, span: Span) -> Iterator[Banked]:
    """Yield everything that the bank and the payouts have brought and the ledger has not had."""
    yield from _disposed(connection, span)
    yield from _matched(connection, span)
    yield from _undone(connection, span)
    yield from _paid_out(connection, span)
    yield from _paid_nothing(connection, span)
    yield from _found_late(connection, span)


def _disposed(connection: Connection, span: Span) -> Iterator[Banked]:
    d = reconciliation.current
    kind = sa.case(_SOURCE_OF, value=d.c.kind, else_="")
    query = (
        sa.select(kind.label("source"), d.c.evidence, _e.c.number.label("first"), *_bank_columns())
        .join(_b, _b.c.id == d.c.line)
        .join(_e, _e.c.id == d.c.unit)
        .where(
            _e.c.number > span.through,
            d.c.kind.in_(_SOURCE_OF),
            span.unposted(kind, _b.c.id),
            # What became a Receipt and waits again, its Match undone, is in the clearing of bank transfers already.
            (kind != "awaiting") | span.unposted("banking", _b.c.id),
        )
    )
    for row in connection.execute(query):
        yield Banked(kind=row.source, id=row.line, evidence=row.evidence, **_of_bank(row))


def _matched(connection: Connection, span: Span) -> Iterator[Banked]:
    """Yield the Matches of bank lines that stand; what was taken back before it was posted is never posted."""
    matched = (_m.c.role, _m.c.right_kind, _m.c.right_id, (_m.c.pence - _m.c.fee).label("came"), _m.c.fee)
    current = reconciliation.current
    query = (
        sa.select(_m.c.id, _e.c.number.label("first"), current.c.kind.label("became"), *matched, *_bank_columns())
        .join(_b, _b.c.id == _m.c.left_id)
        # one that is the only one of its line explains all of it
        .outerjoin(current, sa.and_(_m.c.sole_left.is_(None), current.c.line == _b.c.id))
        .join(_e, _e.c.id == _m.c.unit)
        .where(
            _e.c.number > span.through, _OF_LINES, _m.c.right_kind != "settlement", span.unposted("match", _m.c.id),
        )
    )  # fmt: skip
    for row in connection.execute(query):
        bank = _of_bank(row) | {"amount": Money(row.came)}
        yield Banked(
            kind="match",
            id=row.id,
            right_kind=row.right_kind,
            right=row.right_id,
            role=row.role,
            fee=Money(row.fee),
            in_part=_SOURCE_OF.get(row.became or "") == "banking",
            **bank,
        )


def _undone(connection: Connection, span: Span) -> Iterator[Banked]:
    """Yield the undoing of Matches that were posted, on the day of the undoing."""
    undos, m = reconciliation.undos, reconciliation.matches
    query = (
        sa.select(
            undos.c.id.label("source"),
            undos.c.match,
            undos.c.at,
            _e.c.number.label("first"),
            *_bank_columns(),
        )
        .join(m, m.c.id == undos.c.match)
        .join(_b, _b.c.id == m.c.left_id)
        .join(_e, _e.c.id == undos.c.unit)
        .where(
            _e.c.number > span.through,
            span.unposted("undo", undos.c.id),
            ~span.unposted("match", m.c.id) | ~span.unposted("settlement", m.c.id),
        )
    )
    for row in connection.execute(query):
        bank = _of_bank(row) | {"day": local_day(row.at)}
        yield Banked(kind="undo", id=row.source, right_kind="match", right=row.match, **bank)


def _paid_out(connection: Connection, span: Span) -> Iterator[Banked]:
    """Yield payouts by the Match with their credit: another Match, after that was taken back, is another source."""
    query = (
        sa.select(
            _m.c.id, _s.c.id.label("payout"), _s.c.reference, _s.c.paid_on, _e.c.number.label("first"), *_bank_columns(),
        )
        .join(_m, sa.and_(_BANKED, _m.c.right_kind == "settlement", _m.c.right_id == _s.c.id))
        .join(_b, _b.c.id == _m.c.left_id)
        .join(_e, _e.c.id == _m.c.unit)
        .where(_e.c.number > span.through, _s.c.net != 0, span.unposted("settlement", _m.c.id))
    )  # fmt: skip
    for row in connection.execute(query):
        bank = _of_bank(row) | {"day": row.paid_on, "reference": row.reference, "position": 0}
        yield Banked(kind="settlement", id=row.id, right_kind="settlement", right=row.payout, **bank)


def _paid_nothing(connection: Connection, span: Span) -> Iterator[Banked]:
    """Yield payouts of nothing: their refunds and fees took it all, so no credit will come."""
    query = (
        sa.select(_s, _e.c.number.label("first"))
        .join(_e, _e.c.id == _s.c.unit)
        .where(_e.c.number > span.through, _s.c.net == 0, span.unposted("settlement", _s.c.id))
    )
    for row in connection.execute(query):
        yield Banked(
            kind="settlement", id=row.id, day=row.paid_on, first=row.first, line=None, reference=row.reference,
            right_kind="settlement", right=row.id,
        )  # fmt: skip


def _found_late(connection: Connection, span: Span) -> Iterator[Banked]:
    """Yield payments that were found after their payout was journalled, which cleared them as nobody's."""
    posted, journal, credit = journals.sources.alias("posted"), _e.alias("journal"), _m.alias("credit")
    banked = sa.and_(
        credit.c.role == "banked", credit.c.right_kind == "settlement", credit.c.right_id == _s.c.id
    )
    query = (
        sa.select(_m.c.id, _s.c.reference, _s.c.paid_on, _sl.c.id.label("right"), _sl.c.pence, _e.c.number.label("first"))
        .join(_sl, _sl.c.id == _m.c.left_id)
        .join(_s, _s.c.id == _sl.c.settlement)
        .outerjoin(credit, banked)
        .join(
            posted,
            sa.and_(
                posted.c.ledger == span.ledger, posted.c.kind == "settlement",
                posted.c.source_id == sa.case((_s.c.net == 0, _s.c.id), else_=credit.c.id),
            ),
        )
        .join(_e, _e.c.id == _m.c.unit)
        .join(journal, journal.c.id == posted.c.unit)
        .where(
            _m.c.role == "settled", _e.c.number > span.through, _e.c.number > journal.c.number,
            span.unposted("found", _m.c.id),
        )
    )  # fmt: skip
    for row in connection.execute(query):
        yield Banked(
            kind="found", id=row.id, day=row.paid_on, first=row.first, line=None, amount=Money(row.pence),
            reference=row.reference, right_kind="settlement_line", right=row.right,
        )  # fmt: skip


def found_since(connection: Connection, ledger: str, match: UUID) -> list[UUID]:
    """Return the payments found late that were moved, in a ledger, out of what a payout's Match had posted as nobody's."""
    posted, moved = journals.sources.alias("posted"), journals.sources.alias("moved")
    built, then, m = _e.alias("built"), _e.alias("then"), reconciliation.matches
    paid = sa.select(_sl.c.id).join(m, m.c.right_id == _sl.c.settlement).where(m.c.id == match)
    settled = sa.select(m.c.id).where(m.c.role == "settled", m.c.left_id.in_(paid))
    query = (
        sa.select(moved.c.source_id)
        .join(then, then.c.id == moved.c.unit)
        .join(posted, sa.and_(posted.c.ledger == ledger, posted.c.kind == "settlement", posted.c.source_id == match))
        .join(built, built.c.id == posted.c.unit)
        .where(moved.c.ledger == ledger, moved.c.kind == "found", moved.c.source_id.in_(settled), then.c.number > built.c.number)
    )  # fmt: skip
    return list(connection.execute(query).scalars())


def put_before(connection: Connection, ledger: str, bank_lines: Sequence[UUID]) -> dict[UUID, Before]:
    """Return where the money of bank lines was put when they were journalled before.

    That is the account in which they awaited their file; or, once they became a Receipt, the clearing of bank transfers.
    """
    found: dict[UUID, Before] = {}
    for kind, role in (("awaiting", Role.AWAITING), ("banking", Role.CLEARING)):
        for source, lines in journals.lines_of(connection, ledger, kind, bank_lines).items():
            for each in lines:
                if each.role is role:
                    found[source] = Before(role, each.account, each.mop)
    return found


def _bank_columns() -> tuple[sa.ColumnElement[Any], ...]:
    return (
        _b.c.id.label("line"), _b.c.account, _b.c.pence, _b.c.booked_on, _b.c.position, _b.c.bank_reference,
    )  # fmt: skip


def _of_bank(row: sa.Row[Any]) -> dict[str, Any]:
    # as `StatementLine.reference`, without the personal data that a line's record is made of
    reference = row.bank_reference or f"{row.account}/{row.booked_on}/{row.position}"
    return {
        "line": row.line, "bank_account": row.account, "amount": Money(row.pence), "day": row.booked_on,
        "reference": reference, "position": row.position, "first": row.first,
    }  # fmt: skip
