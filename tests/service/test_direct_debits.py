"""Direct Debits: a collection comes in one credit, less what was rejected; what the bank takes back is owed again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.service.direct_debits import collecting, debit, sent
from tests.service.files import camt, entry
from tests.service.incomes import codes
from tests.service.test_income_files_banked import _ledger as ledger

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.unpaids import UnpaidEvent, UnpaidState
from localgov_ims.errors import AlreadyDone, InvalidValue, NotFound, RuleViolation
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.service.direct_debits.rejecting import reject_rows
from localgov_ims.service.direct_debits.unpaids import list_unpaids, say_of_unpaids
from localgov_ims.service.explaining.asking import explain
from localgov_ims.service.files.importing import ImportResult, import_file
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.reallocations import reallocate_line
from localgov_ims.service.reconciliation.reconciling import ReconcileResult, reconcile
from localgov_ims.service.verifying import verify
from localgov_ims.simulator.bacs import Debit, arudd, ddic, standard18
from localgov_ims.storage import transactions
from localgov_ims.storage import unpaids as stored

COLLECTED = date(2026, 5, 11)
CREDIT = "BACS 123456 COLLECTION"
SUBMISSION = [
    debit("771000001", "145.00"), debit("771000002", "60.00"), debit("771000006", "40.00"),
    debit("771000003", "80.00"), debit("771000004", "50.00"), debit("771000005", "21085.00"),
]  # fmt: skip
"""Of 21,460.00; the input report rejects the third and fourth, 130.00."""


def submitted(council: Installation, debits: list[Debit] = SUBMISSION) -> ImportResult:
    result = sent(council, standard18(debits, day=COLLECTED), "submission.txt")
    assert result.status == "recorded", result.issues
    return result


def receipts(council: Installation) -> list[tuple[str, str | None, int]]:
    """Kind, account and pence of every line, the receipts of the file first."""
    with council.store.reading() as connection:
        found = transactions.some(connection)
        return sorted(
            (t.kind.value, line.account_reference, line.amount.pence) for t in found for line in t.lines
        )


def holds(council: Installation) -> bool:
    return all(law.holds for law in verify(council))


def test_a_collection_is_no_income_until_the_bank_has_brought_it(installation: Installation) -> None:
    council = collecting(installation)
    submitted(council)
    assert receipts(council) == []
    import_file(council, camt(entry("21460.00", CREDIT), day=COLLECTED))
    assert reconcile(council).dispositions[DispositionKind.MATCHED].count == 1
    assert [pence for _, _, pence in receipts(council)] == [14500, 6000, 8000, 5000, 2108500, 4000]
    assert holds(council)


def test_the_credit_is_the_submission_less_what_was_rejected_on_input(installation: Installation) -> None:
    council = collecting(installation)
    file = submitted(council)
    import_file(council, camt(entry("21330.00", CREDIT), day=COLLECTED))
    assert reconcile(council).dispositions[DispositionKind.AWAITING].count == 1
    now, made = reject_rows(council, str(file.file), ["771000003", "row:5"], reason="REFT2013 001")
    assert (sum(each.amount.pence for each in made), now.expected.pence) == (13000, 2133000)
    assert reconcile(council).dispositions[DispositionKind.MATCHED].count == 1
    assert [account for _, account, _ in receipts(council)] == [
        "771000001", "771000002", "771000005", "771000006",
    ]  # fmt: skip
    assert holds(council)


def test_a_shortfall_that_nobody_explains_leaves_the_credit_waiting(installation: Installation) -> None:
    council = collecting(installation)
    submitted(council)
    import_file(council, camt(entry("21330.00", CREDIT), day=COLLECTED))
    result = reconcile(council)
    assert result.dispositions[DispositionKind.AWAITING].count == 1
    assert receipts(council) == []
    assert holds(council)


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        (["nobody"], NotFound),
        (["row:99"], NotFound),
        ([], InvalidValue),
        (["771000001", "row:1"], AlreadyDone),
        (["771000009"], RuleViolation),
    ],
)
def test_what_is_rejected_is_named_exactly(
    installation: Installation, rows: list[str], error: type[Exception]
) -> None:
    council = collecting(installation)
    twice = [debit("771000001", "1.00"), debit("771000009", "2.00"), debit("771000009", "3.00")]
    file = submitted(council, twice)
    with pytest.raises(error):
        reject_rows(council, str(file.file), rows, reason="input report")
    now, _ = reject_rows(council, file.sha256, ["row:2"], reason="input report")
    assert now.expected.pence == 400


def test_nothing_is_rejected_of_a_collection_that_the_bank_has_brought(installation: Installation) -> None:
    council = collecting(installation)
    file = submitted(council)
    import_file(council, camt(entry("21460.00", CREDIT), day=COLLECTED))
    reconcile(council)
    with pytest.raises(RuleViolation, match="does not wait"):
        reject_rows(council, str(file.file), ["771000003"], reason="too late")


def test_a_submission_of_a_number_that_is_not_ours_is_refused(installation: Installation) -> None:
    council = collecting(installation)
    data = standard18(SUBMISSION, day=COLLECTED).replace(b"123456", b"654321")
    assert codes(sent(council, data)) == ["wrong-account"]


UNPAID = [
    debit("771000001", "145.00", original_on=COLLECTED), debit("771000002", "60.00", original_on=COLLECTED),
    debit("771000006", "40.00", original_on=COLLECTED),
]  # fmt: skip
"""Three items, 245.00."""
RETURNED = date(2026, 5, 12)
BACK = [("reversal", "771000001", -14500), ("reversal", "771000002", -6000), ("reversal", "771000006", -4000)]


def banked(council: Installation) -> None:
    """Collect the submission, less what was rejected on input."""
    file = submitted(council)
    reject_rows(council, str(file.file), ["771000003", "771000004"], reason="REFT2013 001")
    import_file(council, camt(entry("21330.00", CREDIT), day=COLLECTED))
    reconcile(council)


def debited(
    council: Installation, *entries: object, number: int = 2, opening: str = "22330.00"
) -> ReconcileResult:
    import_file(council, camt(*entries, day=RETURNED, number=number, opening=opening))
    return reconcile(council)


def taken_back(council: Installation) -> list[tuple[str, str | None, int]]:
    return [each for each in receipts(council) if each[2] < 0]


def states(council: Installation) -> list[str]:
    return [each.state.value for each in list_unpaids(council, every=True)]


def test_one_debit_of_a_reports_total_reverses_the_receipt_of_each_of_its_items(
    installation: Installation, tmp_path: Path
) -> None:
    council = collecting(installation)
    banked(council)
    assert ledger(council, tmp_path) == {"5100": -2133000, "9001": 2133000}
    sent(council, arudd(UNPAID, day=RETURNED))
    assert taken_back(council) == []
    result = debited(council, entry("-245.00", "UNPAID DD 123456"))
    assert result.dispositions[DispositionKind.MATCHED].count == 2
    assert (taken_back(council), states(council)) == (BACK, ["debited"] * 3)
    assert ledger(council, tmp_path) == {"5100": -2108500, "9001": 2108500}


@pytest.mark.parametrize(
    "texts",
    [
        ["UNPAID DD 123456 771000001", "UNPAID DD 123456 771000002", "UNPAID DD 123456 771000006"],
        ["UNPAID DD 123456"] * 3,
    ],
)
def test_a_debit_for_each_item_reverses_its_receipt(
    installation: Installation, tmp_path: Path, texts: list[str]
) -> None:
    council = collecting(installation)
    banked(council)
    sent(council, arudd(UNPAID, day=RETURNED))
    one, two, three = texts
    result = debited(council, entry("-145.00", one), entry("-60.00", two), entry("-40.00", three))
    assert result.dispositions[DispositionKind.MATCHED].count == 4
    assert (taken_back(council), states(council)) == (BACK, ["debited"] * 3)
    assert ledger(council, tmp_path) == {"5100": -2108500, "9001": 2108500}


def test_a_debit_that_came_first_waits_for_its_report(installation: Installation, tmp_path: Path) -> None:
    council = collecting(installation)
    banked(council)
    result = debited(council, entry("-245.00", "UNPAID DD 123456"))
    assert result.dispositions[DispositionKind.AWAITING].count == 1
    assert ledger(council, tmp_path) == {"5100": -2133000, "9001": 2108500, "9950": 24500}
    sent(council, arudd(UNPAID, day=RETURNED))
    reconcile(council)
    assert taken_back(council) == BACK
    assert ledger(council, tmp_path) == {"5100": -2108500, "9001": 2108500}


def test_what_is_unpaid_twice_in_reports_is_taken_back_once(installation: Installation) -> None:
    council = collecting(installation)
    banked(council)
    sent(council, arudd(UNPAID, day=RETURNED))
    sent(council, arudd(UNPAID, day=RETURNED).replace(b"?>\n", b"?>\n\n"), "again.xml")
    debited(council, entry("-245.00", "UNPAID DD 123456"))
    reconcile(council)
    assert taken_back(council) == BACK


def test_without_a_receipt_here_the_account_is_charged_and_the_reason_kept(
    installation: Installation, tmp_path: Path
) -> None:
    council = collecting(installation)
    sent(council, arudd(UNPAID[:1], day=RETURNED))
    debited(council, entry("-145.00", "UNPAID DD 123456"), number=1, opening="1000.00")
    assert receipts(council) == [("receipt", "771000001", -14500)]
    with council.store.reading() as connection:
        (made,) = transactions.some(connection)
    assert (made.lines[0].fund, made.lines[0].narrative) == (
        "CT",
        "Direct Debit returned: 0128 REFER TO PAYER",
    )
    assert ledger(council, tmp_path) == {"5100": 14500, "9001": -14500}


def test_a_reference_that_no_rule_places_is_an_item_in_suspense_below_zero(
    installation: Installation,
) -> None:
    council = collecting(installation)
    sent(council, arudd([debit("NOBODY", "10.00")], day=RETURNED))
    debited(council, entry("-10.00", "UNPAID DD 123456"), number=1, opening="1000.00")
    with council.store.reading() as connection:
        (item,) = transactions.some_suspense(connection)
    assert (item.received_reference, item.reason.value) == ("NOBODY", "no_fund")
    assert holds(council)


def test_such_a_reference_may_have_a_fund_of_its_own(installation: Installation) -> None:
    council = collecting(installation, fund="LB")
    sent(council, arudd([debit("NOBODY", "10.00")], day=RETURNED))
    debited(council, entry("-10.00", "UNPAID DD 123456"), number=1, opening="1000.00")
    assert receipts(council) == [("receipt", "NOBODY", -1000)]
    assert holds(council)


def test_a_receipt_that_was_moved_since_stays_and_the_account_is_charged(installation: Installation) -> None:
    council = collecting(installation)
    banked(council)
    with council.store.reading() as connection:
        lines = [line for t in transactions.some(connection) for line in t.lines]
        (line,) = [line for line in lines if line.account_reference == "771000001"]
    reallocate_line(
        council, line.reference, [BasketItem(fund="LB", account_reference="1", amount=Money(100))]
    )
    sent(council, arudd(UNPAID[:1], day=RETURNED))
    debited(council, entry("-145.00", "UNPAID DD 123456"))
    assert ("receipt", "771000001", -14500) in receipts(council)
    assert holds(council)


def test_two_months_of_one_amount_are_told_apart_by_the_day_of_collection(installation: Installation) -> None:
    council = collecting(installation)
    for n, day in enumerate((date(2026, 4, 13), COLLECTED), 1):
        sent(council, standard18([debit("771000001", "145.00")], day=day, serial=n), f"{n}.txt")
        import_file(council, camt(entry("145.00", CREDIT), day=day, number=n, opening=f"{855 + 145 * n}.00"))
        reconcile(council)
    sent(council, arudd(UNPAID[:1], day=RETURNED))
    debited(council, entry("-145.00", "UNPAID DD 123456"), number=3, opening="1290.00")
    with council.store.reading() as connection:
        (back,) = [t for t in transactions.some(connection) if t.kind.value == "reversal"]
        (original,) = [t for t in transactions.some(connection) if str(t.id) == back.origin.id]
    assert original.taken_on == COLLECTED


def test_a_debit_that_names_a_payer_is_never_the_equal_unpaid_of_another(installation: Installation) -> None:
    """Its report may come tomorrow; today another payer's unpaid has the amount, and nothing is guessed."""
    council = collecting(installation)
    banked(council)
    sent(council, arudd([debit("771000005", "145.00", original_on=COLLECTED)], day=RETURNED))
    debited(council, entry("-145.00", "UNPAID DD 123456 771000001"))
    assert taken_back(council) == []
    sent(council, arudd(UNPAID[:1], day=RETURNED, number=2))
    reconcile(council)
    assert taken_back(council) == BACK[:1]


