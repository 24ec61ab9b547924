"""Journalling: every source not yet posted becomes part of exactly one balanced Journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache

from attrs import define, field, frozen

from localgov_ims.domain.accounting_days import AccountingDay, AccountingDays, journal_day
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.journals import LARGEST, ROLE_ORDER, Journal, JournalLine, LedgerAccount, Side
from localgov_ims.domain.ledgers import Ledger
from localgov_ims.domain.money import NOTHING
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.postings import Posting, Told
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.summaries import summarised
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.accounts_asked import AccountsAsked
from localgov_ims.service.ledger.exporters import exporter_of, refuse_problems
from localgov_ims.service.ledger.journal_sources import span_of, told
from localgov_ims.service.people.permitting import note_use, permit_reading, permit_unit
from localgov_ims.storage import journals as stored
from localgov_ims.storage import periods, unposted, unposted_banked
from localgov_ims.storage.store import Unit
from localgov_ims.storage.unposted import Span, Waiting
from localgov_ims.storage.unposted_banked import Banked

Placed = tuple[Told, Posting, LedgerAccount]
"""A posting with its source, and the ledger code that was answered for it."""


@frozen(kw_only=True)
class Asked:
    """What a run is to post: all that is dated *until* (none: today).

    *soft* posts into periods that are closed softly, *held_into* is the period for what is held back; both need the
    permission period.late.
    """

    until: date | None = None
    soft: bool = False
    held_into: PeriodNumber | None = None


@frozen(kw_only=True)
class Built:
    """What a run made: the numbers of its journals, the days of what it held back for a person's decision, and what waits.

    A line waits where the ledger posts income when the bank has it, and no bank line is matched with it yet.
    """

    journals: tuple[str, ...]
    held: tuple[date, ...] = ()
    waiting: Waiting | None = None


def build_journals(installation: Installation, ledger: str, asked: Asked | None = None) -> Built:
    """Make the journals of everything that this ledger has not had, as far as is *asked* for.

    A second run makes nothing; of two at once only one does. What belongs to a financial year whose periods are all
    closed is held back, until a person says which period takes it.

    Raises:
        NotPermitted: The permission journal.export is missing, or period.late.
        ConfigurationError: There is no such ledger.
        RuleViolation: A ledger code is missing or not in the chart of accounts, a period is closed, or the ledger's
            exporter could not write a journal; none was made, for a journal never changes.
        AlreadyDone: Somebody else journals the same sources; nothing was made.
    """
    asked = asked or Asked()
    permit_reading(installation, Permission.JOURNAL_EXPORT)
    settings = installation.council.ledger(ledger)
    with installation.unit("build_journals") as unit:
        rights = permit_unit(installation, unit, Permission.JOURNAL_EXPORT)
        if asked.soft or asked.held_into is not None:
            rights.require(Permission.PERIOD_LATE)
            note_use(unit, Permission.PERIOD_LATE)
        head = unit.lock()
        days = AccountingDays(
            ledger=ledger, states=periods.states(unit.connection, ledger), late=settings.late, soft_open=asked.soft,
            held_into=asked.held_into,
        )  # fmt: skip
        last = asked.until if asked.until is not None else local_day(unit.at)
        run = _Run(installation=installation, unit=unit, ledger=settings, days=days, until=last)
        built = run.build(head)
        unit.detail |= {"ledger": ledger, "journals": list(built.journals)}
        unit.commit()
    return built


@define(kw_only=True)
class _Run:
    """One run over what is new: which day takes what, and a journal at a time."""

    installation: Installation
    unit: Unit
    ledger: Ledger
    days: AccountingDays
    until: date
    span: Span = field(init=False)
    accounts: AccountsAsked = field(init=False)

    def __attrs_post_init__(self) -> None:
        name, connection = self.ledger.name, self.unit.connection
        self.span = span_of(self.installation.council, connection, name)
        self.accounts = AccountsAsked.of(self.installation, connection, self.ledger)

    def build(self, head: int) -> Built:
        connection = self.unit.connection
        banked: dict[date, list[Banked]] = defaultdict(list)
        first = unposted.line_days(connection, self.span)
        for each in unposted_banked.sources(connection, self.span):
            banked[each.day].append(each)
            first[each.day] = min(each.first, first.get(each.day, each.first))
        found = {day: self.days.of(day) for day in first if day <= self.until}
        made: list[str] = []
        for on, members in journal_day(
            self.ledger.per, {d: a for d, a in found.items() if a is not None}
        ).items():
            of_bank = [each for day in members for each in banked[day]]
            sources = told(self.installation.council, connection, self.span, members, of_bank, on.on)
            made += [self._keep(journal) for journal in self._journals(sources, on)]
        self.accounts.refuse()
        left = [number for day, number in first.items() if found.get(day) is None]
        waiting = unposted.waiting(connection, self.span)
        left += [waiting.first] if waiting is not None else []
        stored.add_run(self.unit, self.ledger.name, min([head, *(number - 1 for number in left)]))
        held = tuple(sorted(d for d, a in found.items() if a is None))
        return Built(journals=tuple(made), held=held, waiting=waiting)

    def _keep(self, journal: Journal) -> str:
        summary = self.ledger.summary
        places = summary.places(journal.lines) if summary is not None else None
        posted = journal if places is None else summarised(journal, places)
        if not self.accounts.missing:
            refuse_problems(exporter_of(self.installation, self.ledger.name), posted)
        stored.add(self.unit, journal, places)
        return journal.number

    def _journals(self, sources: Iterable[Told], on: AccountingDay) -> Iterator[Journal]:
        sequence = stored.count_of_day(self.unit.connection, self.ledger.name, on.on)
        for block in _blocks(self._placed(each) for each in sources):
            sequence += 1
            yield Journal(
                number=f"{self.ledger.name}-{on.on:%Y%m%d}-{sequence:03d}", ledger=self.ledger.name, accounting_on=on.on,
                period=on.period, created_on=local_day(self.unit.at),
                lines=tuple(_line(number, *placed) for number, placed in enumerate(block, start=1)),
            )  # fmt: skip

    def _placed(self, each: Told) -> list[Placed]:
        placed = [(each, made, self.accounts.account_of(made, each)) for made in each.postings if made.amount]
        placed.sort(key=_order)
        return placed


def _order(placed: Placed) -> tuple[bool, int]:
    _, made, _ = placed
    return made.amount < NOTHING, ROLE_ORDER[made.role]


def _line(number: int, each: Told, made: Posting, account: LedgerAccount) -> JournalLine:
    reference = _shown(each.reference)
    return JournalLine(
        number=number, account=account, side=Side.DEBIT if made.amount > NOTHING else Side.CREDIT,
        amount=abs(made.amount), role=made.role, kind=each.kind, narrative=f"{each.kind} {reference}",
        reference=reference, taken_on=each.taken_on, source=each.source, vat_code=made.vat_code, fund=made.fund,
        mop=made.mop, office=made.office, merchant_account=made.merchant_account or None,
    )  # fmt: skip


_shown = lru_cache(maxsize=16)(visible)
"""A source's reference, for all its lines, which stand together."""


def _blocks(sources: Iterable[Sequence[Placed]]) -> Iterator[list[Placed]]:
    """Yield what makes one journal each; a source is never torn apart."""
    block: list[Placed] = []
    for placed in sources:
        if block and len(block) + len(placed) > LARGEST:
            yield block
            block = []
        block += placed
    if block:
        yield block
