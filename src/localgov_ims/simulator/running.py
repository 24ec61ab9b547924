"""Running the model office: its days through the whole house, and the result against the truth."""

from __future__ import annotations

import io
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from datetime import time as of_day
from pathlib import Path

import sqlalchemy as sa
from attrs import define, evolve, frozen
from sqlalchemy import Connection

from localgov_ims.bootstrap.installing import actor, open_installation
from localgov_ims.domain.breaks import Break
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.people import Given
from localgov_ims.domain.roles import ADMINISTRATOR
from localgov_ims.errors import RuleViolation
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.service.direct_debits.unpaids import list_unpaids
from localgov_ims.service.files.importing import import_files
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.installation import Installation
from localgov_ims.service.laws.law import LawReport
from localgov_ims.service.ledger.exporting import export_to_folder
from localgov_ims.service.payments.receipts import record_takings
from localgov_ims.service.people.adding import add_user
from localgov_ims.service.reconciliation.reconciling import DispositionTotal, disposition_totals, reconcile
from localgov_ims.service.verifying import verify
from localgov_ims.simulator.acting import act_on
from localgov_ims.simulator.ended import collected, outcomes
from localgov_ims.simulator.office import FIRST_DAY, ModelOffice, OfficeDay
from localgov_ims.simulator.small_council import settings_text
from localgov_ims.simulator.truth import Verdict, judge, judge_debits
from localgov_ims.storage import advices as stored_advices
from localgov_ims.storage import transactions
from localgov_ims.storage.standing import standing_breaks

_EVENING, _MORNING = of_day(18, 0, tzinfo=UTC), of_day(7, 0, tzinfo=UTC)
ACTOR = "model office"


@frozen(kw_only=True)
class JournalTotals:
    """What was posted."""

    lines: int
    debits: Money
    credits: Money
    paths: tuple[Path, ...]


@frozen(kw_only=True)
class DebitTotals:
    """What became of Direct Debits: how many were collected, how many that came back stand where, and their advices."""

    collected: int
    states: Mapping[str, int]
    advices: int
    taken: int


@frozen(kw_only=True)
class DemoResult:
    """What the house made of the model office's days.

    `matches` counts by rule, `refused` names files that were not accepted (there must be none).
    """

    folder: Path
    statements: int
    lines: int
    takings: int
    dispositions: Mapping[DispositionKind, DispositionTotal]
    matches: Mapping[str, int]
    income: Money
    suspense: Money
    journal: JournalTotals
    debits: DebitTotals
    breaks: tuple[Break, ...]
    refused: tuple[str, ...]
    laws: tuple[LawReport, ...]
    truth: Verdict
    seconds: float

    @property
    def good(self) -> bool:
        """Tell whether every law holds and nothing differs from the truth."""
        return not self.truth.wrong and not self.refused and all(law.holds for law in self.laws)


@define
class _SimulatedClock:
    """The model office's present, moved from day to day."""

    moment: datetime

    def __call__(self) -> datetime:
        return self.moment


@define
class _Counted:
    """What the days brought, added up."""

    matches: Counter[str]
    refused: list[str]
    statements: int = 0
    takings: int = 0
    journal_lines: int = 0
    debits: Money = NOTHING
    credits: Money = NOTHING


def run(folder: Path, *, seed: int, days: int, tell: Callable[[str], None] = lambda _: None) -> DemoResult:
    """Run the model office in an empty *folder*, which is left as a council that every command works on.

    Raises:
        RuleViolation: The folder holds something already.
    """
    if folder.exists() and any(folder.iterdir()):
        message = f"{folder} is not empty; nothing was changed. Name an empty or new folder."
        raise RuleViolation("folder_not_empty", message, path=str(folder))
    began = time.monotonic()
    (folder / "files").mkdir(parents=True)
    config = folder / "council.toml"
    config.write_text(settings_text(), encoding="utf-8")
    clock = _SimulatedClock(datetime.combine(FIRST_DAY, _MORNING))
    installation = open_installation(config, clock=clock, by=ACTOR, create=True)
    try:
        if actor() != ACTOR:  # so that whoever runs the demo may look around in what it leaves
            add_user(installation, name=actor(), expiry_days=None, given=Given(roles=(ADMINISTRATOR,)))
        return _lived(installation, clock, folder, tell, began, seed=seed, days=days)
    finally:
        installation.store.close()


