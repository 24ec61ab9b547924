"""What clears by another code than it first stood at: payments found late, disputes, Receipts taken back. Laws hold throughout."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from attrs import evolve
from tests.posted import balances, posted
from tests.service.files import MONDAY, PAYOUT_HEADER, camt, entry, payout

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.methods import FeeVat, MerchantAccount
from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.domain.postings import Kept, Share
from localgov_ims.domain.transacting import receipt
from localgov_ims.domain.transactions import Channel, LineInput, Origin
from localgov_ims.errors import RuleViolation
from localgov_ims.files.profiles import ProfileReader, profile_from
from localgov_ims.service.files.importing import import_files
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.journal_banked import told_of_bank
from localgov_ims.service.ledger.periods import close_period
from localgov_ims.service.ledger.vat_report import vat_report
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.payments.receipts import Taking, record_takings
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.verifying import verify
from localgov_ims.storage import journals, shares, transactions
from localgov_ims.storage.unposted_banked import Banked

FIRST, LATE = "K7MP2QXW9TRN", "000000000000"
COUNCIL_TAX = "612345674"


@pytest.fixture
def council(installation: Installation) -> Installation:
    """A council whose disputed cards stand at 9960, and whose kiosk clears by 9111."""
    methods = installation.council.methods
    kiosk = MerchantAccount(clearing=LedgerAccount("9111"))
    cards = evolve(methods["90"], disputed=LedgerAccount("9960"), merchant_accounts={"kiosk": kiosk})
    other = evolve(methods["90"], code="91", name="Card, telephone", clearing=LedgerAccount("9109"))
    return evolve(
        installation, council=evolve(installation.council, methods={**methods, "90": cards, "91": other})
    )


def take(installation: Installation, reference: str, pounds: str, charge: str, mop: str = "90") -> None:
    taking = Taking(
        reference=reference, fund="23", account_reference=COUNCIL_TAX, amount=Money.parse(pounds), mop=mop,
        taken_on=date(2026, 5, 10), provider="stripe", provider_reference=charge,
    )  # fmt: skip
    record_takings(installation, [taking])


def take_at(installation: Installation, merchant_account: str, pounds: str, charge: str) -> None:
    """Record a payment that its provider pays out by a merchant account."""
    line = LineInput(fund="23", account_reference=COUNCIL_TAX, amount=Money.parse(pounds), mop="90")
    with installation.unit("take_at") as unit:
        made = receipt(
            [line], channel=Channel.PORTAL, origin=Origin("test", charge), recorded_at=unit.at, recorded_by="tester",
            taken_on=date(2026, 5, 10), provider="stripe", provider_reference=charge, merchant_account=merchant_account,
        )  # fmt: skip
        transactions.add(unit, [made])
        unit.commit()


def ledger(installation: Installation, *files: Incoming) -> dict[str, str]:
    """Import, reconcile and post; prove the laws, and return what stands at each code."""
    if files:
        assert {each.status for each in import_files(installation, files)} == {"recorded"}
        reconcile(installation)
    posted(installation)
    assert [law.broken for law in verify(installation) if not law.holds] == []
    with installation.store.reading() as connection:
        return balances(line for journal in journals.some(connection) for line in journal.lines)


def test_a_payment_found_after_its_payout_was_journalled_clears_its_own_code(council: Installation) -> None:
    """The council heard of a telephone payment only after the provider had paid it out."""
    take(council, FIRST, "120.00", "ch_1")
    files = (
        payout(("ch_1", "120.00", "1.88"), ("ch_2", "45.00", "0.49")),
        camt(entry("162.63", "STRIPE PAYMENTS po_1")),
    )
    before = ledger(council, *files)
    assert before == {"5100": "-120.00", "7250": "2.37", "9001": "162.63", "9101": "-45.00"}
    take(council, LATE, "45.00", "ch_2", mop="91")
    reconcile(council)
    assert ledger(council) == {"5100": "-165.00", "7250": "2.37", "9001": "162.63"}
    assert posted(council) == []


def test_the_vat_report_ties_to_the_vat_accounts_and_names_what_was_late(council: Installation) -> None:
    april = date(2026, 4, 30)
    for reference, amount, on in ((FIRST, "12.00", MONDAY), (LATE, "24.00", april)):
        taking = Taking(
            reference=reference, fund="13", account_reference="GW1234562", amount=Money.parse(amount), mop="14", taken_on=on,
        )  # fmt: skip
        record_takings(council, [taking])
    close_period(council, "MAIN", PeriodNumber(2026, 1), soft=True, reason="first close")
    posted(council)
    report = vat_report(council, "MAIN", PeriodNumber(2026, 2))
    (row,) = report.rows
    assert (row.code, str(row.rate), str(row.net), str(row.vat), str(row.gross)) == (
        "S",
        "0.200",
        "30.00",
        "6.00",
        "36.00",
    )
    assert [(each.taken_on, str(each.vat)) for each in report.late] == [(april, "4.00")]
    assert report.ties
    assert vat_report(council, "MAIN", PeriodNumber(2026, 1)).rows == ()


def with_stated_vat(council: Installation) -> Installation:
    """Return a council whose card provider states the VAT in its fees, which is recovered."""
    fields = {
        "kind": "delimited", "yields": "settlement", "encoding": "utf-8", "source": "stripe",
        "columns": ["Payout", "Paid", "Type", "Id", "Gross", "Fee", "VAT", "Reference"],
        "payout": "Payout", "paid_on": {"column": "Paid", "format": "DD/MM/YYYY"}, "gross": "Gross", "fee": ["Fee", "VAT"],
        "fee_vat": "VAT", "identifier": "Id", "provider_reference": "Reference",
        "category": {"column": "Type", "codes": {"sale": "payment"}},
    }  # fmt: skip
    reader = ProfileReader(profile_from("cards-with-vat", fields))
    cards = evolve(council.council.methods["90"], fee_vat=FeeVat.RECOVER, provider_fee_vat_code="S")
    source = evolve(council.council.sources["stripe"], format="cards-with-vat")
    of = council.council
    of = evolve(of, methods={**of.methods, "90": cards}, sources={**of.sources, "stripe": source})
    options = {**council.options, reader.name: reader.options()}
    return evolve(council, council=of, readers=[*council.readers, reader], options=options)


def stated(vat: str) -> Incoming:
    text = f"Payout,Paid,Type,Id,Gross,Fee,VAT,Reference\npo_1,08/05/2026,sale,t1,120.00,2.00,{vat},ch_1\n"
    return Incoming(name="cards.csv", stream=io.BytesIO(text.encode()))


def test_vat_that_a_provider_states_in_its_fees_is_recovered_and_reported(council: Installation) -> None:
    council = with_stated_vat(council)
    take(council, FIRST, "120.00", "ch_1")
    stands = ledger(council, stated("0.40"), camt(entry("117.60", "STRIPE PAYMENTS po_1")))
    assert stands == {"5100": "-120.00", "7250": "2.00", "9001": "117.60", "9301": "0.40"}
    report = vat_report(council, "MAIN", PeriodNumber(2026, 2))
    (row,) = report.rows
    assert (row.code, row.treatment, str(row.rate), str(row.net), str(row.vat)) == (
        "S",
        "standard",
        "0.200",
        "-2.00",
        "-0.40",
    )
    assert (report.ties, report.late) == (True, ())


def test_vat_of_a_fee_that_was_posted_late_is_named(council: Installation) -> None:
    council = with_stated_vat(council)
    take(council, FIRST, "120.00", "ch_1")
    close_period(council, "MAIN", PeriodNumber(2026, 2), soft=True, reason="first close")
    ledger(council, stated("0.40"), camt(entry("117.60", "STRIPE PAYMENTS po_1")))
    (late,) = vat_report(council, "MAIN", PeriodNumber(2026, 3)).late
    assert (late.reference, late.taken_on, str(late.vat)) == ("po_1", date(2026, 5, 8), "-0.40")


def test_vat_that_cannot_be_inside_its_fee_is_refused_with_the_row(council: Installation) -> None:
    council = with_stated_vat(council)
    (result,) = import_files(council, [stated("-3.00")])
    assert (result.status, [issue.code for issue in result.issues]) == ("refused", ["total-mismatch"])
    assert "VAT of -£3.00 cannot be part of a fee of -£1.00" in result.issues[0].message


def dispute(charge: str, gross: str, fee: str, reference: str) -> str:
    net, at = Money.parse(gross) - Money.parse(fee), f"{MONDAY.isoformat()} 00:00:00"
    return f"{reference},{at},dp_{charge}_{reference},{at},{at},gbp,{gross},{fee},{net},dispute,{charge},"


def test_a_dispute_lost_is_taken_back_from_what_is_disputed(council: Installation) -> None:
    take(council, FIRST, "24.00", "ch_1")
    first = payout(("ch_1", "24.00", "0.00"))
    held = Incoming(
        name="held.csv",
        stream=io.BytesIO(
            "\n".join([PAYOUT_HEADER, dispute("ch_1", "-24.00", "15.00", "po_2"), ""]).encode()
        ),
    )
    stands = ledger(
        council,
        first,
        held,
        camt(entry("24.00", "STRIPE PAYMENTS po_1"), entry("-39.00", "STRIPE PAYMENTS po_2")),
    )
    assert stands["9960"] == "24.00"
    assert "9101" not in stands
    reverse_transaction(council, FIRST, reason="Dispute lost")
    assert ledger(council) == {"7250": "15.00", "9001": "-15.00"}


def test_each_merchant_account_clears_by_its_own_code(council: Installation) -> None:
    take_at(council, "kiosk", "120.00", "ch_1")
    take_at(council, "no code of its own", "45.00", "ch_2")
    assert ledger(council) == {"5100": "-165.00", "9101": "45.00", "9111": "120.00"}
    both = payout(("ch_1", "120.00", "0.00"), ("ch_2", "45.00", "0.00"))
    assert ledger(council, both, camt(entry("165.00", "STRIPE PAYMENTS po_1"))) == {
        "5100": "-165.00", "9001": "165.00",
    }  # fmt: skip


def test_what_is_taken_from_another_merchant_account_breaks_a_law(
    council: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By method alone the two would make up for each other."""
    shares_of = shares.shares_of_settlement

    def astray(*asked: Any) -> tuple[list[Share], Kept]:
        found, kept = shares_of(*asked)
        return [evolve(share, merchant_account="") for share in found], kept

    take_at(council, "kiosk", "120.00", "ch_1")
    import_files(council, [payout(("ch_1", "120.00", "0.00")), camt(entry("120.00", "STRIPE PAYMENTS po_1"))])
    reconcile(council)
    monkeypatch.setattr(shares, "shares_of_settlement", astray)
    posted(council)
    assert [sentence for law in verify(council) for sentence in law.broken] == [
        "Ledger MAIN: the clearing of method 90 stands at -£120.00, but the items come to £0.00.",
        "Ledger MAIN: the clearing of method 90, merchant account kiosk stands at £120.00, but the items come to £0.00.",
    ]


