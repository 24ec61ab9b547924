"""Sign-offs: prepared by one, reviewed by another, frozen for good."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from attrs import evolve
from tests.conftest import on_sqlite
from tests.service import money_in
from tests.service.test_bank_proofs import MARCH, a_statement, in_the_ledger, year_end

from localgov_ims.documents.sign_off_pages import as_html
from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.domain.sign_offs import CarriedForward, SignOff, SignOffDuty, SignOffKind
from localgov_ims.domain.stated import About
from localgov_ims.errors import (
    AlreadyDone,
    ConfigurationError,
    InvalidValue,
    NotFound,
    NotPermitted,
    RuleViolation,
)
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.exporting import export_to_folder
from localgov_ims.service.ledger.journal_answers import confirm_journal
from localgov_ims.service.ledger.periods import close_period, period_states
from localgov_ims.service.proofs.overdue_sign_offs import list_overdue
from localgov_ims.service.proofs.sign_off_packs import Asked
from localgov_ims.service.proofs.signing_off import list_signed, prepare, review, signed
from localgov_ims.service.proofs.stating import state_total
from localgov_ims.service.verifying import verify

__all__ = ["year_end"]  # the fixture of the worked example

ASKED = Asked(kind=SignOffKind.BANK, subject="main", first_on=date(2026, 3, 1), as_at=MARCH)


@pytest.fixture
def council(year_end: Installation) -> Installation:
    """Give the worked example, and two people: tester and second."""
    money_in.employ(year_end, "second", "administrator")
    return year_end


def the_ledger_says(council: Installation, pence: int) -> None:
    state_total(
        council, about=About.BANK, subject="main", what="ledger", first_on=MARCH, as_at=MARCH, amount=Money(pence),
        source=f"enquiry of {pence}",
    )  # fmt: skip


def carrying(item: str = "ledger", owner: str = "second") -> list[CarriedForward]:
    return [CarriedForward(item=item, reason="Asked the bank", owner=owner, due_on=date(2026, 4, 20))]


def test_one_prepares_and_another_agrees(council: Installation) -> None:
    made = prepare(council, ASKED, comments="Year end")
    with pytest.raises(RuleViolation, match="Another person") as refused:
        review(council, made.id, agreed=True)
    assert refused.value.code == "same_person"
    review(council.acting("second"), made.id, agreed=True, comments="Seen the statement")
    ((found, said),) = list_signed(council)
    assert (found.by, said and said.by, said and said.agreed) == ("tester", "second", True)
    with pytest.raises(AlreadyDone, match="reviewed by second"):
        review(council.acting("second"), made.id, agreed=False, comments="No")
    assert [law.broken for law in verify(council) if not law.holds] == []


def test_the_pack_reprints_from_its_record_to_the_same_bytes_whatever_came_since(
    council: Installation,
) -> None:
    made = prepare(council, ASKED)
    page = as_html(*signed(council, made.id))
    a_statement(council, "88", "48210.55", date(2026, 4, 1), ["500.00", "-20.00"])
    in_the_ledger(council)
    the_ledger_says(council, 1)
    renamed = evolve(council, council=evolve(council.council, name="Another Council"))
    found, said = signed(renamed, made.id)
    assert hashlib.sha256(found.pack.encode()).hexdigest() == made.sha256
    assert as_html(found, said) == page
    assert made.sha256 in page
    assert "£45,742.42" in page


def test_the_pack_holds_figures_items_breaks_files_names_and_moments(council: Installation) -> None:
    pack = json.loads(prepare(council, ASKED, comments="Year end").pack)
    assert (pack["prepared_by"], pack["prepared_at"][:10], pack["comments"]) == (
        "tester",
        "2026-04-01",
        "Year end",
    )
    assert [proof["kind"] for proof in pack["proofs"]] == ["bank", "report", "clearing"]
    assert [file["statement"] for file in pack["files"]] == ["86", "87"]
    figures = {f["key"]: f for proof in pack["proofs"] for s in proof["sections"] for f in s["figures"]}
    assert [item["amount_pence"] for item in figures["ledger_only_debits"]["items"]] == [-41_250]
    assert (figures["credits"]["items"], figures["credits"]["count"], len(figures["credits"]["digest"])) == (
        [],
        3,
        64,
    )


def test_a_difference_is_carried_forward_or_nothing_is_signed(council: Installation) -> None:
    the_ledger_says(council, 4_574_243)
    with pytest.raises(RuleViolation, match=r"0\.01 is not explained") as refused:
        prepare(council, ASKED)
    assert refused.value.code == "not_carried"
    with pytest.raises(NotFound, match="nobody"):
        prepare(council, ASKED, carried=carrying(owner="nobody"))
    with pytest.raises(RuleViolation, match="no figure and no item"):
        prepare(council, ASKED, carried=carrying("ledgers"))
    made = prepare(council, ASKED, carried=carrying())
    assert json.loads(made.pack)["carried_forward"] == [
        {"item": "ledger", "reason": "Asked the bank", "owner": "second", "due_on": "2026-04-20"}
    ]


def test_nothing_is_signed_of_which_a_side_is_missing(council: Installation) -> None:
    with pytest.raises(RuleViolation, match="The ledger") as refused:
        prepare(council, evolve(ASKED, as_at=MARCH - timedelta(days=1)))
    assert refused.value.code == "not_proved"


def test_later_arrivals_make_a_new_sign_off_that_names_the_earlier(council: Installation) -> None:
    first = prepare(council, ASKED)
    review(council.acting("second"), first.id, agreed=True)
    with pytest.raises(AlreadyDone, match="no figure has changed"):
        prepare(council, ASKED)
    in_the_ledger(council)
    the_ledger_says(council, 4_779_805)
    second = prepare(council, ASKED)
    pack = json.loads(second.pack)
    assert (second.number, pack["replaces"]) == (
        2,
        {"id": str(first.id), "number": 1, "sha256": first.sha256},
    )
    changed = {c["figure"]: (c["before_pence"], c["now_pence"]) for c in pack["changed"]}
    assert changed["bank.ledger.ledger"] == (4_574_242, 4_779_805)
    assert "bank.bank.system" not in changed
    assert "What later arrivals changed" in as_html(second, None)
    assert [found.id for found, _ in list_signed(council)] == [first.id, second.id]
    assert [law.broken for law in verify(council) if not law.holds] == []


def test_what_was_sent_back_is_prepared_again_and_only_the_last_is_reviewed(council: Installation) -> None:
    first = prepare(council, ASKED)
    other = council.acting("second")
    with pytest.raises(InvalidValue, match="Say why"):
        review(other, first.id, agreed=False)
    review(other, first.id, agreed=False, comments="Which cheque?")
    second = prepare(council, ASKED, comments="Cheque 118 of 30 March")
    third = _prepared_again(council)
    with pytest.raises(RuleViolation, match="prepared again"):
        review(other, second.id, agreed=True)
    review(other, third.id, agreed=True)


def _prepared_again(council: Installation) -> SignOff:
    the_ledger_says(council, 4_574_243)
    return prepare(council, ASKED, carried=carrying())


@on_sqlite
def test_a_pack_that_was_changed_breaks_law_five(council: Installation) -> None:
    prepare(council, ASKED)
    with council.store.engine.begin() as connection:
        connection.execute(sa.text("DROP TRIGGER sign_offs_refuses_update"))
        connection.execute(sa.text("UPDATE sign_offs SET pack = replace(pack, '4574242', '4574243')"))
    broken = {law.law: law.broken for law in verify(council) if not law.holds}
    assert "its pack is not the one that was signed" in broken[5][0]
    assert 2 in broken


def test_months_that_are_not_signed_are_listed_with_their_preparer(council: Installation) -> None:
    duty = SignOffDuty(account="main", preparer="tester", within_days=5, since=date(2026, 2, 28))
    council = evolve(council, council=evolve(council.council, sign_offs=(duty,)))
    assert [(each.as_at, each.preparer, each.stands) for each in list_overdue(council)] == [
        (date(2026, 2, 28), "tester", "not prepared")
    ]
    made = prepare(council, ASKED)
    council.clock.moment += timedelta(days=30)  # type: ignore[attr-defined]
    assert [each.stands for each in list_overdue(council)] == ["not prepared", "waits for a reviewer"]
    review(council.acting("second"), made.id, agreed=True)
    assert [each.as_at for each in list_overdue(council)] == [date(2026, 2, 28)]


def test_a_duty_names_one_thing() -> None:
    with pytest.raises(ConfigurationError, match="not both"):
        SignOffDuty(preparer="tester", since=MARCH)
    with pytest.raises(ConfigurationError, match="within_days"):
        SignOffDuty(account="main", preparer="tester", since=MARCH, within_days=61)


def test_each_act_needs_its_permission(council: Installation) -> None:
    made = prepare(council, ASKED)
    for name, role in (("officer", "income-officer"), ("head", "finance"), ("clerk", "cashier")):
        money_in.employ(council, name, role)
    for who, act in (
        ("head", lambda c: prepare(c, ASKED)),
        ("officer", lambda c: review(c, made.id, agreed=True)),
        ("clerk", list_signed),
        ("clerk", list_overdue),
        ("clerk", lambda c: signed(c, made.id)),
    ):
        with pytest.raises(NotPermitted):
            act(council.acting(who))
    with pytest.raises(NotFound):
        signed(council, UUID(int=1))


def test_a_period_closes_only_once_its_bank_accounts_are_signed_and_agreed_to(
    council: Installation, tmp_path: Path
) -> None:
    march = PeriodNumber(2025, 12)
    in_the_ledger(council)
    for made in export_to_folder(council, "MAIN", tmp_path).exported:
        confirm_journal(council, made.number, evidence="the list")
    with pytest.raises(
        RuleViolation, match=r"31 March 2026 is not signed for bank account main \(not prepared\)"
    ):
        close_period(council, "MAIN", march, soft=False, reason="Year end")
    the_ledger_says(council, 4_779_805)
    sent_back = prepare(council, ASKED)
    with pytest.raises(RuleViolation, match=r"main \(waits for a reviewer\)"):
        close_period(council, "MAIN", march, soft=False, reason="Year end")
    review(council.acting("second"), sent_back.id, agreed=False, comments="Where is CHQ 118?")
    with pytest.raises(RuleViolation, match=r"main \(sent back\)") as refused:
        close_period(council, "MAIN", march, soft=False, reason="Year end")
    assert refused.value.code == "not_signed"
    review(council.acting("second"), prepare(council, ASKED).id, agreed=True)
    close_period(council, "MAIN", march, soft=False, reason="Year end")
    assert period_states(council, "MAIN")[march].value == "closed"
