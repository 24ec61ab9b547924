"""Recognisers: what a bank line says of itself."""

from __future__ import annotations

from typing import Any

import pytest
from tests.builders import DAY

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import BankLine, StatementLine
from localgov_ims.errors import ConfigurationError
from localgov_ims.reconciliation.recognisers import Recogniser, Sign, recognise


def payouts(**given: object) -> Recogniser:
    """Build a recogniser: CardCo's payouts into the account `main` await its file."""
    usual: dict[str, Any] = {
        "name": "cardco", "account": "main", "sign": Sign.CREDIT, "text": r"CARDCO (?P<merchant>\d{4}) PAYOUT(?P<payout> \w+)?",
        "source": "cardco",
    }  # fmt: skip
    return Recogniser(**usual | given)


def line(account: str, pence: int, text: str, **given: object) -> StatementLine:
    """Build a recorded line."""
    said = BankLine(
        position=1,
        amount=Money(pence),
        booked_on=DAY,
        place="line 1",
        narrative=tuple(text.split("\n")),
        **given,
    )
    return StatementLine(id=new_id(), statement=new_id(), account=account, key="k", line=said)


def charges(**given: object) -> Recogniser:
    """Build a recogniser: charges of the bank, journalled here."""
    usual: dict[str, Any] = {
        "name": "bank-charges", "sign": Sign.DEBIT, "text": "^SERVICE CHARGE", "other": "charges",
        "ledger": LedgerAccount("7260"),
    }  # fmt: skip
    return Recogniser(**usual | given)


def test_a_payout_is_awaiting_its_source_with_the_groups_as_evidence() -> None:
    (found,) = recognise([payouts(), charges()], line("main", 13263, "CARDCO 4471 PAYOUT po_1"))
    assert found.recogniser.answer == ("awaiting", "cardco")
    assert found.evidence == {"merchant": "4471", "payout": " po_1"}


def test_a_group_that_took_no_part_is_no_evidence() -> None:
    (found,) = recognise([payouts()], line("main", 13263, "CARDCO 4471 PAYOUT"))
    assert found.evidence == {"merchant": "4471"}


def test_a_charge_is_other_and_not_income() -> None:
    (found,) = recognise([payouts(), charges()], line("cash-office", -1875, "SERVICE CHARGE MAY"))
    assert found.recogniser.answer == ("other", "charges")
    assert found.recogniser.ledger == LedgerAccount("7260")


@pytest.mark.parametrize(
    ("account", "pence", "text", "recognised"),
    [
        ("main", 1, "x\nCARDCO 4471 PAYOUT", True), ("cash-office", 1, "CARDCO 4471 PAYOUT", False),
        ("main", -1, "CARDCO 4471 PAYOUT", False), ("main", 1, "CARDCO PAYOUT", False),
        ("main", 1, "cardco 4471 payout", False), ("main", 1, "", False),
    ],
)  # fmt: skip
def test_account_sign_and_text_must_all_fit(account: str, pence: int, text: str, recognised: bool) -> None:  # noqa: FBT001
    assert bool(recognise([payouts()], line(account, pence, text))) is recognised


def test_two_answers_for_one_line_are_both_told() -> None:
    rival = payouts(name="rival", source="otherco")
    found = recognise([payouts(), rival], line("main", 1, "CARDCO 4471 PAYOUT"))
    assert [each.recogniser.answer for each in found] == [("awaiting", "cardco"), ("awaiting", "otherco")]


def test_two_recognisers_of_one_answer_are_one() -> None:
    found = recognise([payouts(), payouts(name="again")], line("main", 1, "CARDCO 4471 PAYOUT"))
    assert [each.recogniser.name for each in found] == ["cardco"]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"other": "charges", "system": "payables"}, "either source"),
        ({"source": None}, "either source"),
        ({"source": None, "other": "charges"}, "needs ledger"),
        (
            {"source": None, "other": "charges", "ledger": LedgerAccount("7260"), "system": "payables"},
            "needs ledger",
        ),
        ({"text": "(?=CARDCO)"}, "is not RE2"),
        ({"text": r"(C)\1"}, "is not RE2"),
        ({"text": "x" * 201}, "200 are allowed"),
    ],
)
def test_a_recogniser_that_contradicts_itself_is_refused_by_name(given: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^Recogniser 'cardco': .*{fault}") as refused:
        payouts(**given)
    assert refused.value.code == "bad_recogniser"
