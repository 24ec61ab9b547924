"""From money received to the ledger: the whole chain, with no penny gained, lost or in two places."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from tests.builders import DAY, NOW, a_receipt, a_transfer, council, line, row, row_source, statement_line

from localgov_ims.allocation.conditions import Condition
from localgov_ims.allocation.engine import Allocator
from localgov_ims.allocation.rules import Extract, Rule
from localgov_ims.domain.journals import Journal, JournalLine, LedgerAccount, Side
from localgov_ims.domain.ledger_files import ControlTotals
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.domain.transacting import reversal
from localgov_ims.domain.transactions import LineInput, Transaction
from localgov_ims.domain.vat import Rounding
from localgov_ims.service import posting

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


def journal(postings: list[posting.Entry]) -> Journal:
    """Make the journal of postings of one day."""
    return Journal(
        number="MAIN-1", ledger="MAIN", accounting_on=postings[0].accounting_on, created_on=DAY,
        period=PeriodNumber.of(postings[0].accounting_on),
        lines=tuple(
            JournalLine(
                number=n, account=each.account, side=each.side, amount=each.amount, role=each.role, kind=each.kind,
                narrative="", reference=each.reference, taken_on=each.taken_on, source=each.source,
            )
            for n, each in enumerate(postings, start=1)
        ),
    )  # fmt: skip


def balances(postings: list[posting.Entry]) -> dict[LedgerAccount, int]:
    """Add debits less credits of each ledger code, leaving out what comes to nothing."""
    sums: dict[LedgerAccount, int] = defaultdict(int)
    for each in postings:
        sums[each.account] += each.amount.pence if each.side is Side.DEBIT else -each.amount.pence
    return {account: pence for account, pence in sums.items() if pence}


@given(st.lists(st.tuples(amounts, narratives), min_size=1, max_size=8), days)
def test_every_penny_received_is_in_one_fund_or_in_suspense_and_the_day_balances(
    rows: list[tuple[Money, str]], day: date
) -> None:
    transactions = [received(amount, narrative, day) for amount, narrative in rows]
    assert Money.total(each.total for each in transactions) == Money.total(amount for amount, _ in rows)
    assert all(len(each.lines) == 1 for each in transactions)
    postings = [made for each in transactions for made in posting.transaction_postings(COUNCIL, each)]
    made = journal(postings)
    assert made.debits == made.credits
    cleared = balances(postings).get(COUNCIL.methods["12"].clearing, 0)
    assert cleared == sum(amount.pence for amount, _ in rows)


@given(amounts, narratives, days)
def test_the_banking_of_what_was_allocated_empties_the_clearing(
    amount: Money, narrative: str, day: date
) -> None:
    receipt = received(amount, narrative, day)
    at_bank = statement_line(amount=amount, booked_on=day)
    postings = [
        *posting.transaction_postings(COUNCIL, receipt),
        *posting.banking_postings(COUNCIL, at_bank, awaited=None),
    ]
    journal(postings)
    left = balances(postings)
    assert COUNCIL.methods["12"].clearing not in left
    assert left[COUNCIL.bank_accounts["main"].ledger] == amount.pence


@given(amounts, narratives, days)
def test_what_is_reversed_was_never_in_the_ledger(amount: Money, narrative: str, day: date) -> None:
    receipt = received(amount, narrative, day)
    undo = reversal(receipt, recorded_at=NOW, recorded_by="tester", taken_on=day)
    postings = [made for each in (receipt, undo) for made in posting.transaction_postings(COUNCIL, each)]
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
    postings = [made for each in (held, cleared) for made in posting.transaction_postings(COUNCIL, each)]
    journal(postings)
    left = balances(postings)
    assert COUNCIL.suspense_fund.ledger not in left
    assert left[COUNCIL.funds["23"].ledger] == -amount.pence
