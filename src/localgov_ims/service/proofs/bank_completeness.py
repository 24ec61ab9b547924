"""Completeness of a bank account: every statement, every line, and every receipt that was expected, here or named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import Connection

from localgov_ims.domain.breaks import Break, BreakKind
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.proofs import Item, Section, figure
from localgov_ims.domain.received_files import FileStatus
from localgov_ims.domain.statements import Statement
from localgov_ims.service.council import Council
from localgov_ims.service.proofs.clearing_proofs import ClearingAccount
from localgov_ims.storage import bank_reports, files
from localgov_ims.storage import outstanding as stored
from localgov_ims.storage.standing import standing_breaks

_MOST_FILES = 1_000
_LATE = (BreakKind.FILE_OVERDUE, BreakKind.LEG_MISSING)


def completeness(
    connection: Connection,
    council: Council,
    account: str,
    statements: Sequence[Statement],
    clearing: Mapping[ClearingAccount, Sequence[Item]],
    first_on: date,
    last_on: date,
) -> Iterator[Section]:
    """Yield what shows whether everything is here: statements, what is expected, and the Breaks that stand."""
    inside = [
        s for s in statements if s.last_on and s.first_on and s.last_on >= first_on and s.first_on <= last_on
    ]
    yield Section(
        key="statements", title="Statements of the period",
        note="Each begins where another ended, or it would have been refused.",
        figures=(
            figure("statements", "Statements", [_statement(s, last_on) for s in inside]),
            figure("missing_days", "Working days without a statement", list(_missing(council, statements, first_on, last_on))),
            figure("overlaps", "Statements that repeat lines (each was recorded once)", [_statement(s, last_on) for s in inside if s.seen_lines]),
            figure("refused", "Files refused or held in the period, of any account", list(_refused(connection, first_on, last_on))),
        ),
    )  # fmt: skip
    yield _expected(connection, council, account, clearing, last_on)
    yield _breaks(connection, account, last_on)


def _expected(
    connection: Connection, council: Council, account: str, clearing: Mapping[ClearingAccount, Sequence[Item]], as_at: date
) -> Section:  # fmt: skip
    by_method = ((key.mop, item) for key, items in clearing.items() for item in items)
    expected = [
        item for mop, item in by_method if item.amount > NOTHING and _method_comes_to(council, mop, account)
    ]
    announced = stored.unpaid_settlements(connection, as_at)
    payouts = [
        _payout(council, each, as_at) for each in announced if _comes_to(council, each.source or "", account)
    ]
    return Section(
        key="expected", title="Expected, and not at the bank yet",
        note="Without what recognisers say comes to another account. Of the rest nothing says in advance to which it comes.",
        figures=(
            figure("expected", "Receipts and files of income", expected),
            figure("payouts", "Of these, announced by their provider's payout (net)", payouts),
        ),
    )  # fmt: skip


def _breaks(connection: Connection, account: str, as_at: date) -> Section:
    found = [each for each in standing_breaks(connection) if each.since_on <= as_at]
    places = bank_reports.places_of(connection, [each.subject for each in found])
    here, elsewhere = list[Item](), list[Item]()
    for each in found:
        place = places.get(each.subject)
        if place is None:
            elsewhere.append(_break(each, NOTHING, as_at))
        # What became late only after the day was not late on it.
        elif place.account == account and not (
            each.kind in _LATE and place.until_on and place.until_on >= as_at
        ):
            here.append(_break(each, place.amount, as_at))
    return Section(
        key="breaks", title="Breaks that stand", note="Those of lines of other accounts are left out.",
        figures=(
            figure("breaks", "Of lines of this account", here), figure("breaks_elsewhere", "Of no one account", elsewhere),
        ),
    )  # fmt: skip


def _comes_to(council: Council, source: str, account: str) -> bool:
    """Tell whether what a source brings may come to a bank account, as far as recognisers say."""
    named = {each.account for each in council.recognisers if each.source == source}
    return not named or None in named or account in named


def _method_comes_to(council: Council, mop: str, account: str) -> bool:
    sources = [name for name in council.sources if mop in {each.code for each in council.settled_by(name)}]
    return not sources or any(_comes_to(council, name, account) for name in sources)


def _statement(s: Statement, as_at: date) -> Item:
    first, last = s.first_on or as_at, s.last_on or as_at
    balances = (
        f"{s.opening.shown()} to {s.closing.shown()}"
        if s.opening is not None and s.closing is not None
        else ""
    )
    note = (
        f"{s.lines:,} lines, {balances}; {s.evidence.value}"
        if balances
        else f"{s.lines:,} lines; {s.evidence.value}"
    )
    if s.seen_lines:
        note += f"; {s.seen_lines:,} of them were here before"
    if s.not_booked:
        note += f"; {s.not_booked:,} announced and not booked"
    return Item(
        id=str(s.id), kind="statement", day=last, text=f"{s.number}, {first:%d %b} to {last:%d %b %Y}",
        amount=s.credits - s.debits, age=(as_at - last).days, note=note,
    )  # fmt: skip


def _missing(
    council: Council, statements: Sequence[Statement], first_on: date, last_on: date
) -> Iterator[Item]:
    """Yield the working days that no statement covers, from the account's first statement on."""
    covered = [(s.first_on, s.last_on) for s in statements if s.first_on and s.last_on]
    if not covered:
        return
    day = max(first_on, min(first for first, _ in covered))
    while day <= last_on:
        if council.calendar.is_working(day) and not any(first <= day <= last for first, last in covered):
            yield Item(
                id="", kind="day", day=day, text=f"{day:%A %d %B %Y}", amount=NOTHING, age=(last_on - day).days,
                note="No statement has a line on this day: nothing moved, or its statement is missing.",
            )  # fmt: skip
        day += timedelta(days=1)


def _refused(connection: Connection, first_on: date, last_on: date) -> Iterator[Item]:
    stopped = files.events.c.status.in_((FileStatus.REFUSED.value, FileStatus.HELD.value))
    for file, event in files.latest(connection, stopped, limit=_MOST_FILES):
        day = local_day(event.at)
        if first_on <= day <= last_on + timedelta(days=1):
            codes = ", ".join(dict.fromkeys(issue.code for issue in event.issues))
            yield Item(
                id=str(file.id), kind="file", day=day, text=file.name, amount=NOTHING, age=(last_on - day).days,
                note=f"{event.status.value}: {codes or event.reason or 'see ims files show'}",
            )  # fmt: skip


def _payout(council: Council, found: stored.Outstanding, as_at: date) -> Item:
    source = council.sources.get(found.source or "")
    due = council.calendar.add_working_days(found.day, source.wait_days) if source is not None else None
    return Item(
        id=str(found.id), kind=found.kind, day=found.day, text=found.text, amount=Money(found.pence),
        age=(as_at - found.day).days, due_on=due, note=f"announced by {found.source}",
    )  # fmt: skip


def _break(found: Break, amount: Money, as_at: date) -> Item:
    return Item(
        id=str(found.id), kind=found.kind.value.replace("_", " "), day=found.since_on, text=found.subject_kind.replace("_", " "),
        amount=amount, age=(as_at - found.since_on).days, note=found.message,
    )  # fmt: skip
