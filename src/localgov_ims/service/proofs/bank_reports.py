"""The reconciliation report of a bank account: balances, where every line stands, and what is missing or late."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import Connection

from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.proofs import (
    Figure,
    Item,
    Proof,
    ProofKind,
    Section,
    by_age,
    figure,
    past_due,
    total,
)
from localgov_ims.domain.statements import Statement
from localgov_ims.errors import InvalidValue, NotFound
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.service.proofs.bank_completeness import completeness
from localgov_ims.service.proofs.clearing_proofs import clearing_items
from localgov_ims.storage import bank_reports as stored
from localgov_ims.storage.bank_reports import StandingLine

_MEANS = {
    DispositionKind.MATCHED: "Matched: the same money as a record here",
    DispositionKind.ALLOCATED: "Allocated: income of a fund",
    DispositionKind.SUSPENSE: "Suspense: nobody could place it yet, or somebody has since",
    DispositionKind.AWAITING: "Awaiting: its file is not here; not income yet",
    DispositionKind.OTHER: "Other: not income",
}


def report_account(
    installation: Installation, *, account: str, first_on: date, last_on: date | None = None
) -> Proof:
    """Report on a bank account from one day to another, both in it; without the last day on the first alone.

    What is open is counted with its age at the end of the last day, whenever the line was booked.

    Raises:
        NotPermitted: The permission report.view is missing.
        NotFound: There is no such bank account.
        InvalidValue: The last day is before the first.
    """
    council, last = installation.council, last_on or first_on
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.REPORT_VIEW)
        check_account(council, account)
        if last < first_on:
            message = f"The last day, {last:%d %B %Y}, is before the first, {first_on:%d %B %Y}. Change one."
            raise InvalidValue("days_reversed", message, first_on=first_on, last_on=last)
        sections = tuple(_sections(connection, council, account, first_on, last))
    return Proof(
        kind=ProofKind.REPORT, subject=account, title=f"Reconciliation report, bank account {account}",
        council=council.name, first_on=first_on, as_at=last, sections=sections,
    )  # fmt: skip


def check_account(council: Council, account: str) -> None:
    """Refuse the name of no bank account.

    Raises:
        NotFound: There is no such bank account.
    """
    if account not in council.bank_accounts:
        message = f"There is no bank account {account!r}. There are: {', '.join(council.bank_accounts)}."
        raise NotFound("no_such_account", message, account=account)


def opening_of(statements: Sequence[Statement]) -> Money | None:
    """Return the balance with which an account begins here; none where its bank states none."""
    closings = {each.closing for each in statements}
    first = [s for s in statements if s.opening is not None and s.first_on == statements[0].first_on]
    # Several statements of one day come in the order of their balances.
    return next((s.opening for s in first if s.opening not in closings), first[0].opening if first else None)


def closing_by_bank(statements: Sequence[Statement], day: date) -> Money | None:
    """Return what the bank says an account closes at on a day; none where no statement ends there, or none says."""
    upto = [s for s in statements if s.last_on is not None and s.last_on <= day and s.closing is not None]
    if not upto or any(s.first_on and s.last_on and s.first_on <= day < s.last_on for s in statements):
        return None
    last = [s for s in upto if s.last_on == max(each.last_on for each in upto if each.last_on)]
    openings = {s.opening for s in last}
    return next((s.closing for s in last if s.closing not in openings), last[-1].closing)


def line_item(line: StandingLine, council: Council, as_at: date) -> Item:
    """Show a bank line, with the day until which it may stand as it does."""
    due = line.until_on
    if line.kind == DispositionKind.SUSPENSE.value and line.left:
        due = council.calendar.add_working_days(line.booked_on, council.suspense_fund.proof_days)
    return Item(
        id=str(line.id), kind="bank line", day=line.booked_on, text=line.text, amount=Money(line.pence),
        age=(as_at - line.booked_on).days, due_on=due, note=line.reason,
    )  # fmt: skip


def _sections(
    connection: Connection, council: Council, account: str, first_on: date, last_on: date
) -> Iterator[Section]:
    statements = stored.statements_of(connection, account)
    every = list(stored.standing_lines(connection, account, last_on))
    lines = [line for line in every if line.booked_on >= first_on]
    opened = (opening_of(statements) or NOTHING) + Money(
        sum(x.pence for x in every if x.booked_on < first_on)
    )
    yield _balance(lines, opened, closing_by_bank(statements, last_on), council, last_on)
    yield _dispositions(lines, council, last_on)
    waiting = [line_item(x, council, last_on) for x in every if _open(x)]
    clearing = clearing_items(connection, council, last_on)
    outstanding = [item for items in clearing.values() for item in items]
    yield Section(
        key="clearing", title="Open, and past its days",
        note="Lines of this account that stand open, whenever they were booked; and what is outstanding in clearing.",
        figures=(
            figure("open", "Lines that stand open", waiting),
            figure("open_past_days", "Of these: past their days", past_due(waiting, last_on)),
            figure("clearing_past_days", "In clearing, of every account: past their days", past_due(outstanding, last_on)),
        ),
    )  # fmt: skip
    yield Section(
        key="timeliness", title="Age of the lines that stand open", figures=by_age(waiting), picture=True
    )
    yield from completeness(connection, council, account, statements, clearing, first_on, last_on)


def _balance(
    lines: Sequence[StandingLine], opened: Money, closed: Money | None, council: Council, as_at: date
) -> Section:
    items = [line_item(line, council, as_at) for line in lines]
    figures = (
        Figure(key="opening", label="Opening balance", amount=opened),
        figure("credits", "Credits", [item for item in items if item.amount >= NOTHING]),
        figure("debits", "Debits", [item for item in items if item.amount < NOTHING]),
    )
    amount = Money.total(f.amount for f in figures)
    closing = Figure(key="closing", label="Closing balance", amount=amount, given=closed, total=True)
    note = (
        ""
        if closed is not None
        else "No statement of the bank ends on this day with a balance: nothing proves it."
    )
    return Section(
        key="balance", title="Opening and lines come to closing", figures=(*figures, closing), given_by="the bank says",
        note=note,
    )  # fmt: skip


def _dispositions(lines: Sequence[StandingLine], council: Council, as_at: date) -> Section:
    figures = [
        figure(kind.value, label, [line_item(x, council, as_at) for x in lines if x.kind == kind.value])
        for kind, label in _MEANS.items()
    ]
    unseen = [line_item(line, council, as_at) for line in lines if line.kind is None]
    figures.append(figure("not_reconciled", "Not reconciled yet: run ims reconcile", unseen))
    every = Money(sum(line.pence for line in lines))
    return Section(
        key="dispositions", title="Where every line stands", picture=True, given_by="all lines",
        figures=(*figures, total("lines", "All lines", figures, given=every)),
    )  # fmt: skip


def _open(line: StandingLine) -> bool:
    """Tell whether a line waits for somebody: for its file, in suspense, or for a run."""
    return line.kind in (None, DispositionKind.AWAITING.value) or (
        line.kind == DispositionKind.SUSPENSE.value and line.left != 0
    )
