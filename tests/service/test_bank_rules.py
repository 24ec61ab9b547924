"""Bank lines under the whole language: split to the penny, held by accounts that are not there, and every law kept."""

from __future__ import annotations

import pytest
from attrs import evolve
from tests.service.files import camt, entry

from localgov_ims.allocation.conditions import Condition
from localgov_ims.allocation.rules import Part, Rule
from localgov_ims.domain.money import Money
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.domain.transactions import Transaction
from localgov_ims.service.files.importing import import_files
from localgov_ims.service.installation import Installation
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.suspense.listing import list_suspense
from localgov_ims.service.verifying import verify
from localgov_ims.storage import transactions

MARKET = Condition(field="narrative", op="contains", value="MARKET")
RENT = "12345678902"


def worked(installation: Installation, *rules: Rule, text: str = "MARKET MAY") -> list[Transaction]:
    """Import one bank line and reconcile by rules, see that every law holds, and return what was recorded."""
    council = evolve(installation, council=evolve(installation.council, rules=rules))
    import_files(council, [camt(entry("100.01", text))])
    reconcile(council)
    assert not [law for law in verify(council) if not law.holds]
    with council.store.reading() as connection:
        return list(transactions.some(connection))


def test_a_bank_line_is_split_into_one_receipt_of_several_lines(installation: Installation) -> None:
    split = Rule(name="shared", order=1, when=MARKET, split=(
        Part(percent="50", set={"fund": "05", "account_reference": RENT, "narrative": "their half"}),
        Part(percent="50", set={"fund": "05", "account_reference": RENT, "mop": "14"}),
    ))  # fmt: skip
    (receipt,) = worked(installation, split)
    assert [(line.amount, line.rule, line.narrative) for line in receipt.lines] == [
        (Money(50_01), "shared", "their half"), (Money(50_00), "shared", None),
    ]  # fmt: skip
    assert {line.mop for line in receipt.lines} == {installation.council.bank_transfer}


@pytest.mark.parametrize("must_exist", [True, False])
def test_an_account_that_must_exist_and_does_not_holds_the_line(
    installation: Installation,
    must_exist: bool,  # noqa: FBT001
) -> None:
    funds = dict(installation.council.funds)
    funds["05"] = evolve(funds["05"], account_must_exist=must_exist)
    council = evolve(installation, council=evolve(installation.council, funds=funds))
    rule = Rule(name="rents", order=1, when=MARKET, set={"fund": "05", "account_reference": RENT})
    (receipt,) = worked(council, rule)
    held = list_suspense(council)
    assert [each.item.reason for each in held] == [SuspenseReason.NO_ACCOUNT] * must_exist
    assert (receipt.lines[0].fund == "05") is not must_exist
