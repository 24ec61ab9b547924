"""Reports of a council with a past: they add up on every day, and everything in them can be opened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from tests.service import money_in, suspended

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.proofs import Proof
from localgov_ims.errors import InvalidValue, NotFound, NotPermitted
from localgov_ims.service.explaining.asking import explain
from localgov_ims.service.installation import Installation
from localgov_ims.service.proofs.bank_reports import report_account
from localgov_ims.service.proofs.clearing_proofs import prove_clearing
from localgov_ims.simulator.running import ACTOR, DemoResult
from localgov_ims.storage import statements, transactions

FIRST, LAST = date(2026, 5, 5), date(2026, 5, 15)


@pytest.fixture(scope="module")
def office(eleven_days: DemoResult) -> Iterator[Installation]:
    """Give Small Council after eleven days, to read."""
    opened = open_installation(eleven_days.folder / "council.toml", by=ACTOR)
    yield opened
    opened.store.close()


@pytest.fixture(scope="module")
def proof(office: Installation) -> Proof:
    """Give the report of all its days."""
    return report_account(office, account="main", first_on=FIRST, last_on=LAST)


def _days() -> list[date]:
    return [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def test_every_day_opens_where_the_day_before_closed_and_the_bank_says_the_same(office: Installation) -> None:
    closed, stated = None, 0
    for day in _days():
        report = report_account(office, account="main", first_on=day)
        assert report.agrees
        assert closed is None or report.figure("opening").amount == closed
        closed = report.figure("closing").amount
        stated += report.figure("closing").given is not None
    assert stated == len(_days())


def test_the_dispositions_add_up_to_the_lines(office: Installation, proof: Proof) -> None:
    with office.store.reading() as connection:
        lines = list(statements.some_lines(connection, statements.lines.c.account == "main"))
    assert proof.figure("lines").count == len(lines)
    assert proof.figure("lines").amount == Money.total(line.line.amount for line in lines)
    assert proof.figure("not_reconciled").count == 0


def test_every_figure_is_the_sum_of_its_items_and_every_item_has_a_story(
    office: Installation, proof: Proof
) -> None:
    for section in proof.sections:
        for figure in section.figures:
            assert not figure.items or figure.amount == Money.total(item.amount for item in figure.items)
    for key in ("matched", "allocated", "suspense", "awaiting", "other", "clearing_past_days"):
        for item in proof.figure(key).items[:2]:
            assert explain(office, item.id)


def test_open_lines_are_those_in_suspense_or_awaiting_with_their_age(proof: Proof) -> None:
    open_ids = {item.id for item in proof.figure("open").items}
    held = {item.id for key in ("suspense", "awaiting") for item in proof.figure(key).items}
    assert open_ids == held
    assert {item.age for item in proof.figure("open").items} <= {(LAST - day).days for day in _days()}
    ages = next(section for section in proof.sections if section.key == "timeliness").figures
    assert Money.total(f.amount for f in ages) == proof.figure("open").amount


def test_a_working_day_without_a_statement_is_named(office: Installation) -> None:
    report = report_account(
        office, account="main", first_on=date(2026, 5, 1), last_on=LAST + timedelta(days=7)
    )
    days = [item.day for item in report.figure("missing_days").items]
    assert date(2026, 5, 18) in days
    assert all(day.weekday() < 5 and day > FIRST for day in days)


@pytest.mark.parametrize("day", [date(2026, 5, 4), *_days(), date(2026, 6, 30)])
def test_on_every_day_clearing_is_a_list_of_items_that_comes_to_the_totals(
    office: Installation, day: date
) -> None:
    clearing = prove_clearing(office, as_at=day)
    assert clearing.agrees
    assert clearing.figure("clearing").given is not None


def test_clearing_shows_debits_and_credits_gross(office: Installation) -> None:
    clearing = prove_clearing(office, as_at=LAST)
    for key in ("90", "14"):
        assert all(item.amount > NOTHING for item in clearing.figure(f"{key}_debits").items)
        assert all(item.amount < NOTHING for item in clearing.figure(f"{key}_credits").items)
    late = clearing.figure("past_days")
    assert all(item.due_on is not None and item.due_on < LAST for item in late.items)


def test_a_penny_that_appears_in_clearing_from_nowhere_is_unexplained(council_folder: Path) -> None:
    """The list and the totals are asked apart: what changes one of them shows."""
    installation = open_installation(council_folder / "council.toml", by=ACTOR)
    with installation.store.engine.begin() as connection:
        connection.execute(sa.text("DROP TRIGGER settlements_refuses_update"))
        connection.execute(sa.text("UPDATE settlements SET gross = gross + 1"))
    clearing = prove_clearing(installation, as_at=LAST)
    installation.store.close()
    assert [f.key for f in clearing.differences] == ["clearing"]


def test_suspense_is_as_it_stood_on_the_day(desk: Installation) -> None:
    """What was cleared later was still there then."""
    day = local_day(desk.clock())
    held = suspended.an_item(desk, "120.00", on=day)
    assert prove_clearing(desk, as_at=day).figure("suspense").amount == Money(12_000)
    desk.clock.moment += timedelta(days=1)  # type: ignore[attr-defined]
    suspended.clear(desk, [held], [suspended.rent("120.00")])
    assert prove_clearing(desk, as_at=day).figure("suspense").amount == Money(12_000)
    assert prove_clearing(desk, as_at=day + timedelta(days=1)).figure("suspense").amount == NOTHING


def test_reports_need_their_permission_an_account_and_days_in_order(desk: Installation) -> None:
    money_in.employ(desk, "stranger", "cashier")
    with pytest.raises(NotPermitted):
        report_account(desk.acting("stranger"), account="nowhere", first_on=FIRST)
    with pytest.raises(NotPermitted):
        prove_clearing(desk.acting("stranger"), as_at=FIRST)
    with pytest.raises(NotFound, match="nowhere"):
        report_account(desk, account="nowhere", first_on=FIRST)
    with pytest.raises(InvalidValue, match="before the first"):
        report_account(desk, account=next(iter(desk.council.bank_accounts)), first_on=LAST, last_on=FIRST)


def test_each_account_has_its_own_breaks_and_not_those_of_another(office: Installation, proof: Proof) -> None:
    """The office's late files and foreign payments are all of the main account; an advice of Bacs is of none."""
    assert proof.figure("breaks").count > 0
    (advice,) = proof.figure("breaks_elsewhere").items
    assert "ims advices take" in advice.note
    other = report_account(office, account="cash-office", first_on=FIRST, last_on=LAST)
    assert other.figure("breaks").count == 0
    assert other.figure("breaks_elsewhere").items == (advice,)