def _lived(
    installation: Installation, clock: _SimulatedClock, folder: Path, tell: Callable[[str], None], began: float, *,
    seed: int, days: int,
) -> DemoResult:  # fmt: skip
    council = installation.council
    office = ModelOffice(seed, days, formats=council.formats, calendar=council.calendar)
    counted = _Counted(matches=Counter(), refused=[])
    for day in office.weeks():
        tell(f"{day.day:%A %d %B}")
        clock.moment = datetime.combine(day.day, _EVENING)
        _take(installation, day, counted)
        clock.moment = datetime.combine(day.day + timedelta(days=1), _MORNING)
        _morning(installation, folder, day, counted)
    tell("proving the laws")
    return _result(installation, folder, office, counted, began)


def _take(installation: Installation, day: OfficeDay, counted: _Counted) -> None:
    if day.receipts:
        counted.takings += record_takings(installation, day.receipts)


def _morning(installation: Installation, folder: Path, day: OfficeDay, counted: _Counted) -> None:
    """Import what has arrived, act on it, reconcile, and post to the ledger: a council's day."""
    for file in day.files:
        (folder / "files" / file.name).write_bytes(file.data)
    arrived = [Incoming(name=file.name, stream=io.BytesIO(file.data)) for file in day.files]
    results = import_files(installation, arrived)
    counted.statements += sum(result.counts.get("statements", 0) for result in results)
    counted.refused += [result.name for result in results if result.status == "refused"]
    for act in day.acts:
        act_on(installation, act)
    counted.matches.update(reconcile(installation).matches)
    for ledger in installation.council.ledgers:
        for made in export_to_folder(installation, ledger, folder / "journals").exported:
            counted.journal_lines += made.lines
            counted.debits += made.debits
            counted.credits += made.credits


def _result(
    installation: Installation, folder: Path, office: ModelOffice, counted: _Counted, began: float
) -> DemoResult:
    totals, truth = disposition_totals(installation), office.truth()
    with installation.store.reading() as connection:
        found = list(outcomes(connection))
        breaks = tuple(standing_breaks(connection))
        income, suspense = _income(installation, connection)
        sums = collected(installation, connection)
        advices = [each.taken_by is not None for each in stored_advices.some(connection)]
    unpaids = {
        each.recorded.unpaid.reference: each.state.value for each in list_unpaids(installation, every=True)
    }
    verdict = judge(truth, found)
    paths = tuple(sorted((folder / "journals").iterdir()))
    return DemoResult(
        folder=folder, statements=counted.statements, lines=sum(total.count for total in totals.values()),
        takings=counted.takings,
        dispositions={kind: total for kind, total in totals.items() if kind is not None}, matches=counted.matches,
        income=income, suspense=suspense,
        journal=JournalTotals(
            lines=counted.journal_lines, debits=counted.debits, credits=counted.credits, paths=paths
        ),
        breaks=breaks, refused=tuple(counted.refused), laws=tuple(verify(installation)),
        debits=DebitTotals(
            collected=len(sums), states=Counter(unpaids.values()), advices=len(advices), taken=sum(advices)
        ),
        truth=evolve(verdict, wrong=(*verdict.wrong, *judge_debits(truth, unpaids, sums))), seconds=round(time.monotonic() - began, 2),
    )  # fmt: skip


def _income(installation: Installation, connection: Connection) -> tuple[Money, Money]:
    """Return what stands in the funds and what stands in suspense."""
    lines = transactions.lines
    held = sa.func.sum(
        sa.case((lines.c.fund == installation.council.suspense_fund.code, lines.c.pence), else_=0)
    )
    row = connection.execute(sa.select(sa.func.sum(lines.c.pence).label("all"), held.label("held"))).one()
    return Money(int(row.all or 0) - int(row.held or 0)), Money(int(row.held or 0))
