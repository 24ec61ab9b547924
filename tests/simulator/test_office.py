"""The model office: its files prove themselves and its truth holds, whatever the seed."""

import csv
import hashlib
import io
import os
from collections import Counter
from datetime import date, timedelta
from functools import cache, cached_property

import pytest
import re2
from attrs import frozen

from localgov_ims.domain.ids import parse_reference
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.simulator.office import ModelOffice, OfficeDay
from localgov_ims.simulator.provider import fee_of
from localgov_ims.simulator.truth import Fate, Truth

from . import reading

# Enough to notice a slip while working; OFFICE_SEEDS=200 is for the night.
pytestmark = pytest.mark.slow
SEEDS = range(int(os.environ.get("OFFICE_SEEDS", "25")))
FUNDS = {"council-tax": "23", "rent": "05", "penalty": "2R", "garden": "13"}


@frozen(eq=False)
class Fortnight:
    """What an office made, read back."""

    days: list[OfficeDay]
    truth: Truth
    main: list[reading.Printed]
    cash_office: list[reading.Printed]

    @cached_property
    def lines(self) -> list[reading.Line]:
        return [line for printed in (*self.main, *self.cash_office) for line in printed.lines]

    @cached_property
    def fates(self) -> list[tuple[reading.Line, Fate]]:
        return [(line, self.truth.fates[line.account, line.booked_on, line.position]) for line in self.lines]

    @cached_property
    def bacs(self) -> list[tuple[date, str, bytes]]:
        """What came from Bacs: when, called what, and its bytes."""
        names = ("direct-debits-", "arudd-", "ddic-", "addacs-")
        return [(day.day, f.name, f.data) for day in self.days for f in day.files if f.name.startswith(names)]

    @cached_property
    def receipts(self) -> dict:
        return {receipt.reference: receipt for day in self.days for receipt in day.receipts}

    @cached_property
    def payouts(self) -> dict[str, tuple[date, list[dict[str, str]]]]:
        """The payout files: by payout, when it came and its rows."""
        files = [(day.day, f) for day in self.days for f in day.files if f.name.startswith("stripe-")]
        return {f.name[7:-4]: (day, list(csv.DictReader(io.StringIO(f.data.decode())))) for day, f in files}


def office(formats, seed=7, **rest) -> ModelOffice:
    return ModelOffice(seed, formats=formats, **rest)


def fortnight(made: ModelOffice) -> Fortnight:
    days = list(made.weeks())
    files = [f for day in days for f in day.files]
    return Fortnight(
        days, made.truth(), [reading.camt(f.data) for f in files if f.name.startswith("main-")],
        [reading.lloyds(f.data) for f in files if f.name.startswith("cash-office-")],
    )  # fmt: skip


@pytest.fixture(scope="module")
def fortnights(formats) -> list[Fortnight]:
    return [fortnight(office(formats, seed)) for seed in SEEDS]


@pytest.fixture(scope="module")
def named(formats):
    """Find the accounts that a text names: pairs of fund and reference."""
    return cache(
        lambda text: {(FUNDS[name], r.text) for name, form in formats.items() for _, r in form.find(text)}
    )


def test_a_fortnight_has_at_least_560_lines_and_a_fate_for_each(fortnights):
    for made in fortnights:
        keys = [(line.account, line.booked_on, line.position) for line in made.lines]
        assert len(keys) >= 560
        assert sorted(keys) == sorted(made.truth.fates)
        assert all(45 <= len(printed.lines) <= 65 for printed in made.main)
        assert all(10 <= len(printed.lines) <= 15 for printed in made.cash_office)


def test_banks_book_on_working_days_only(formats):
    days = {
        day.day: len([f for f in day.files if f.name.startswith(("main-", "cash-office-"))])
        for day in office(formats).weeks()
    }
    holiday_and_weekends = {date(2026, 5, d) for d in (4, 9, 10, 16, 17)}
    assert days == {day: 0 if day in holiday_and_weekends else 2 for day in days}
    assert len(days) == 14


def test_camt_statements_tie_chain_and_count_on(fortnights):
    for made in fortnights:
        for printed in made.main:
            amounts = [line.amount for line in printed.lines]
            credits_, debits = [a for a in amounts if a > NOTHING], [a for a in amounts if a < NOTHING]
            assert printed.opening + Money.total(amounts) == printed.closing
            assert printed.totals == (
                (len(credits_), Money.total(credits_)),
                (len(debits), -Money.total(debits)),
            )
        assert [printed.number for printed in made.main] == list(range(1, len(made.main) + 1))
        assert [p.closing for p in made.main[:-1]] == [p.opening for p in made.main[1:]]