def test_what_a_provider_pays_to_one_account_is_not_expected_at_another(
    office: Installation, proof: Proof
) -> None:
    """Payouts name the main account in their recogniser; payments by bank may come to either."""
    here = {item.id for item in proof.figure("expected").items}
    other = report_account(office, account="cash-office", first_on=FIRST, last_on=LAST)
    there = {item.id for item in other.figure("expected").items}
    assert there < here
    assert {item.id for item in other.figure("payouts").items} == set()
    with office.store.reading() as connection:
        methods = {line.transaction: line.mop for line in connection.execute(sa.select(transactions.lines))}
    assert {methods[UUID(each)] for each in there} == {"14"}
    assert {methods[UUID(each)] for each in here} == {"14", "90"}


def test_what_became_late_after_a_day_is_no_break_of_that_day_and_each_says_what_it_is_worth(
    office: Installation,
) -> None:
    """A report of a day that is past is read beside its open lines: as many are past their days as are Breaks."""
    for day in _days():
        report = report_account(office, account="main", first_on=FIRST, last_on=day)
        late = [item for item in report.figure("breaks").items if item.kind == "file overdue"]
        past = [
            item for item in report.figure("open_past_days").items if "whose file is not here" in item.note
        ]
        assert (len(late), sum(i.amount.pence for i in late)) == (
            len(past),
            sum(i.amount.pence for i in past),
        )
    assert report.figure("open_past_days").count > 0
