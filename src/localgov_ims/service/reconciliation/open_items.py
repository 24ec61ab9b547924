"""What is open at the start of a run, on both sides, as the matcher and the rest of the run need it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from attrs import define, field
from sqlalchemy import Connection

from localgov_ims.domain.money import NOTHING
from localgov_ims.domain.statements import StatementLine
from localgov_ims.reconciliation.dispositions import Disposition, DispositionKind
from localgov_ims.reconciliation.engine import Matcher
from localgov_ims.reconciliation.recognisers import (
    BY_A_PERSON,
    Recognition,
    recognise,
    said_by_a_person,
)
from localgov_ims.reconciliation.tariffs import Tariff
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.storage import match_suggestions, reconciliation, snapshots, stated

_BACK = timedelta(days=180)
"""How long before the oldest open debit a receipt may have been taken that it takes back."""


@define(kw_only=True)
class OpenItems:
    """What is open at the start of a run: the lines with what they say of themselves.

    `lines` are those that need an end; `booked` those that became income, or went to suspense, and have the amount of
    a total that came since: they are compared with totals alone. `dispositions` are the current ones.
    """

    lines: dict[UUID, StatementLine]
    dispositions: Mapping[UUID, Disposition]
    generations: Mapping[tuple[str, str, UUID], int]
    booked: dict[UUID, StatementLine] = field(factory=dict)
    recognitions: dict[UUID, Sequence[Recognition]] = field(factory=dict)
    misses: dict[UUID, list[str]] = field(factory=dict)

    def next_number(self, line: UUID) -> int:
        """Return the number of the line's next disposition."""
        return self.dispositions[line].number + 1 if line in self.dispositions else 1


def new_matcher(council: Council) -> Matcher:
    """Make an empty matcher for a council's references and tariffs."""
    return Matcher(council.formats.values(), tariffs_of(council))


def tariffs_of(council: Council) -> dict[str, Tariff]:
    """Return what each source keeps of a payment, where that is agreed."""
    named = ((source.name, source.tariff) for source in council.sources.values())
    return {name: council.tariffs[tariff] for name, tariff in named if tariff is not None}


def load_open_items(installation: Installation, matcher: Matcher) -> OpenItems:
    """Read what is open in one snapshot, recognise its lines, and hand both sides to the matcher."""
    council = installation.council
    with installation.store.reading() as connection:
        lines = {line.id: line for line in snapshots.open_lines(connection)}
        totals = _load_totals(matcher, connection)
        booked = _named_since(council, snapshots.booked_lines(connection, totals))
        items = OpenItems(
            lines=lines, booked=booked, generations=reconciliation.generations(connection),
            dispositions=snapshots.waiting(connection) | snapshots.dispositions_of(connection, list(booked)),
        )  # fmt: skip
        _load_receipts(council, matcher, connection, items)
        matcher.refuse(match_suggestions.refused_pairs(connection))
    said = _said(council, items.dispositions)
    for line in items.lines.values():
        items.recognitions[line.id] = (
            [said_by_a_person(said[line.id], line)]
            if line.id in said
            else recognise(council.recognisers, line)
        )
    matcher.load("line", map(_line_row, (*items.lines.values(), *items.booked.values())))
    matcher.name_lines(council.recognisers, said)
    return items


def _said(council: Council, dispositions: Mapping[UUID, Disposition]) -> dict[UUID, str]:
    """Return the sources that people named for lines that wait."""
    return {
        line: found.what for line, found in dispositions.items()
        if found.rule == BY_A_PERSON and found.kind is DispositionKind.AWAITING
        and found.what is not None and found.what in council.sources
    }  # fmt: skip


def _named_since(council: Council, lines: Iterator[StatementLine]) -> dict[UUID, StatementLine]:
    """Return those lines that a recogniser now names as a source's: nothing else takes income back."""
    found = ((line, recognise(council.recognisers, line)) for line in lines)
    return {
        line.id: line for line, named in found if len(named) == 1 and named[0].recogniser.source is not None
    }


def _load_receipts(council: Council, matcher: Matcher, connection: Connection, items: OpenItems) -> None:
    matcher.load("receipt", (_receipt_row(council, each) for each in snapshots.open_receipts(connection)))
    accounts = ((id_, text, text) for id_, text in snapshots.accounts_of_receipts(connection))
    matcher.load_part("receipt", "account_reference", accounts)
    debits = [line.line.booked_on for line in items.lines.values() if line.line.amount < NOTHING]
    if debits:
        banked = snapshots.banked_receipts(connection, min(debits) - _BACK)
        matcher.load("receipt", (_receipt_row(council, each) for each in banked))


def _load_totals(matcher: Matcher, connection: Connection) -> set[int]:
    """Hand over what the bank brings in one sum: payouts and their lines, and income files. Return the sums."""
    settlements = list(snapshots.open_settlements(connection))
    files = list(snapshots.open_income_files(connection))
    matcher.load(
        "settlement", ((s.id, s.paid_on.toordinal(), s.net.pence, s.reference, s.source) for s in settlements)
    )
    matcher.load(
        "income_file",
        (
            (f.id, (f.last_on or date.min).toordinal(), f.expected.pence, f.import_type, f.source)
            for f in files
        ),
    )
    matcher.load(
        "unpaid",
        (
            (
                u.id,
                u.due_on.toordinal(),
                -u.unpaid.amount.pence,
                u.advice,
                u.unpaid.reference,
                u.source,
                u.service_user,
            )
            for u in snapshots.open_unpaids(connection)
        ),
    )
    # A system's items are compared with the lines that a recogniser says are in its list.
    listed = stated.open_payments(connection)
    matcher.load(
        "list_item", ((i.id, i.day.toordinal(), i.amount.pence, i.reference, i.subject) for i in listed)
    )
    matcher.load(
        "settlement_line",
        ((id_, day.toordinal(), *rest) for id_, day, *rest in snapshots.open_settlement_lines(connection)),
    )
    return {s.net.pence for s in settlements} | {f.expected.pence for f in files}


def _line_row(recorded: StatementLine) -> tuple[object, ...]:
    line, refs = recorded.line, recorded.line.references
    return (
        recorded.id, line.booked_on.toordinal(), line.amount.pence, recorded.account, refs.customer, refs.end_to_end,
        refs.structured, line.code, line.counterparty_name, line.text,
    )  # fmt: skip


def _receipt_row(council: Council, receipt: snapshots.OpenReceipt) -> tuple[object, ...]:
    return (
        receipt.id, receipt.day.toordinal(), receipt.pence, council.methods[receipt.mop].banking.value, receipt.funds,
        receipt.merchant, receipt.provider, receipt.provider_reference, receipt.reference,
        "banked" if receipt.banked else "open",
    )  # fmt: skip