def test_a_debit_that_waits_for_its_report_is_not_held_against_the_collections_that_are_here(
    installation: Installation,
) -> None:
    council = collecting(installation)
    banked(council)
    sent(council, standard18(SUBMISSION[:1], day=RETURNED, serial=2), "next.txt")
    sent(council, ddic([debit("771000005", "21085.00")], day=RETURNED))
    result = debited(council, entry("-145.00", "UNPAID DD 123456 771000001"))
    assert (result.dispositions[DispositionKind.AWAITING].count, result.breaks) == (1, [])


def test_a_claim_goes_through_its_states_and_is_recorded_when_debited(installation: Installation) -> None:
    council = collecting(installation)
    banked(council)
    sent(council, ddic(UNPAID[:1], day=RETURNED))
    (claim,) = list_unpaids(council)
    assert (claim.state.value, taken_back(council)) == ("advised", [])
    say_of_unpaids(council, [claim.recorded.id], UnpaidState.CHALLENGED, reason="The payer signed")
    (claim,) = list_unpaids(council)
    assert claim.state.value == "challenged"
    debited(council, entry("-145.00", "UNPAID DD 123456"))
    assert (taken_back(council), states(council)) == (BACK[:1], ["debited"])
    say_of_unpaids(council, [claim.recorded.id], UnpaidState.WITHDRAWN, reason="The bank gave in")
    with pytest.raises(RuleViolation, match="cannot become"):
        say_of_unpaids(council, [claim.recorded.id], UnpaidState.CHALLENGED, reason="again")
    assert holds(council)


