"""From money received to the ledger: the whole chain, with no penny gained, lost or in two places."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from tests.builders import (
    DAY,
    NOW,
    a_journal,
    a_receipt,
    a_transfer,
    council,
    line,
    row,
    row_source,
)
from tests.posted import balances, of_transaction, said

from localgov_ims.allocation.conditions import Condition
from localgov_ims.allocation.engine import Allocator
from localgov_ims.allocation.rules import Extract, Rule
from localgov_ims.domain.journals import Journal, JournalLine, Source
from localgov_ims.domain.ledger_files import ControlTotals
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.domain.postings import MoneySide
from localgov_ims.domain.transacting import reversal
from localgov_ims.domain.transactions import LineInput, Transaction
from localgov_ims.domain.vat import Rounding
from localgov_ims.service.ledger import posting

COUNCIL = council(
    rules=(
        Rule(
            name="tax", order=10, when=Condition(field="narrative", op="contains_reference_of", value="23"),
            set={"fund": "23", "account_reference": Extract(from_="narrative", reference_of="23")},
        ),
        Rule(
            name="penalty", order=10, when=Condition(field="narrative", op="contains_reference_of", value="2R"),
            set={"fund": "2R", "account_reference": Extract(from_="narrative", reference_of="2R")},
        ),
        Rule(name="waste", order=20, when=Condition(field="narrative", op="contains", value="BIN"), set={"fund": "13"}),
        Rule(name="ask", order=5, when=Condition(field="narrative", op="contains", value="?"), suspend="Ask"),
    )
)  # fmt: skip
ALLOCATOR = Allocator(COUNCIL.rules, COUNCIL.references).of(row_source())
WORDS = st.sampled_from(
    ["612345674", "987654320", "612345670", "FP20000050", "fp2000 0050", "BIN", "?", "JONES", ""]
)
narratives = st.lists(WORDS, max_size=4).map(" ".join)
amounts = st.integers(-(10**9), 10**9).filter(bool).map(Money)
days = st.dates(date(2010, 1, 1), date(2026, 12, 31))


def received(amount: Money, narrative: str, day: date) -> Transaction:
    """Allocate money received, and record it as a receipt with the VAT of its day."""
    answer = ALLOCATOR.allocate(row(amount=amount, narrative=narrative, taken_on=day))
    (placed,) = answer.parts or (None,)
    fund = COUNCIL.funds[placed.fund] if placed is not None else COUNCIL.suspense_fund
    code = COUNCIL.vat_codes[fund.vat_code] if fund.vat_code is not None else None
    rate = code.rate_on(day) if code is not None else None
    taxed: dict[str, object] = {}
    if code is not None and rate is not None:
        taxed = {"vat_code": code.code, "vat_rate": rate, "vat": rate.vat_in(amount, Rounding.HALF_EVEN)}
    given = line(
        fund=fund.code,
        amount=amount,
        mop="12",
        account_reference=placed.account_reference if placed is not None else None,
        **taxed,
    )
    return a_receipt(given, taken_on=day)


def journal(lines: list[JournalLine], on: date = DAY) -> Journal:
    """Make the journal of lines of one day."""
    return a_journal(lines, accounting_on=on, period=PeriodNumber.of(on))


@given(st.lists(st.tuples(amounts, narratives), min_size=1, max_size=8), days)
def test_every_penny_received_is_in_one_fund_or_in_suspense_and_the_day_balances(
    rows: list[tuple[Money, str]], day: date
) -> None:
    transactions = [received(amount, narrative, day) for amount, narrative in rows]
    assert Money.total(each.total for each in transactions) == Money.total(amount for amount, _ in rows)
    assert all(len(each.lines) == 1 for each in transactions)
    postings = [made for each in transactions for made in of_transaction(COUNCIL, each)]
    made = journal(postings)
    assert made.debits == made.credits
    cleared = Money.parse(balances(postings).get("9102", "0"))
    assert cleared == Money.total(amount for amount, _ in rows)


@given(amounts, narratives, days)
def test_the_banking_of_what_was_allocated_empties_the_clearing(
    amount: Money, narrative: str, day: date
) -> None:
    receipt = received(amount, narrative, day)
    at_bank = posting.banking_postings(MoneySide(bank_account="main", amount=amount), "12", day)
    postings = [*of_transaction(COUNCIL, receipt), *said(COUNCIL, Source("banking", "1"), at_bank)]
    journal(postings)
    left = balances(postings)
    assert "9102" not in left
    assert left["9001"] == str(amount)


@given(amounts, narratives, days)
def test_what_is_reversed_was_never_in_the_ledger(amount: Money, narrative: str, day: date) -> None:
    receipt = received(amount, narrative, day)
    undo = reversal(receipt, recorded_at=NOW, recorded_by="tester", taken_on=day)
    postings = [made for each in (receipt, undo) for made in of_transaction(COUNCIL, each)]
    made = journal(postings)
    assert balances(postings) == {}
    signed = [(each.account.code, each.signed.pence) for each in made.lines]
    totals = ControlTotals.of(signed)
    assert totals.debit == totals.credit == made.debits
    assert receipt.total + undo.total == NOTHING


@given(st.integers(1, 10**9).map(Money), st.integers(1, 5))
def test_an_item_cleared_in_parts_leaves_suspense_empty(amount: Money, parts: int) -> None:
    held = received(amount, "JONES", DAY)
    (item,) = held.lines
    assert item.fund == COUNCIL.suspense_fund.code
    targets: list[LineInput] = [line(amount=part, mop="12") for part in amount.split(parts) if part > NOTHING]
    cleared = a_transfer([line(fund=item.fund, amount=amount, mop="12")], targets)
    postings = [made for each in (held, cleared) for made in of_transaction(COUNCIL, each)]
    journal(postings)
    left = balances(postings)
    assert left == {"5100": str(-amount), "9102": str(amount)}
