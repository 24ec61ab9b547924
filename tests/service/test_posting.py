"""Posting rules: the worked examples to the penny, each source balanced, no amount negative."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import (
    DAY,
    NOW,
    a_receipt,
    a_transfer,
    card,
    council,
    fund,
    funds,
    garden_line,
    line,
    method,
    pounds,
    statement_line,
)
from tests.posted import balances, lines_taken, of_transaction, said, told

from localgov_ims.domain.funds import Nature
from localgov_ims.domain.journals import LedgerAccount, Role, Source
from localgov_ims.domain.methods import MerchantAccount
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.postings import Before, FundRoles, Kept, MoneySide, Posting, Share
from localgov_ims.domain.statements import References
from localgov_ims.domain.transacting import reversal
from localgov_ims.domain.transactions import LineInput, Transaction
from localgov_ims.domain.vat import VatRate
from localgov_ims.service.ledger import posting

CARD = card(disputed=LedgerAccount("9960"))
COUNCIL = council(methods={"12": method(), "90": CARD})
EVERY_METHOD = council(
    methods={
        "12": method(),
        "90": CARD,
        "DD": method(code="DD", name="Direct Debit", clearing=LedgerAccount("9104")),
        "CA": method(code="CA", name="Cash", clearing=LedgerAccount("9105")),
        "PY": method(code="PY", name="Payables", clearing=LedgerAccount("9106")),
    },
    funds=funds()
    | {
        "OS": fund(
            code="OS",
            name="Over and short",
            nature=Nature.INCOME,
            ledger=LedgerAccount("7270"),
            reference_format=None,
        )
    },
)
AWAITING = COUNCIL.bank_accounts["main"].awaiting
WASTE = garden_line(gross="120.00", vat="20.00")
ANY = Source("match", "1")


def shown(postings: Iterable[Posting]) -> list[str]:
    return told(said(COUNCIL, ANY, postings))


def of(transaction: Transaction) -> list[str]:
    return told(of_transaction(COUNCIL, transaction))


def bank(amount: str, before: Before | None = None) -> MoneySide:
    return MoneySide(bank_account="main", amount=pounds(amount), before=before)


def share(amount: str, mop: str = "90", **more: object) -> Share:
    return Share(mop=mop, amount=pounds(amount), **more)  # type: ignore[arg-type]


def reversed_(transaction: Transaction) -> Transaction:
    return reversal(transaction, recorded_at=NOW, recorded_by="tester", taken_on=DAY)


def test_a_card_receipt_is_income_net_of_its_vat() -> None:
    """Example 1."""
    assert of(a_receipt(WASTE)) == ["Dr 9101 120.00", "Cr 5400 100.00", "Cr 9301 20.00"]


def test_a_refund_takes_its_part_and_the_vat_in_it() -> None:
    """Example 2."""
    assert of(a_receipt(garden_line(gross="-60.00", vat="-10.00"))) == [
        "Dr 5400 50.00", "Dr 9301 10.00", "Cr 9101 60.00",
    ]  # fmt: skip


def test_each_line_of_a_receipt_is_a_source_of_its_own() -> None:
    made = a_receipt(line(), line(amount=pounds("5.50"), fund="2R", mop="12"))
    lines = of_transaction(COUNCIL, made)
    assert told(lines) == ["Dr 9101 120.00", "Cr 5100 120.00", "Dr 9102 5.50", "Cr 5300 5.50"]
    assert [each.source for each in lines[::2]] == [Source("line", each.id.hex) for each in made.lines]


def test_a_reversal_is_exactly_the_other_side() -> None:
    assert of(reversed_(a_receipt(WASTE))) == ["Dr 5400 100.00", "Dr 9301 20.00", "Cr 9101 120.00"]


def test_money_into_suspense_has_no_vat_yet_and_is_cleared_as_one_source() -> None:
    """Example 4, with what the bank brought: balances 9001 +250, 5100 -180, 5300 -70."""
    held = of_transaction(COUNCIL, a_receipt(line(fund="SUSP", amount=pounds("250.00"), mop="12")))
    assert told(held) == ["Dr 9102 250.00", "Cr 9900 250.00"]
    assert [each.role for each in held] == [Role.CLEARING, Role.SUSPENSE]
    banked = said(COUNCIL, ANY, posting.banking_postings(bank("250.00"), "12", DAY))
    assert told(banked) == ["Dr 9001 250.00", "Cr 9102 250.00"]
    cleared = of_transaction(
        COUNCIL,
        a_transfer(
            [line(fund="SUSP", amount=pounds("250.00"))],
            [line(amount=pounds("180.00")), line(fund="2R", amount=pounds("70.00"))],
        ),
    )
    assert told(cleared) == ["Dr 9900 250.00", "Cr 5100 180.00", "Cr 5300 70.00"]
    assert len({each.source for each in cleared}) == 1
    assert balances([*held, *banked, *cleared]) == {"5100": "-180.00", "5300": "-70.00", "9001": "250.00"}


def test_an_unexpected_debit_is_a_negative_item() -> None:
    assert of(a_receipt(line(fund="SUSP", amount=pounds("-20.00"), mop="12"))) == [
        "Dr 9900 20.00", "Cr 9102 20.00",
    ]  # fmt: skip
    assert shown(posting.banking_postings(bank("-20.00"), "12", DAY)) == ["Dr 9102 20.00", "Cr 9001 20.00"]


def test_a_transfer_moves_money_without_a_clearing() -> None:
    """Example 5."""
    moved = a_transfer([line(amount=pounds("75.00"))], [line(amount=pounds("75.00"), fund="05")])
    assert of(moved) == ["Dr 5100 75.00", "Cr 5200 75.00"]
    taxed = a_transfer([garden_line(gross="36.00", vat="6.00")], [line(amount=pounds("36.00"))])
    assert of(taxed) == ["Dr 5400 30.00", "Dr 9301 6.00", "Cr 5100 36.00"]


def test_vat_that_is_recovered_stands_beside_a_net_fee_and_what_is_not_stated_stays_in_it() -> None:
    kept = Kept(mop="90", amount=pounds("2.40"), vat=pounds("0.40"))
    fees = posting.fee_postings(kept, DAY, "Settlement", recovered_as="S")
    assert shown(posting.settlement_postings(bank("132.60"), [share("135.00")], DAY, fees=fees)) == [
        "Dr 9001 132.60", "Dr 7250 2.00", "Dr 9301 0.40", "Cr 9101 135.00",
    ]  # fmt: skip
    assert [(each.role, each.vat_code) for each in fees] == [(Role.FEE, "S"), (Role.VAT, "S")]
    gross = posting.fee_postings(kept, DAY, "Settlement")
    assert [(each.role, each.amount, each.vat_code) for each in gross] == [(Role.FEE, pounds("2.40"), None)]
    unstated = posting.fee_postings(evolve(kept, vat=NOTHING), DAY, "Settlement", recovered_as="S")
    assert unstated == gross


def test_a_settlement_pays_its_net_and_its_fees_out_of_the_clearing() -> None:
    """Example 3, and example 7: the payout first, its file three days later."""
    fees = posting.fee_postings(Kept(mop="90", amount=pounds("2.37")), DAY, "Settlement")
    made = posting.settlement_postings(bank("132.63"), [share("135.00")], DAY, fees=fees)
    assert shown(made) == ["Dr 9001 132.63", "Dr 7250 2.37", "Cr 9101 135.00"]
    assert shown(posting.awaiting_postings(bank("132.63"), DAY)) == ["Dr 9001 132.63", "Cr 9950 132.63"]
    waited = bank("132.63", Before(Role.AWAITING, AWAITING))
    made = posting.settlement_postings(waited, [share("135.00")], DAY, fees=fees)
    assert shown(made) == ["Dr 9950 132.63", "Dr 7250 2.37", "Cr 9101 135.00"]


def test_a_payout_that_costs_more_than_it_brings_is_a_debit_at_the_bank() -> None:
    fees = posting.fee_postings(Kept(mop="90", amount=pounds("0.50")), DAY, "Settlement")
    made = posting.settlement_postings(bank("-30.50"), [share("-30.00")], DAY, fees=fees)
    assert shown(made) == ["Dr 9101 30.00", "Dr 7250 0.50", "Cr 9001 30.50"]


def test_a_payout_of_nothing_posts_no_bank_line() -> None:
    fees = posting.fee_postings(Kept(mop="90", amount=pounds("1.00")), DAY, "Settlement")
    assert shown(posting.settlement_postings(None, [share("1.00")], DAY, fees=fees)) == [
        "Dr 7250 1.00", "Cr 9101 1.00",
    ]  # fmt: skip


def test_a_dispute_is_a_receivable_until_it_is_won_or_lost() -> None:
    """Example 8."""
    fees = posting.fee_postings(Kept(mop="90", amount=pounds("18.10")), DAY, "Settlement")
    opened = [share("200.00"), share("-24.00", disputed=True)]
    assert shown(posting.settlement_postings(bank("157.90"), opened, DAY, fees=fees)) == [
        "Dr 9001 157.90", "Dr 9960 24.00", "Dr 7250 18.10", "Cr 9101 200.00",
    ]  # fmt: skip
    (lost,) = lines_taken(reversed_(a_receipt(garden_line(gross="24.00", vat="4.00"))))
    assert shown(posting.line_postings(evolve(lost, disputed=True), FundRoles("SUSP"), DAY, "Reversal")) == [
        "Dr 5400 20.00", "Dr 9301 4.00", "Cr 9960 24.00",
    ]  # fmt: skip
    won = [share("50.00"), share("24.00", disputed=True)]
    assert shown(posting.settlement_postings(bank("74.00"), won, DAY, fees=[])) == [
        "Dr 9001 74.00", "Cr 9101 50.00", "Cr 9960 24.00",
    ]  # fmt: skip


def test_a_bank_charge_goes_to_the_code_its_recogniser_names() -> None:
    """Example 10."""
    made = posting.other_postings(bank("-18.75"), LedgerAccount("7260"), DAY)
    assert shown(made) == ["Dr 7260 18.75", "Cr 9001 18.75"]


def test_an_indemnity_claim_takes_the_income_back_when_it_is_debited_and_not_the_receipt() -> None:
    """Example 6: a Direct Debit of garden waste, claimed back two months later."""
    paid = a_receipt(garden_line(gross="24.00", vat="4.00", mop="DD"))
    later = date(2026, 7, 14)
    claimed = reversal(paid, recorded_at=NOW, recorded_by="tester", taken_on=later)
    lines = of_transaction(EVERY_METHOD, claimed)
    assert told(lines) == ["Dr 5400 20.00", "Dr 9301 4.00", "Cr 9104 24.00"]
    assert {each.taken_on for each in lines} == {later}
    debit = posting.match_postings(bank("-24.00"), [share("-24.00", "DD")], later)
    debited = said(EVERY_METHOD, ANY, debit)
    assert told(debited) == ["Dr 9104 24.00", "Cr 9001 24.00"]
    assert balances([*of_transaction(EVERY_METHOD, paid), *lines, *debited]) == {
        "9001": "-24.00",
        "9104": "24.00",
    }


def test_cash_that_is_short_at_the_bank_is_a_cost_and_its_clearing_comes_to_nothing() -> None:
    """Example 9: an eReturn of 310.00 of which the bank counted 309.00; the missing pound is a line of the fund of differences."""
    returned = of_transaction(EVERY_METHOD, a_receipt(line(amount=pounds("310.00"), mop="CA")))
    match = posting.match_postings(bank("309.00"), [share("309.00", "CA")], DAY)
    banked = said(EVERY_METHOD, ANY, match)
    assert told(banked) == ["Dr 9001 309.00", "Cr 9105 309.00"]
    short = of_transaction(
        EVERY_METHOD,
        a_receipt(line(fund="OS", amount=pounds("-1.00"), mop="CA", account_reference=None)),
    )
    assert told(short) == ["Dr 7270 1.00", "Cr 9105 1.00"]
    assert balances([*returned, *banked, *short]) == {"5100": "-310.00", "7270": "1.00", "9001": "309.00"}


def test_a_refund_by_payables_stands_in_their_clearing_until_they_have_paid() -> None:
    """Example 10: 36.00 of garden waste, VAT 6.00."""
    recorded = of_transaction(EVERY_METHOD, a_receipt(garden_line(gross="-36.00", vat="-6.00", mop="PY")))
    assert told(recorded) == ["Dr 5400 30.00", "Dr 9301 6.00", "Cr 9106 36.00"]
    match = posting.match_postings(bank("-36.00"), [share("-36.00", "PY")], DAY)
    paid = said(EVERY_METHOD, ANY, match)
    assert told(paid) == ["Dr 9106 36.00", "Cr 9001 36.00"]
    assert balances([*recorded, *paid]) == {"5400": "30.00", "9001": "-36.00", "9301": "6.00"}


def test_each_method_that_a_bank_line_brings_clears_its_own_share() -> None:
    """An agency's file of 300.00 by transfer, 60.00 by card and a payment returned of 12.00."""
    shares = [share("300.00", "12"), share("60.00"), share("-12.00", merchant_account="kiosk")]
    made = posting.match_postings(bank("348.00"), shares, DAY)
    assert shown(made) == ["Dr 9001 348.00", "Dr 9101 12.00", "Cr 9102 300.00", "Cr 9101 60.00"]