def test_running_balances_tie_and_chain(fortnights):
    for made in fortnights:
        balance = made.cash_office[0].opening
        for printed in made.cash_office:
            assert printed.opening == balance
            for line, shown in zip(printed.lines, printed.balances, strict=True):
                balance += line.amount
                assert shown == balance
            assert printed.closing == balance


def test_an_allocated_line_names_one_account_its_own_and_no_open_receipt_waits_for_it(fortnights, named):
    for made in fortnights:
        receipts = {(receipt.fund, receipt.account_reference) for receipt in made.receipts.values()}
        for line, fate in made.fates:
            if fate.disposition == "allocated":
                assert named(line.text) == {(fate.fund, fate.account_reference)}
                assert not receipts & named(line.text)
                assert line.amount > NOTHING


def test_a_line_in_suspense_names_what_its_reason_says(fortnights, named):
    for made in fortnights:
        for line, fate in made.fates:
            if fate.disposition == "suspense":
                funds = Counter(fund for fund, _ in named(line.text))
                if fate.detail == "ambiguous_rules":
                    assert len(funds) == funds.total() == 2
                elif fate.detail == "over_maximum":
                    assert (funds, line.amount > Money(15_000)) == (Counter(["2R"]), True)
                else:
                    assert not funds
                assert (line.amount < NOTHING) is (fate.detail == "unexpected_debit")
                assert (fate.detail == "rule") is line.text.upper().startswith("MARKET")


def test_every_reason_and_every_answer_is_there_whatever_the_seed(fortnights):
    for made in fortnights:
        seen = Counter((fate.disposition, fate.detail) for _, fate in made.fates)
        reasons = ("no_fund", "ambiguous_rules", "over_maximum", "rule", "unexpected_debit")
        sources, others = ("stripe", "allpay"), ("charges", "payables", "payroll")
        wanted = {("suspense", r) for r in reasons} | {("awaiting", s) for s in sources}
        assert seen.keys() == wanted | {("other", o) for o in others} | {
            ("matched", None),
            ("allocated", None),
        }
        assert seen["awaiting", "stripe"] == 1


def test_the_recognisers_see_exactly_the_lines_that_are_awaited_or_other(fortnights, settings):
    recognisers = [(r, re2.compile(r["text"])) for r in settings["recogniser"]]
    for made in fortnights:
        for line, fate in made.fates:
            answers = {
                r.get("source") or r.get("other") for r, pattern in recognisers
                if r.get("account", line.account) == line.account and pattern.search(line.text)
                and (line.amount > NOTHING) is (r["sign"] == "credit")
            }  # fmt: skip
            expected = {"awaiting": {fate.detail}, "other": {fate.detail}}.get(fate.disposition, set())
            if fate.disposition == "matched" and fate.matched not in made.receipts:
                expected = {"stripe" if fate.matched.startswith("po_") else "council-tax-dd"}
            assert answers == expected


def test_a_payment_by_bank_is_found_by_its_reference_or_by_its_account_in_the_text(fortnights, named):
    for made in fortnights:
        receipts, found = made.receipts, Counter()
        for line, fate in made.fates:
            if fate.matched in receipts:
                receipt = receipts[fate.matched]
                account = (receipt.fund, receipt.account_reference)
                kept = line.end_to_end == receipt.reference
                assert kept or (line.end_to_end == "NOTPROVIDED" and named(line.text) == {account})
                assert line.amount == receipt.amount
                assert 0 <= (line.booked_on - receipt.taken_on).days <= (30 if kept else 3)
                found[kept] += 1
        assert min(found[True], found[False]) >= 15
        by_bank = {r.reference for r in receipts.values() if r.mop == "14"}
        matched = {fate.matched for _, fate in made.fates if fate.matched}
        assert by_bank - matched == set(made.truth.unbanked)


def test_receipts_carry_our_own_references_and_accounts_of_their_fund(fortnights, named):
    for made in fortnights:
        receipts = [receipt for day in made.days for receipt in day.receipts]
        assert len({receipt.reference for receipt in receipts}) == len(receipts)
        accounts = Counter((receipt.fund, receipt.account_reference) for receipt in receipts)
        assert set(accounts.values()) == {1}
        for receipt in receipts:
            assert parse_reference(receipt.reference) == receipt.reference
            assert (receipt.fund, receipt.account_reference) in named(receipt.account_reference)
            assert (receipt.mop == "90") is (receipt.provider == "stripe")
        for day in made.days:
            assert 15 <= sum(receipt.mop == "90" for receipt in day.receipts) <= 30


def test_settlements_add_up_to_the_bank_credit(fortnights):
    for made in fortnights:
        credits_ = {fate.matched: line for line, fate in made.fates if fate.matched}
        for payout, (_, rows) in made.payouts.items():
            assert Money.total(Money.parse(row["net"]) for row in rows) == credits_[payout].amount
            for row in rows:
                gross, fee, net = (Money.parse(row[name]) for name in ("gross", "fee", "net"))
                assert (row["automatic_payout_id"], gross - fee, fee) == (payout, net, fee_of(gross))
                assert row["automatic_payout_effective_at_utc"][:10] == str(credits_[payout].booked_on)


