"""Batches: one bank line holds many payments, and each is income of its own; the line has one end."""

from __future__ import annotations

from attrs import evolve
from tests.service.files import MONDAY, camt, entry
from tests.service.test_matching import _journalled
from tests.service.test_reconciling import COUNCIL_TAX, RENT, _taking, _work

from localgov_ims.domain.money import Money
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.reconciliation.dispositions import Disposition, DispositionKind
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.receipts import record_takings
from localgov_ims.service.proofs.bank_reports import report_account
from localgov_ims.service.reconciliation.deciding_matches import match_line
from localgov_ims.service.suspense.listing import list_suspense
from localgov_ims.service.suspense.reapplying import reapply
from localgov_ims.service.suspense.suggesting import suggest
from localgov_ims.simulator.bank import Entry
from localgov_ims.storage import transactions


def _batch(*parts: Entry) -> Entry:
    total = Money.total(part.amount for part in parts)
    return evolve(entry("0.00", "BULK CREDIT"), amount=total, parts=parts)


def _banked(installation: Installation, *parts: Entry) -> Disposition:
    (end,) = _work(installation, camt(_batch(*parts))).values()
    return end


def _income(installation: Installation) -> list[tuple[str, str | None, int]]:
    with installation.store.reading() as connection:
        return [
            (line.fund, line.account_reference, line.amount.pence)
            for each in transactions.some(connection)
            for line in each.lines
        ]


def test_each_payment_of_a_batch_is_income_of_its_own_account(installation: Installation) -> None:
    end = _banked(installation, entry("30.00", COUNCIL_TAX, name="A SMITH"), entry("45.00", f"RENT {RENT}"))
    assert end.kind is DispositionKind.ALLOCATED
    assert _income(installation) == [("23", COUNCIL_TAX, 3000), ("05", RENT, 4500)]
    assert _journalled(installation)["9001"] == 7500


def test_a_payment_that_nobody_can_read_goes_to_suspense_alone_with_its_own_words(
    installation: Installation,
) -> None:
    end = _banked(
        installation, entry("30.00", COUNCIL_TAX), entry("9.00", "NO IDEA"), entry("8.00", "NOR THIS")
    )
    assert (end.kind, end.reason) == (
        DispositionKind.SUSPENSE, "It is a batch of 3 payments, 2 of them in suspense: no rule says which fund it belongs to.",
    )  # fmt: skip
    assert _income(installation) == [("23", COUNCIL_TAX, 3000), ("SUSP", None, 900), ("SUSP", None, 800)]
    report = report_account(installation, account="main", first_on=MONDAY)
    closing, open_ = report.figure("closing"), report.figure("open")
    assert (closing.amount, open_.count, open_.amount) == (closing.given, 1, Money(4700))
    found = {item.text: (item.amount, item.item.reason) for item in list_suspense(installation)}
    assert found == {
        "NO IDEA": (Money(900), SuspenseReason.NO_FUND), "NOR THIS": (Money(800), SuspenseReason.NO_FUND),
    }  # fmt: skip


def test_payments_without_amounts_or_of_another_sum_leave_the_line_whole(installation: Installation) -> None:
    """What each payment is must be proved; else the line is one, as before."""
    made = camt(_batch(entry("30.00", COUNCIL_TAX), entry("45.00", f"RENT {RENT}")))
    data = made.stream.read()
    for amount in (b"30.00", b"45.00"):
        own = b'<Amt Ccy="GBP">%s</Amt><CdtDbtInd>CRDT</CdtDbtInd>' % amount
        assert own in data
        data = data.replace(own, b"")
    made.stream.seek(0)
    made.stream.truncate()
    made.stream.write(data)
    made.stream.seek(0)
    (end,) = _work(installation, made).values()
    assert end.kind is DispositionKind.SUSPENSE
    (item,) = list_suspense(installation)
    assert (item.amount, item.item.reason) == (Money(7500), SuspenseReason.AMBIGUOUS_RULES)


def test_a_payment_whose_receipt_is_here_already_is_not_income_again(installation: Installation) -> None:
    record_takings(installation, [_taking("BBBBBBBBBBB9", "30.00")])
    _banked(installation, entry("30.00", "PAID", end_to_end="BBBBBBBBBBB9"), entry("45.00", f"RENT {RENT}"))
    (item,) = list_suspense(installation)
    assert (item.amount, item.item.reason) == (Money(3000), SuspenseReason.QUARANTINED)
    assert item.item.detail == "Receipt BBBBBBBBBBB9 of this amount is still to come to the bank"


def test_a_batch_whose_receipts_are_all_here_is_matched_with_them_by_a_person(
    installation: Installation,
) -> None:
    record_takings(installation, [_taking("BBBBBBBBBBB9", "30.00"), _taking("BBBBBBBBBBBC", "17.00")])
    end = _banked(installation, entry("30.00", COUNCIL_TAX), entry("17.00", COUNCIL_TAX))
    assert end.kind is DispositionKind.SUSPENSE
    match_line(
        installation, end.line, ["BBBBBBBBBBB9", "BBBBBBBBBBBC"], reason="The list of the payer says so"
    )
    assert _journalled(installation) == {"5100": -4700, "9001": 4700}


def test_rules_run_again_and_suggestions_see_the_payment_and_not_its_batch(
    installation: Installation,
) -> None:
    unruly = evolve(installation, council=evolve(installation.council, rules=()))
    _banked(unruly, entry("30.00", COUNCIL_TAX), entry("45.00", f"RENT {RENT}"))
    for item in list_suspense(installation):
        (only,) = suggest(installation, item.reference).found
        assert only.account == (("23", COUNCIL_TAX) if item.amount == Money(3000) else ("05", RENT))
    assert [each.fault for each in reapply(installation)] == [None, None]
    assert list_suspense(installation) == []
    moved = [each for each in _income(installation) if each[0] != "SUSP"]
    assert sorted(moved) == [("05", RENT, 4500), ("23", COUNCIL_TAX, 3000)]
