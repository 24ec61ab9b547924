"""Batches: one bank line holds many payments, and each is income of its own; the line has one end."""

from __future__ import annotations

import pytest
from attrs import evolve
from tests.service.files import MONDAY, camt, entry, payout
from tests.service.test_matching import _journalled, _matches
from tests.service.test_reconciling import COUNCIL_TAX, RENT, _ends, _taking, _work

from localgov_ims.domain.money import Money
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.errors import AlreadyDone, RuleViolation
from localgov_ims.reconciliation.dispositions import Disposition, DispositionKind
from localgov_ims.reconciliation.recognisers import Recogniser, Sign
from localgov_ims.service.explaining.asking import explain
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.receipts import record_takings
from localgov_ims.service.proofs.bank_reports import report_account
from localgov_ims.service.reconciliation.deciding_matches import match_line
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.reconciliation.undoing_matches import undo_match
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


HERE = "BBBBBBBBBBB9"


def test_a_payment_whose_receipt_is_here_is_matched_and_the_others_are_booked(
    installation: Installation,
) -> None:
    record_takings(installation, [_taking(HERE, "30.00")])
    end = _banked(
        installation,
        entry("9.00", "NO IDEA"),
        entry("30.00", "PAID", end_to_end=HERE),
        entry("45.00", f"RENT {RENT}"),
    )
    assert (end.kind, end.reason) == (
        DispositionKind.SUSPENSE,
        (
            "It is a batch of 3 payments, 1 of them matched with receipts, 1 of them in suspense: no rule says which fund it "
            "belongs to."
        ),
    )
    assert _income(installation) == [("23", COUNCIL_TAX, 3000), ("SUSP", None, 900), ("05", RENT, 4500)]
    (match,) = _matches(installation)
    assert (match.left, match.amount, match.rule) == (end.line, Money(3000), "reference")
    assert match.sentence().startswith(
        "Rule reference (version 3): payment 2 of the batch; reference BBBBBBBBBBB9"
    )
    report = report_account(installation, account="main", first_on=MONDAY)
    assert (report.figure("closing").amount, report.figure("suspense").amount) == (
        report.figure("closing").given, Money(8400),
    )  # fmt: skip
    told = "\n".join(explain(installation, str(end.line))[0].sentences)
    assert "payment 2 of the batch" in told
    assert _journalled(installation)["9001"] == 8400
    reconcile(installation)
    assert [each.id for each in _matches(installation)] == [match.id]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_is_left_of_a_batch_keeps_its_own_words_wherever_the_matched_payment_stands(
    installation: Installation, place: int
) -> None:
    record_takings(installation, [_taking(HERE, "9.00")])
    parts = [entry("9.00", "NO IDEA"), entry("9.00", "NOR THIS")]
    parts.insert(place, entry("9.00", "PAID", end_to_end=HERE))
    _banked(installation, *parts)
    assert [item.text for item in list_suspense(installation)] == ["NO IDEA", "NOR THIS"]
    (first, second) = list_suspense(installation)
    assert [suggest(installation, each.reference).found for each in (first, second)] == [(), ()]


def test_one_payment_that_is_left_of_a_batch_is_placed_by_its_own_words_and_found_again_by_them(
    installation: Installation,
) -> None:
    record_takings(installation, [_taking(HERE, "30.00")])
    unruly = evolve(installation, council=evolve(installation.council, rules=()))
    _banked(
        unruly, entry("30.00", "PAID", end_to_end=HERE), entry("45.00", f"RENT {RENT}", end_to_end="OTHER")
    )
    (item,) = list_suspense(installation)
    assert (item.amount, item.text, item.item.received_reference) == (Money(4500), f"RENT {RENT}", "OTHER")
    assert [each.fault for each in reapply(installation)] == [None]
    assert ("05", RENT, 4500) in _income(installation)


def test_a_batch_whose_receipts_are_all_here_is_matched_with_them(installation: Installation) -> None:
    record_takings(installation, [_taking(HERE, "30.00"), _taking("BBBBBBBBBBBC", "17.00")])
    end = _banked(installation, entry("30.00", COUNCIL_TAX), entry("17.00", COUNCIL_TAX))
    assert (end.kind, end.reason) == (
        DispositionKind.MATCHED, "It is a batch of 2 payments, all of them matched with receipts.",
    )  # fmt: skip
    assert [each.amount.pence for each in _matches(installation)] == [3000, 1700]
    assert _journalled(installation) == {"5100": -4700, "9001": 4700}


def test_two_payments_that_name_one_receipt_are_for_a_person(installation: Installation) -> None:
    record_takings(installation, [_taking(HERE, "30.00")])
    _banked(installation, *[entry("30.00", "PAID", end_to_end=HERE)] * 2, entry("45.00", f"RENT {RENT}"))
    assert _matches(installation) == []
    found = {(item.item.reason, item.item.detail) for item in list_suspense(installation)}
    assert found == {
        (SuspenseReason.QUARANTINED, "Receipt BBBBBBBBBBB9 of this amount is still to come to the bank")
    }