def test_a_collection_comes_in_one_credit_less_what_is_rejected_on_input(fortnights):
    for made in fortnights:
        credits_ = {fate.matched: line for line, fate in made.fates if line.text.startswith("BACS SUN")}
        rejected = {act.file: act.references for day in made.days for act in day.acts if act.verb == "reject"}
        files = [(name, data) for _, name, data in made.bacs if name.startswith("direct-debits-")]
        assert [name for name, _ in files] == list(credits_)
        for name, data in files:
            debits = submitted(data)
            (reference,) = rejected[hashlib.sha256(data).hexdigest()]
            assert credits_[name].amount == Money.total(debits.values()) - debits[reference]
            assert len(set(debits.values())) == len(debits) >= 40


def test_what_the_bank_takes_back_is_what_the_reports_name_and_no_more(fortnights):
    for made in fortnights:
        debits = [line for line in made.lines if line.text.startswith("UNPAID DD")]
        collected = {
            ref: sum_
            for _, name, data in made.bacs
            if name[0] == "d"
            for ref, sum_ in submitted(data).items()
        }
        named = {ref for line, fate in made.fates if line in debits for ref in fate.matched.split(" + ")}
        assert named == {ref for ref, state in made.truth.unpaids.items() if state == "debited"}
        assert Counter(made.truth.unpaids.values()) == {"debited": 9, "withdrawn": 1}
        for line, fate in made.fates:
            if line in debits:
                assert line.amount == -Money.total(collected[ref] for ref in fate.matched.split(" + "))
        assert Money.total(made.truth.collected.values()) == Money.total(
            line.amount for line in made.lines if line.text.startswith(("BACS SUN", "UNPAID DD"))
        )


def submitted(data: bytes) -> dict[str, Money]:
    """Read a submission by its columns: what is taken from each payer."""
    records = [line for line in data.decode().splitlines() if len(line) > 80]
    return {line[64:82].strip(): Money(int(line[35:46])) for line in records if line[15:17] == "17"}


def test_each_charge_is_a_receipt_but_for_one_that_is_foreign(fortnights):
    for made in fortnights:
        cards = {r.provider_reference: r for r in made.receipts.values() if r.mop == "90"}
        rows = [row for _, rows in made.payouts.values() for row in rows]
        identifiers = [row["source_id"] for row in rows]
        assert len(set(identifiers)) == len(identifiers)
        assert tuple(i for i in identifiers if i not in cards) == made.truth.foreign
        assert len(made.truth.foreign) == 1
        for row in rows:
            if row["source_id"] in cards:
                taken = cards[row["source_id"]]
                assert (row["gross"], row["created_utc"][:10]) == (str(taken.amount), str(taken.taken_on))


def test_files_come_with_their_money_one_early_one_three_days_late_and_the_last_not_at_all(fortnights):
    for made in fortnights:
        booked = [
            (line.text.split()[2], line.booked_on) for line in made.lines if line.text.startswith("STRIPE")
        ]
        came = {payout: day for payout, (day, _) in made.payouts.items()}
        gaps = [(came[payout] - day).days if payout in came else None for payout, day in booked]
        assert gaps == [0, -1, 3, 0, 0, -1, 0, None]
        for day, rows in made.payouts.values():
            assert max(row["created_utc"][:10] for row in rows) <= str(day)


def test_the_same_seed_gives_the_same_bytes(formats):
    for seed in SEEDS[:5]:
        first, second = office(formats, seed), office(formats, seed)
        assert list(first.weeks()) == list(second.weeks())
        assert first.truth() == second.truth()
    assert list(office(formats, 1).weeks()) != list(office(formats, 2).weeks())


@pytest.mark.parametrize(
    ("first_on", "days"),
    [(date(2026, 5, 4), 1), (date(2026, 4, 1), 9), (date(2026, 12, 21), 21), (date(2027, 2, 1), 28)],
)
def test_other_days_hold_too(formats, named, first_on, days):
    made = fortnight(office(formats, days=days, first_on=first_on))
    assert [day.day for day in made.days] == [first_on + timedelta(days=n) for n in range(days)]
    assert len(made.lines) == len(made.truth.fates)
    for line, fate in made.fates:
        if fate.disposition == "allocated":
            assert named(line.text) == {(fate.fund, fate.account_reference)}
        elif fate.matched in made.receipts and line.end_to_end == "NOTPROVIDED":
            assert 0 <= (line.booked_on - made.receipts[fate.matched].taken_on).days <= 3
