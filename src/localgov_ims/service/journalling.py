"""Journalling: every source not yet posted becomes part of exactly one balanced Journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.journals import (
    LARGEST,
    ROLE_ORDER,
    Journal,
    JournalLine,
    LedgerAccount,
    Side,
    Source,
)
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.statements import StatementLine
from localgov_ims.domain.transactions import Transaction
from localgov_ims.reconciliation.dispositions import Disposition, DispositionKind
from localgov_ims.reconciliation.matches import Match
from localgov_ims.service import posting
from localgov_ims.service.council import Council
from localgov_ims.service.exporters import exporter_of, refuse_problems
from localgov_ims.service.installation import Installation
from localgov_ims.service.permitting import permit_reading, permit_unit
from localgov_ims.service.posting import Entry
from localgov_ims.storage import income_files, reconciliation, settlements, statements, transactions
from localgov_ims.storage import journals as stored

Awaited = Mapping[str, LedgerAccount]
"""Lines journalled as awaiting, by their id in hex, with the ledger account in which they wait."""


def build_journals(installation: Installation, ledger: str, until: date | None = None) -> list[Journal]:
    """Make the journals of everything dated *until* (default: today) that this ledger has not had.

    A second run makes nothing; of two at once only one does.

    Raises:
        NotPermitted: The permission journal.export is missing.
        ConfigurationError: There is no such ledger, or its exporter is not there.
        RuleViolation: The ledger's exporter could not write one of them; none was made, for a journal never changes.
        AlreadyDone: Somebody else journals the same sources; nothing was made.
    """
    permit_reading(installation, Permission.JOURNAL_EXPORT)
    spec = exporter_of(installation, ledger)
    last = until if until is not None else local_day(installation.clock())
    with installation.unit("build_journals") as unit:
        permit_unit(installation, unit, Permission.JOURNAL_EXPORT)
        unit.lock()
        done = stored.sources_done(unit.connection, ledger)
        awaited = stored.awaiting_accounts(unit.connection, ledger)
        postings = [
            made for made in _postings(installation.council, unit.connection, awaited)
            if made.source not in done and made.accounting_on <= last
        ]  # fmt: skip
        taken = stored.numbers_taken(unit.connection, ledger)
        journals = list(_journals(postings, ledger, taken, local_day(unit.at)))
        for journal in journals:
            refuse_problems(spec, journal)
            stored.add(unit, journal)
        unit.detail |= {"ledger": ledger, "journals": [journal.number for journal in journals]}
        unit.commit()
    return journals


def _postings(council: Council, connection: Connection, awaited: Awaited) -> Iterator[Entry]:
    """Yield what every source says; the caller leaves out those that were journalled before.

    *awaited* has the lines that were journalled as awaiting, with the account that holds them.
    """
    recorded = {t.id: t for t in transactions.some(connection)}
    for transaction in recorded.values():
        yield from posting.transaction_postings(council, transaction)
    lines = {line.id: line for line in statements.some_lines(connection)}
    for row in connection.execute(reconciliation.current.select()):
        disposition = reconciliation.disposition(row)
        line = lines[disposition.line]
        yield from _disposed(council, line, disposition, awaited.get(line.id.hex))
    banked = list(reconciliation.some_matches(connection, reconciliation.matches.c.role == "banked"))
    for match in banked:
        if match.right_kind == "receipt":
            yield from posting.match_postings(
                council,
                lines[match.left],
                recorded[match.right],
                match=match.id.hex,
                awaited=awaited.get(match.left.hex),
            )
        elif match.right_kind == "income_file":
            (of,) = income_files.some(connection, income_files.income_files.c.id == match.right)
            yield from posting.income_file_postings(
                council, lines[match.left], of, income_files.shares(connection, of), match=match.id.hex,
                awaited=awaited.get(match.left.hex),
            )  # fmt: skip
    yield from _settled(
        council, connection, [m for m in banked if m.right_kind == "settlement"], recorded, lines, awaited
    )


def _disposed(
    council: Council, line: StatementLine, disposition: Disposition, awaited: LedgerAccount | None
) -> Iterator[Entry]:
    if disposition.kind in {DispositionKind.ALLOCATED, DispositionKind.SUSPENSE}:
        yield from posting.banking_postings(council, line, awaited=awaited)
    elif disposition.kind is DispositionKind.AWAITING:
        yield from posting.awaiting_postings(council, line)
    elif disposition.kind is DispositionKind.OTHER:
        yield from posting.other_postings(council, line, _other_ledger(disposition), awaited=awaited)


def _other_ledger(disposition: Disposition) -> LedgerAccount | None:
    """Return the code that was decided for a line that is no income; none where another system journals it."""
    code, dimensions = disposition.evidence.get("ledger"), disposition.evidence.get("dimensions")
    if not isinstance(code, str) or not isinstance(dimensions, list):
        return None
    return LedgerAccount(code, tuple(map(str, dimensions)))


def _settled(
    council: Council,
    connection: Connection,
    paid: Sequence[Match],
    recorded: Mapping[UUID, Transaction],
    lines: Mapping[UUID, StatementLine],
    awaited: Awaited,
) -> Iterator[Entry]:
    payments = reconciliation.some_matches(connection, reconciliation.matches.c.role == "settled")
    cleared = {
        str(m.left): (recorded[m.right].lines[0].mop, recorded[m.right].merchant_account or "")
        for m in payments
    }
    by_id = {s.id: s for s in settlements.some(connection)}
    for match in paid:
        yield from posting.settlement_postings(
            council, by_id[match.right], settlements.lines_of(connection, match.right), cleared, lines[match.left],
            awaited=awaited.get(match.left.hex),
        )  # fmt: skip
    matched = {match.right for match in paid}
    for settlement in by_id.values():
        if not settlement.net and settlement.id not in matched:
            # Nothing is left to pay out, so no credit will come: its refunds and fees took it all.
            own = settlements.lines_of(connection, settlement.id)
            yield from posting.settlement_postings(council, settlement, own, cleared, None, awaited=None)


def _journals(postings: Iterable[Entry], ledger: str, taken: set[str], today: date) -> Iterator[Journal]:
    days: dict[date, dict[Source, list[Entry]]] = defaultdict(lambda: defaultdict(list))
    for made in postings:
        days[made.accounting_on][made.source].append(made)
    for day, sources in sorted(days.items()):
        ordered = sorted(
            sources.values(), key=lambda group: (group[0].taken_on, group[0].reference, group[0].source)
        )
        for block in _blocks(ordered):
            number = next(n for n in _numbers(ledger, day) if n not in taken)
            taken.add(number)
            lines = tuple(_line(i, made) for i, made in enumerate(block, start=1))
            yield Journal(
                number=number,
                ledger=ledger,
                accounting_on=day,
                period=PeriodNumber.of(day),
                created_on=today,
                lines=lines,
            )


def _line(number: int, made: Entry) -> JournalLine:
    return JournalLine(
        number=number, account=made.account, side=made.side, amount=made.amount, role=made.role, kind=made.kind,
        narrative=f"{made.kind} {made.reference}", reference=made.reference, taken_on=made.taken_on, source=made.source,
        vat_code=made.vat_code, fund=made.fund, mop=made.mop,
    )  # fmt: skip


def _blocks(groups: Iterable[list[Entry]]) -> Iterator[list[Entry]]:
    """Yield lines for one journal each; a source is never torn apart."""
    block: list[Entry] = []
    for group in groups:
        if block and len(block) + len(group) > LARGEST:
            yield block
            block = []
        block += sorted(group, key=lambda p: (p.side is Side.CREDIT, ROLE_ORDER[p.role]))
    if block:
        yield block


def _numbers(ledger: str, day: date) -> Iterator[str]:
    sequence = 1
    while True:
        yield f"{ledger}-{day:%Y%m%d}-{sequence:03d}"
        sequence += 1