def test_a_payment_and_a_line_that_name_one_receipt_are_for_a_person(installation: Installation) -> None:
    record_takings(installation, [_taking(HERE, "30.00")])
    named = entry("30.00", "PAID", end_to_end=HERE)
    # Two lines fit it, so no rule gives it to one of them, and nor does the payment get it.
    _work(installation, camt(_batch(named, entry("45.00", f"RENT {RENT}")), named, named))
    assert _matches(installation) == []


def test_a_batch_that_a_recogniser_names_waits_as_a_whole(installation: Installation) -> None:
    record_takings(installation, [_taking(HERE, "30.00")])
    parts = entry("30.00", "PAID", end_to_end=HERE), entry("45.00", "CARDCO 4471 PAYOUT")
    agency = Recogniser(name="agency", sign=Sign.CREDIT, text="CARDCO 4471 PAYOUT", source="stripe")
    named = evolve(installation, council=evolve(installation.council, recognisers=(agency,)))
    (end,) = _work(named, camt(_batch(*parts))).values()
    assert (end.kind, _matches(named)) == (DispositionKind.AWAITING, [])
    assert _journalled(named)["9001"] == 7500
    # The recogniser was wrong: what was journalled as awaiting is put right, payment by payment.
    reconcile(installation)
    assert [each.kind for each in _ends(installation).values()] == [DispositionKind.SUSPENSE]
    assert [each.amount.pence for each in _matches(installation)] == [3000]
    balances = _journalled(installation)
    assert (balances["9001"], balances.get("9950", 0)) == (7500, 0)


@pytest.mark.parametrize("journalled", [False, True])
def test_undoing_a_match_of_a_payment_decides_the_whole_batch_anew(
    installation: Installation, *, journalled: bool
) -> None:
    record_takings(installation, [_taking(HERE, "30.00")])
    _banked(installation, entry("30.00", "PAID", end_to_end=HERE), entry("45.00", f"RENT {RENT}"))
    before = _journalled(installation) if journalled else {}
    (match,) = _matches(installation)
    undo_match(installation, match.id, reason="It was another payment")
    assert [each.kind for each in _ends(installation).values()] == [DispositionKind.AWAITING]
    assert _journalled(installation)["9001"] == 7500 if journalled else True
    reconcile(installation)
    assert _matches(installation) == []
    (item,) = list_suspense(installation)
    assert (item.amount, item.item.reason) == (Money(3000), SuspenseReason.QUARANTINED)
    after = _journalled(installation)
    assert after["9001"] == 7500
    assert not before or before["9001"] == after["9001"]
    # Now a person says what it is: the batch as a whole, or its receipts.
    record_takings(installation, [_taking("BBBBBBBBBBBC", "45.00")])
    (end,) = _ends(installation).values()
    match_line(installation, end.line, [HERE, "BBBBBBBBBBBC"], reason="The list of the payer says so")
    assert _journalled(installation)["9001"] == 7500


def test_a_batch_of_which_a_payment_is_matched_is_not_matched_as_a_whole_before_that_is_undone(
    installation: Installation,
) -> None:
    record_takings(installation, [_taking(HERE, "30.00"), _taking("BBBBBBBBBBBC", "75.00")])
    end = _banked(installation, entry("30.00", "PAID", end_to_end=HERE), entry("45.00", f"RENT {RENT}"))
    assert end.kind is DispositionKind.ALLOCATED
    with pytest.raises(AlreadyDone, match="Undo that Match first"):
        match_line(installation, end.line, ["BBBBBBBBBBBC"], reason="The payer rang")


def test_a_batch_of_which_a_payment_is_matched_is_not_taken_for_a_payout_of_its_amount(
    installation: Installation,
) -> None:
    record_takings(installation, [_taking(HERE, "30.00")])
    parts = entry("30.00", "PAID", end_to_end=HERE), entry("45.00", "CARDCO 4471 PAYOUT")
    end = _banked(installation, *parts)
    cardco = Recogniser(name="cardco", sign=Sign.CREDIT, text="CARDCO 4471 PAYOUT", source="stripe")
    named = evolve(installation, council=evolve(installation.council, recognisers=(cardco,)))
    assert list(_work(named, payout(("ch_1", "76.00", "1.00"))).values()) == [end]
    assert [each.right_kind for each in _matches(installation)] == ["receipt"]


def test_a_match_of_a_payment_stays_while_the_income_beside_it_was_moved_on(
    installation: Installation,
) -> None:
    record_takings(installation, [_taking(HERE, "30.00")])
    unruly = evolve(installation, council=evolve(installation.council, rules=()))
    _banked(unruly, entry("30.00", "PAID", end_to_end=HERE), entry("45.00", f"RENT {RENT}"))
    reapply(installation)
    (match,) = _matches(installation)
    with pytest.raises(RuleViolation) as caught:
        undo_match(installation, match.id, reason="It was another payment")
    assert caught.value.code == "over_available"
    assert [each.id for each in _matches(installation)] == [match.id]


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
