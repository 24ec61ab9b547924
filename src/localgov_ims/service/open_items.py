"""What is open at the start of a run, on both sides, as the matcher and the rest of the run need it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from attrs import define, field
from sqlalchemy import Connection

from localgov_ims.domain.finding import Finder
from localgov_ims.domain.statements import StatementLine
from localgov_ims.reconciliation.dispositions import Disposition
from localgov_ims.reconciliation.engine import Matcher
from localgov_ims.reconciliation.recognisers import Recognition, recognise
from localgov_ims.service.installation import Installation
from localgov_ims.storage import snapshots


@define(kw_only=True)
class OpenItems:
    """What is open at the start of a run: the lines with what they say of themselves."""

    lines: dict[UUID, StatementLine]
    awaiting: Mapping[UUID, Disposition]
    recognitions: dict[UUID, Sequence[Recognition]] = field(factory=dict)
    misses: dict[UUID, list[str]] = field(factory=dict)

    def next_number(self, line: UUID) -> int:
        """Return the number of the line's next disposition."""
        return self.awaiting[line].number + 1 if line in self.awaiting else 1


def load_open_items(installation: Installation, matcher: Matcher) -> OpenItems:
    """Read what is open in one snapshot, recognise its lines, and hand both sides to the matcher."""
    council = installation.council
    with installation.store.reading() as connection:
        items = OpenItems(
            lines={line.id: line for line in snapshots.open_lines(connection)},
            awaiting=snapshots.awaiting(connection),
        )
        for line in items.lines.values():
            found = recognise(council.recognisers, line.account, line.line.amount.pence, line.line.text)
            items.recognitions[line.id] = found
        matcher.load(
            "receipt",
            (
                (id_, day.toordinal(), pence, council.methods[mop].banking.value, provider, theirs, ours)
                for id_, day, pence, mop, provider, theirs, ours in snapshots.open_receipts(connection)
            ),
        )
        matcher.load_part(
            "receipt",
            "account_reference",
            ((id_, text, text) for id_, text in snapshots.accounts_of_receipts(connection)),
        )
        _load_totals(matcher, connection)
    _load_lines(installation, matcher, items)
    return items


def _load_totals(matcher: Matcher, connection: Connection) -> None:
    """Hand over what the bank brings in one sum: payouts and their lines, and income files."""
    matcher.load(
        "settlement",
        (
            (s.id, s.paid_on.toordinal(), s.net.pence, s.reference, s.source)
            for s in snapshots.open_settlements(connection)
        ),
    )
    matcher.load(
        "income_file",
        (
            (f.id, (f.last_on or date.min).toordinal(), f.expected.pence, f.import_type, f.source)
            for f in snapshots.open_income_files(connection)
        ),
    )
    matcher.load(
        "settlement_line",
        ((id_, day.toordinal(), *rest) for id_, day, *rest in snapshots.open_settlement_lines(connection)),
    )


def _load_lines(installation: Installation, matcher: Matcher, items: OpenItems) -> None:
    # A line that two recognisers claim is compared with nothing: a person says which of them is right.
    clear = [line for line in items.lines.values() if len(items.recognitions[line.id]) <= 1]
    matcher.load("line", (_line_row(line, items.recognitions[line.id]) for line in clear))
    finder = Finder(installation.council.formats.values())
    unclaimed = [line for line in clear if not items.recognitions[line.id]]
    found = finder.find_all(line.line.text for line in unclaimed)
    matcher.load_part(
        "line",
        "text_reference",
        (
            (line.id, reference.text, written)
            for line, inside in zip(unclaimed, found, strict=True)
            for reference, written in {each.reference: each.written for each in inside}.items()
        ),
    )


def _line_row(recorded: StatementLine, recognitions: Sequence[Recognition]) -> tuple[object, ...]:
    line, refs = recorded.line, recorded.line.references
    source = payout = None
    for recognition in recognitions:
        source = recognition.recogniser.source or recognition.recogniser.other
        payout = recognition.evidence.get("payout")
    return (
        recorded.id,
        line.booked_on.toordinal(),
        line.amount.pence,
        refs.end_to_end,
        payout,
        source,
        refs.structured,
    )