def test_a_claim_that_was_withdrawn_explains_no_debit(installation: Installation) -> None:
    council = collecting(installation)
    banked(council)
    sent(council, ddic(UNPAID[:1], day=RETURNED))
    (claim,) = list_unpaids(council)
    say_of_unpaids(council, [claim.recorded.id], UnpaidState.WITHDRAWN, reason="The bank gave in")
    assert list_unpaids(council) == []
    assert (
        debited(council, entry("-145.00", "UNPAID DD 123456")).dispositions[DispositionKind.AWAITING].count
        == 1
    )
    assert taken_back(council) == []


def test_a_claim_that_fits_two_receipts_takes_none_of_them_back(installation: Installation) -> None:
    """A claim does not say which month it is of."""
    council = collecting(installation)
    twice = [debit("771000001", "145.00"), debit("771000001", "145.00")]
    submitted(council, twice)
    import_file(council, camt(entry("290.00", CREDIT), day=COLLECTED))
    reconcile(council)
    sent(council, ddic(UNPAID[:1], day=RETURNED))
    debited(council, entry("-145.00", "UNPAID DD 123456"), opening="1290.00")
    assert taken_back(council) == [("receipt", "771000001", -14500)]


def test_what_is_said_of_unpaids_has_a_reason_and_is_no_debit(installation: Installation) -> None:
    council = collecting(installation)
    with pytest.raises(InvalidValue, match="Say why"):
        say_of_unpaids(council, [], UnpaidState.CHALLENGED, reason=" ")
    with pytest.raises(InvalidValue, match="by what the bank does"):
        say_of_unpaids(council, [], UnpaidState.DEBITED, reason="no")
    with pytest.raises(NotFound):
        say_of_unpaids(council, [new_id()], UnpaidState.WITHDRAWN, reason="no")