def test_what_an_agent_keeps_is_a_fee_of_its_method() -> None:
    fees = posting.fee_postings(Kept(mop="90", amount=pounds("1.50")), DAY, "Banking")
    made = posting.match_postings(bank("98.50"), [share("100.00")], DAY, fees=fees)
    assert shown(made) == ["Dr 9001 98.50", "Dr 7250 1.50", "Cr 9101 100.00"]


def test_a_bank_line_whose_receipt_was_taken_back_comes_out_of_bank_transfers() -> None:
    before = Before(Role.CLEARING, LedgerAccount("9102"), "12")
    made = posting.match_postings(bank("100.00", before), [share("100.00")], DAY)
    assert shown(made) == ["Dr 9102 100.00", "Cr 9101 100.00"]


def test_a_payment_found_after_its_payout_moves_to_its_own_clearing() -> None:
    kiosk = card(merchant_accounts={"4471": MerchantAccount(clearing=LedgerAccount("9111"))})
    small = council(methods={"12": method(), "90": kiosk})
    found = share("45.00", merchant_account="4471")
    made = posting.found_postings(share("45.00"), found, DAY)
    assert told(said(small, ANY, made)) == ["Dr 9101 45.00", "Cr 9111 45.00"]


def test_an_own_transfer_touches_the_two_banks_only() -> None:
    into, out = bank("500.00"), bank("-500.00")
    assert shown(posting.own_transfer_postings(into, out, DAY)) == ["Dr 9001 500.00", "Cr 9001 500.00"]


def test_a_bank_line_is_called_by_the_banks_reference_or_by_where_it_stands() -> None:
    assert statement_line(references=References(bank="B7")).reference == "B7"
    assert statement_line(references=References(), position=3).reference == "main/2026-05-12/3"


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
    assert balances([*of_transaction(COUNCIL, made), *of_transaction(COUNCIL, reversed_(made))]) == {}


def test_a_line_that_waited_and_is_then_anothers_to_journal_is_taken_back() -> None:
    """Dr bank, Cr awaiting while it waited; another system journals it after all."""
    waited = bank("100.00", Before(Role.AWAITING, AWAITING))
    assert shown(posting.other_postings(waited, None, DAY)) == ["Dr 9950 100.00", "Cr 9001 100.00"]
    assert shown(posting.other_postings(bank("100.00"), None, DAY)) == []
