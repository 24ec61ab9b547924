"""Posting rules: the worked examples to the penny, each source balanced, no amount negative."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st
from tests.builders import (
    DAY,
    NOW,
    a_receipt,
    a_settlement,
    a_transfer,
    card,
    council,
    garden_line,
    line,
    method,
    pounds,
    settlement_line,
    statement_line,
)

from localgov_ims.domain.journals import LedgerAccount, Role, Side, Source
from localgov_ims.domain.methods import MerchantAccount
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.settlements import SettlementKind
from localgov_ims.domain.statements import References
from localgov_ims.domain.transacting import reversal
from localgov_ims.domain.transactions import LineInput, Transaction
from localgov_ims.domain.vat import VatRate
from localgov_ims.service import posting

COUNCIL = council()
AWAITING = COUNCIL.bank_accounts["main"].awaiting
WASTE = garden_line(gross="120.00", vat="20.00")


def said(postings: Iterable[posting.Entry]) -> list[str]:
    """Say postings as the worked examples do, and prove each source: balanced, nothing negative or nil."""
    every = list(postings)
    for _, group in groupby(sorted(every, key=lambda each: each.source), key=lambda each: each.source):
        sides = list(group)
        debits, credits_ = (
            Money.total(each.amount for each in sides if each.side is side)
            for side in (Side.DEBIT, Side.CREDIT)
        )
        assert debits == credits_ > NOTHING
    assert all(each.amount > NOTHING for each in every)
    return [
        f"{'Dr' if each.side is Side.DEBIT else 'Cr'} {each.account.code} {each.amount}" for each in every
    ]


def posted(transaction: Transaction) -> list[str]:
    return said(posting.transaction_postings(COUNCIL, transaction))


def reversed_(transaction: Transaction) -> Transaction:
    return reversal(transaction, recorded_at=NOW, recorded_by="tester", taken_on=DAY)


def test_a_card_receipt_is_income_net_of_its_vat() -> None:
    assert posted(a_receipt(WASTE)) == ["Dr 9101 120.00", "Cr 5400 100.00", "Cr 9301 20.00"]


def test_each_line_of_a_receipt_is_a_source_of_its_own() -> None:
    made = a_receipt(line(), line(amount=pounds("5.50"), fund="2R", mop="12"))
    postings = list(posting.transaction_postings(COUNCIL, made))
    assert said(postings) == ["Dr 9101 120.00", "Cr 5100 120.00", "Dr 9102 5.50", "Cr 5300 5.50"]
    assert [each.source for each in postings[::2]] == [Source("line", each.id.hex) for each in made.lines]


def test_a_reversal_is_exactly_the_other_side() -> None:
    assert posted(reversed_(a_receipt(WASTE))) == ["Cr 9101 120.00", "Dr 5400 100.00", "Dr 9301 20.00"]


def test_money_into_suspense_has_no_vat_yet() -> None:
    held = a_receipt(line(fund="SUSP", amount=pounds("250.00"), mop="12", account_reference=None))
    postings = list(posting.transaction_postings(COUNCIL, held))
    assert said(postings) == ["Dr 9102 250.00", "Cr 9900 250.00"]
    assert [each.role for each in postings] == [Role.CLEARING, Role.SUSPENSE]


def test_an_unexpected_debit_is_a_negative_item() -> None:
    held = a_receipt(line(fund="SUSP", amount=pounds("-20.00"), mop="12"))
    assert posted(held) == ["Cr 9102 20.00", "Dr 9900 20.00"]


def test_the_banking_of_a_receipt_empties_bank_transfers() -> None:
    credit = statement_line(amount=pounds("250.00"))
    assert said(posting.banking_postings(COUNCIL, credit, awaited=None)) == [
        "Dr 9001 250.00",
        "Cr 9102 250.00",
    ]
    debit = statement_line(amount=pounds("-20.00"))
    assert said(posting.banking_postings(COUNCIL, debit, awaited=None)) == ["Cr 9001 20.00", "Dr 9102 20.00"]


def test_suspense_is_cleared_as_one_source() -> None:
    cleared = a_transfer(
        [line(fund="SUSP", amount=pounds("250.00"))],
        [line(amount=pounds("180.00")), line(fund="2R", amount=pounds("70.00"))],
    )
    assert posted(cleared) == ["Dr 9900 250.00", "Cr 5100 180.00", "Cr 5300 70.00"]
    assert {each.source for each in posting.transaction_postings(COUNCIL, cleared)} == {
        Source("transfer", cleared.id.hex)
    }


def test_a_transfer_moves_money_without_a_clearing() -> None:
    moved = a_transfer([line(amount=pounds("75.00"))], [line(amount=pounds("75.00"), fund="05")])
    assert posted(moved) == ["Dr 5100 75.00", "Cr 5200 75.00"]


def test_a_transfer_out_of_a_fund_with_vat_takes_the_vat_back() -> None:
    moved = a_transfer([garden_line(gross="36.00", vat="6.00")], [line(amount=pounds("36.00"))])
    assert posted(moved) == ["Dr 5400 30.00", "Dr 9301 6.00", "Cr 5100 36.00"]


CARDS = [
    settlement_line(amount=pounds("120.00"), fee=pounds("1.37")),
    settlement_line(amount=pounds("45.00"), fee=pounds("1.00"), identifier="txn_2"),
    settlement_line(amount=pounds("-30.00"), kind=SettlementKind.REFUND, identifier="txn_3"),
]


def settled(*, awaited: LedgerAccount | None) -> list[str]:
    settlement, lines = a_settlement(CARDS)
    credit = statement_line(amount=pounds("132.63"))
    return said(posting.settlement_postings(COUNCIL, settlement, lines, {}, credit, awaited=awaited))


def test_a_settlement_pays_its_net_and_its_fees_out_of_the_clearing() -> None:
    assert settled(awaited=None) == ["Dr 9001 132.63", "Dr 7250 2.37", "Cr 9101 135.00"]


def test_a_payout_before_its_file_awaits_it_and_is_no_income() -> None:
    credit = statement_line(amount=pounds("132.63"))
    assert said(posting.awaiting_postings(COUNCIL, credit)) == ["Dr 9001 132.63", "Cr 9950 132.63"]
    assert settled(awaited=AWAITING) == ["Dr 9950 132.63", "Dr 7250 2.37", "Cr 9101 135.00"]


def test_a_payout_that_costs_more_than_it_brings_is_a_debit_at_the_bank() -> None:
    settlement, lines = a_settlement([settlement_line(amount=pounds("-30.00"), fee=pounds("0.50"))])
    debit = statement_line(amount=pounds("-30.50"))
    made = said(posting.settlement_postings(COUNCIL, settlement, lines, {}, debit, awaited=None))
    assert made == ["Cr 9001 30.50", "Dr 7250 0.50", "Dr 9101 30.00"]


def test_each_method_in_a_settlement_clears_its_own_share() -> None:
    by_telephone = card(code="91", clearing=LedgerAccount("9109"))
    telephone = council(methods={**COUNCIL.methods, "91": by_telephone})
    settlement, lines = a_settlement(CARDS)
    cleared = {str(lines[1].id): ("91", "")}
    credit = statement_line(amount=pounds("132.63"))
    made = said(posting.settlement_postings(telephone, settlement, lines, cleared, credit, awaited=None))
    assert made == ["Dr 9001 132.63", "Dr 7250 2.37", "Cr 9101 90.00", "Cr 9109 45.00"]


def test_a_bank_charge_goes_to_the_code_its_recogniser_names() -> None:
    charge = statement_line(amount=pounds("-18.75"))
    made = said(posting.other_postings(COUNCIL, charge, LedgerAccount("7260"), awaited=None))
    assert made == ["Cr 9001 18.75", "Dr 7260 18.75"]


def test_a_matched_line_clears_each_method_of_its_receipt() -> None:
    receipt = a_receipt(line(amount=pounds("100.00"), mop="12"), line(amount=pounds("20.00"), mop="90"))
    credit = statement_line(amount=pounds("120.00"))
    made = list(posting.match_postings(COUNCIL, credit, receipt, match="m1", awaited=None))
    assert said(made) == ["Dr 9001 120.00", "Cr 9102 100.00", "Cr 9101 20.00"]
    assert {(each.source, each.kind, each.reference) for each in made} == {
        (Source("match", "m1"), "Banking", receipt.reference)
    }
    awaited = posting.match_postings(COUNCIL, credit, receipt, match="m1", awaited=AWAITING)
    assert said(awaited) == ["Dr 9950 120.00", "Cr 9102 100.00", "Cr 9101 20.00"]


def test_a_bank_line_is_called_by_the_banks_reference_or_by_where_it_stands() -> None:
    assert posting.bank_reference(statement_line(references=References(bank="B7"))) == "B7"
    assert posting.bank_reference(statement_line(references=References(), position=3)) == "main/2026-05-12/3"


def test_bank_lines_are_dated_as_booked_and_settlements_as_paid() -> None:
    settlement, lines = a_settlement(CARDS, paid_on=DAY.replace(day=11))
    credit = statement_line(amount=pounds("132.63"))
    made = posting.settlement_postings(COUNCIL, settlement, lines, {}, credit, awaited=None)
    assert {each.accounting_on for each in made} == {DAY.replace(day=11)}
    assert {each.accounting_on for each in posting.banking_postings(COUNCIL, credit, awaited=None)} == {DAY}


@st.composite
def inputs(draw: st.DrawFn) -> LineInput:
    amount, rate = Money(draw(st.integers(-(10**9), 10**9).filter(bool))), VatRate(draw(st.integers(0, 1000)))
    fund = draw(st.sampled_from(["23", "2R", "13", "SUSP"]))
    if fund != "13":
        return line(fund=fund, amount=amount, mop=draw(st.sampled_from(["12", "90"])))
    return line(fund=fund, amount=amount, vat_code="S", vat_rate=rate, vat=rate.vat_in(amount))


@given(st.lists(inputs(), min_size=1, max_size=6))
def test_a_receipt_and_its_reversal_leave_every_account_where_it_was(given: list[LineInput]) -> None:
    made = a_receipt(*given)
    both = [
        *posting.transaction_postings(COUNCIL, made),
        *posting.transaction_postings(COUNCIL, reversed_(made)),
    ]
    said(both)
    balances: dict[LedgerAccount, int] = {}
    for each in both:
        signed = each.amount.pence if each.side is Side.DEBIT else -each.amount.pence
        balances[each.account] = balances.get(each.account, 0) + signed
    assert not any(balances.values())


def test_a_payout_of_nothing_posts_no_bank_line() -> None:
    settlement, lines = a_settlement(
        [
            settlement_line(amount=pounds("30.00")),
            settlement_line(amount=pounds("-29.00"), fee=pounds("1.00")),
        ]
    )
    assert settlement.net == NOTHING
    nothing = statement_line(amount=NOTHING)
    made = said(posting.settlement_postings(COUNCIL, settlement, lines, {}, nothing, awaited=None))
    assert made == ["Dr 7250 1.00", "Cr 9101 1.00"]


def test_a_line_that_waited_and_is_then_anothers_to_journal_is_taken_back() -> None:
    """Dr bank, Cr awaiting while it waited; another system journals it after all."""
    credit = statement_line(amount=pounds("100.00"))
    assert said(posting.other_postings(COUNCIL, credit, None, awaited=AWAITING)) == [
        "Dr 9950 100.00",
        "Cr 9001 100.00",
    ]
    assert said(posting.other_postings(COUNCIL, credit, None, awaited=None)) == []


def test_a_merchant_account_may_clear_by_a_code_of_its_own() -> None:
    kiosk = card(merchant_accounts={"4471": MerchantAccount(clearing=LedgerAccount("9111"))})
    small = council(methods={"12": method(), "90": kiosk})
    taken = a_receipt(provider="cardco", provider_reference="pi_1", merchant_account="4471")
    assert [leg.account.code for leg in posting.transaction_postings(small, taken)] == ["9111", "5100"]
    settlement, lines = a_settlement([settlement_line(), settlement_line(position=2)])
    cleared = {str(lines[0].id): ("90", "4471")}
    made = list(posting.settlement_postings(small, settlement, lines, cleared, None, awaited=None))
    assert sorted(leg.account.code for leg in made if leg.role is Role.CLEARING) == ["9101", "9111"]
