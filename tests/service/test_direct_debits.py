"""Direct Debits: a collection comes in one credit, less what was rejected; what the bank takes back is owed again."""

from __future__ import annotations

from datetime import date

import pytest
from tests.service.direct_debits import collecting, debit, sent
from tests.service.files import camt, entry
from tests.service.incomes import codes

from localgov_ims.errors import AlreadyDone, InvalidValue, NotFound, RuleViolation
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.service.importing import ImportResult, import_file
from localgov_ims.service.installation import Installation
from localgov_ims.service.reconciling import reconcile
from localgov_ims.service.rejecting import reject_rows
from localgov_ims.service.verifying import verify
from localgov_ims.simulator.bacs import Debit, standard18
from localgov_ims.storage import transactions

COLLECTED = date(2026, 5, 11)
CREDIT = "BACS 123456 COLLECTION"
SUBMISSION = [
    debit("771000001", "145.00"), debit("771000002", "100.00"), debit("771000003", "80.00"), debit("771000004", "50.00"),
    debit("771000005", "21085.00"),
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
    assert [pence for _, _, pence in receipts(council)] == [14500, 10000, 8000, 5000, 2108500]
    assert holds(council)


def test_the_credit_is_the_submission_less_what_was_rejected_on_input(installation: Installation) -> None:
    council = collecting(installation)
    file = submitted(council)
    import_file(council, camt(entry("21330.00", CREDIT), day=COLLECTED))
    assert reconcile(council).dispositions[DispositionKind.AWAITING].count == 1
    now, made = reject_rows(council, str(file.file), ["771000003", "row:4"], reason="REFT2013 001")
    assert (sum(each.amount.pence for each in made), now.expected.pence) == (13000, 2133000)
    assert reconcile(council).dispositions[DispositionKind.MATCHED].count == 1
    assert [account for _, account, _ in receipts(council)] == ["771000001", "771000002", "771000005"]
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