def said(council: Installation, identifier: str) -> str:
    (story,) = explain(council, identifier)
    return " ".join(story.sentences)


def test_an_open_claim_is_told_with_its_receipt_so_that_nobody_also_refunds_it(
    installation: Installation,
) -> None:
    council = collecting(installation)
    banked(council)
    sent(council, ddic(UNPAID[:1], day=RETURNED))
    with council.store.reading() as connection:
        paid = {t.lines[0].account_reference: t.reference for t in transactions.some(connection)}
    assert "is open: the payer's bank pays it back. Do not refund it as well." in said(
        council, paid["771000001"]
    )
    assert "is open" not in said(council, paid["771000002"])


def test_the_story_leads_from_the_unpaid_to_its_reversal_and_back(installation: Installation) -> None:
    council = collecting(installation)
    banked(council)
    sent(council, arudd(UNPAID[:1], day=RETURNED))
    (unpaid,) = list_unpaids(council)
    told = said(council, str(unpaid.recorded.id))
    assert "A Direct Debit returned unpaid of £145.00, reference 771000001, collected on 11 May 2026" in told
    assert "reason 0128 REFER TO PAYER, advice 001 of 12 May 2026" in told
    assert "it has not yet" in told
    debited(council, entry("-145.00", "UNPAID DD 123456"))
    (story,) = explain(council, str(unpaid.recorded.id))
    line, back = story.leads_to
    assert "Debited on" in story.sentences[1]
    assert "the bank debited it" in said(council, back)
    assert "Rule unpaid-total" in said(council, line)


def test_income_that_went_back_without_a_debit_breaks_a_law(installation: Installation) -> None:
    council = collecting(installation)
    sent(council, arudd(UNPAID[:1], day=RETURNED))
    (unpaid,) = list_unpaids(council)
    event = UnpaidEvent(
        id=new_id(), unpaid=unpaid.recorded.id, number=1, state=UnpaidState.DEBITED, at=council.clock(), by="nobody",
    )  # fmt: skip
    with council.unit("cheat") as unit:
        stored.add_events(unit, [event])
        unit.commit()
    (broken,) = [law for law in verify(council) if not law.holds]
    assert broken.law == 3
    assert "what took its income back comes to another sum" in broken.broken[0]
