"""The cut-off report of a year end: what was received on one side of 31 March, and banked or posted on the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from uuid import UUID

from attrs import evolve
from sqlalchemy import Connection

from localgov_ims.domain.accounting_days import AccountingDays
from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import LAST_MONTH, PeriodNumber
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.proofs import Item, Proof, ProofKind, Section, by_age, figure, total
from localgov_ims.errors import RuleViolation
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.journal_sources import span_of
from localgov_ims.service.people.permitting import permit
from localgov_ims.service.proofs.bank_reports import line_item
from localgov_ims.service.proofs.clearing_proofs import (
    ClearingAccount,
    account_of,
    clearing_item,
    name_of,
    suspense_items,
)
from localgov_ims.storage import bank_reports, cut_off, outstanding, periods, unposted, unposted_banked
from localgov_ims.storage.cut_off import PostedAcross
from localgov_ims.storage.outstanding import Outstanding


def prove_cut_off(installation: Installation, *, year: int, ledger: str | None = None) -> Proof:
    """Report what crossed the end of the financial year that began in *year*: in transit, in advance, held, and posted late.

    It says what is known now: asked for in May it names the days of April on which the bank had what was in transit.
    *ledger* names whose journals are looked at; it may be left out where the council has one.

    Raises:
        NotPermitted: The permission report.view is missing.
        ConfigurationError: There is no such ledger, or several and none is named.
    """
    council, as_at = installation.council, PeriodNumber(year, LAST_MONTH).last_on
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.REPORT_VIEW)
        name = council.ledger(ledger).name
        sections = (
            *_clearing(connection, council, as_at),
            *_suspense(suspense_items(connection, council, as_at)),
            _awaiting(connection, council, as_at),
            _across(connection, council, name, year, as_at),
        )
    return Proof(
        kind=ProofKind.CUT_OFF, subject=str(year), title=f"Cut-off of the financial year {year}/{(year + 1) % 100:02d}",
        council=council.name, first_on=as_at, as_at=as_at, sections=sections,
    )  # fmt: skip


def _clearing(connection: Connection, council: Council, as_at: date) -> Iterator[Section]:
    banked = cut_off.at_bank_after(connection, as_at)
    transit: dict[ClearingAccount, list[Item]] = defaultdict(list)
    advance: dict[bool, list[Item]] = {True: [], False: []}
    for each in outstanding.outstanding(connection, as_at):
        item = clearing_item(council, each, as_at)
        if each.bank_first:
            advance[each.source is None].append(item)
        else:
            transit[account_of(council, each)].append(_dated(item, each, banked))
    everything = [item for items in transit.values() for item in items]
    by_method = [
        figure(f"transit_{n}", name_of(council, account), items)
        for n, (account, items) in enumerate(sorted(transit.items()), start=1)
    ]
    in_transit = total("transit", "In transit", by_method)
    since = [item for item in everything if UUID(item.id) in banked]
    yield Section(
        key="transit", title="Taken by the year end, not at the bank by then",
        note="Each item says on which day the bank had it. Below nothing is what was still to go out.",
        figures=(
            *by_method, in_transit, figure("transit_banked", "Of these: at the bank since", since),
            figure("transit_open", "Of these: not at the bank yet", [i for i in everything if UUID(i.id) not in banked]),
        ),
    )  # fmt: skip
    ahead = (
        figure("advance_recorded", "Recorded for a day of the new year", advance[True]),
        figure("advance_foreign", "In payouts, of no payment of ours", advance[False]),
    )
    in_advance = total("advance", "In advance", ahead)
    yield Section(
        key="advance", title="Receipts in advance: at the bank by the year end, no income of it",
        note="Below nothing is what the bank had. What payers have paid before it was due is known to the back office.",
        figures=(*ahead, in_advance),
    )  # fmt: skip
    counted = outstanding.balance(connection, as_at)
    clearing = total(
        "clearing", "In transit and in advance together", (in_transit, in_advance), given=counted
    )
    yield Section(key="clearing", title="Clearing at the year end", given_by="by totals", figures=(clearing,))


def _dated(item: Item, each: Outstanding, banked: Mapping[UUID, date]) -> Item:
    day = banked.get(each.id)
    return evolve(item, note=f"at the bank on {day:%d %B %Y}" if day is not None else "not at the bank yet")


def _suspense(items: list[Item]) -> Iterator[Section]:
    reasons: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        reasons[item.note].append(item)
    by_reason = [
        figure(f"suspense_{reason.replace(' ', '_')}", reason, of) for reason, of in sorted(reasons.items())
    ]
    yield Section(
        key="suspense", title="Suspense, by reason", figures=(*by_reason, total("suspense", "Suspense", by_reason)),
    )  # fmt: skip
    yield Section(key="suspense_age", title="Suspense, by age", figures=by_age(items), picture=True)


def _awaiting(connection: Connection, council: Council, as_at: date) -> Section:
    figures = [
        figure(f"awaiting_{account}", account, _awaited(connection, council, account, as_at))
        for account in council.bank_accounts
    ]
    return Section(
        key="awaiting", title="At the bank by the year end, awaiting a file", figures=(*figures, total("awaiting", "Awaiting", figures)),
    )  # fmt: skip


def _awaited(connection: Connection, council: Council, account: str, as_at: date) -> Iterator[Item]:
    for line in bank_reports.standing_lines(connection, account, as_at):
        if line.kind == DispositionKind.AWAITING.value:
            yield line_item(line, council, as_at)


def _across(connection: Connection, council: Council, ledger: str, year: int, as_at: date) -> Section:
    posted = list(cut_off.posted_across(connection, ledger, year))
    late = [_posted_item(each, as_at) for each in posted if each.taken_on <= as_at]
    early = [_posted_item(each, as_at) for each in posted if each.taken_on > as_at]
    return Section(
        key="across", title=f"Across the year end in ledger {ledger}",
        note="Of journals the debits, which are as much as the credits.",
        figures=(
            figure("unposted", "Of the year, in no journal yet", _unposted(connection, council, ledger, as_at)),
            figure("posted_late", "Of the year, posted in a later one", late),
            figure("posted_early", "Of a later year, posted in this one", early),
        ),
    )  # fmt: skip


def _posted_item(each: PostedAcross, as_at: date) -> Item:
    lines = "1 debit" if each.lines == 1 else f"{each.lines:,} debits"
    return Item(
        id="", kind="journal", day=each.taken_on, text=each.number, amount=each.amount,
        age=(as_at - each.taken_on).days, note=f"{lines}, posted in period {each.period}",
    )  # fmt: skip


def _unposted(connection: Connection, council: Council, ledger: str, as_at: date) -> Iterator[Item]:
    """Yield what is due by the year end and was not posted, with what will become of it."""
    span, settings = span_of(council, connection, ledger), council.ledger(ledger)
    days = AccountingDays(ledger=ledger, states=periods.states(connection, ledger), late=settings.late)
    for day in sorted(day for day in unposted.line_days(connection, span) if day <= as_at):
        for line in unposted.lines(connection, span, [day]):
            kind = "transfer" if line.moves else line.kind
            yield _held(str(line.transaction), kind, day, line.reference, line.amount, days, as_at)
    for each in unposted_banked.sources(connection, span):
        if each.day <= as_at:
            kind = "bank line" if each.line is not None else "payout"
            yield _held(str(each.line or each.id), kind, each.day, each.reference, each.amount, days, as_at)


def _held(
    id_: str, kind: str, day: date, reference: str, amount: Money, days: AccountingDays, as_at: date
) -> Item:
    return Item(
        id=id_,
        kind=kind,
        day=day,
        text=reference,
        amount=amount,
        age=(as_at - day).days,
        note=_next(day, days),
    )


def _next(day: date, days: AccountingDays) -> str:
    """Say what the next export makes of a day."""
    try:
        found = days.of(day)
    except RuleViolation:
        return "its period is closed, and the ledger refuses what is late"
    if found is None:
        return "held back: a person says which year takes it"
    return f"the next export posts it in period {found.period}"