def test_a_big_day_makes_several_journals_while_it_is_read_and_tears_no_source(
    council: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Journals are written between two blocks of what is read, which a database must bear."""
    monkeypatch.setattr("localgov_ims.service.ledger.journalling.LARGEST", 5)
    monkeypatch.setattr("localgov_ims.storage.unposted._AT_ONCE", 2)
    monkeypatch.setattr("localgov_ims.service.ledger.journal_sources._AT_ONCE", 1)
    for letter in "ABCDEFG":
        take(council, letter * 12, "12.00", letter)
    made = posted(council)
    assert [each.number[-3:] for each in made] == ["001", "002", "003", "004"]
    assert [len(each.lines) for each in made] == [4, 4, 4, 2]
    assert [line.reference for each in made for line in each.lines][::2] == [
        letter * 12 for letter in "ABCDEFG"
    ]
    assert posted(council) == []


def bank_match(right_kind: str) -> Banked:
    return Banked(
        kind="match", id=new_id(), day=MONDAY, first=1, line=new_id(), bank_account="main", amount=Money(100),
        right_kind=right_kind, right=new_id(),
    )  # fmt: skip


def test_what_another_system_posts_is_not_posted_here_and_what_no_rule_knows_stops(
    council: Installation,
) -> None:
    with council.store.reading() as connection:
        assert (
            list(told_of_bank(council.council, connection, "MAIN", [bank_match("list_item")], MONDAY)) == []
        )
        with pytest.raises(RuleViolation, match="matched with a dream, and no rule says how"):
            list(told_of_bank(council.council, connection, "MAIN", [bank_match("dream")], MONDAY))
