"""The proof of a bank account and of a fund, with the worked examples to the penny."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from attrs import evolve
from tests.service import money_in

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.proofs import Proof
from localgov_ims.domain.received_files import ReceivedFile
from localgov_ims.domain.stated import About
from localgov_ims.domain.statements import BankLine, Evidence, References, Statement, StatementLine
from localgov_ims.errors import AlreadyDone, InvalidValue, NotFound, NotPermitted
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.exporting import export_journals
from localgov_ims.service.ledger.journal_answers import confirm_journal
from localgov_ims.service.ledger.journalling import build_journals
from localgov_ims.service.proofs.bank_proofs import prove_bank
from localgov_ims.service.proofs.control_proofs import prove_fund
from localgov_ims.service.proofs.loading_lists import load_items
from localgov_ims.service.proofs.stating import end_item, list_items, load_totals, state_total
from localgov_ims.service.reconciliation.breaks import list_breaks
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.storage import files, statements

MARCH = date(2026, 3, 31)
MAY = (date(2026, 5, 1), date(2026, 5, 31))


def a_statement(
    installation: Installation, number: str, opening: str, day: date, amounts: Sequence[str]
) -> Money:
    """Record a statement of the main account, as a reader would have given it, and return its closing balance."""
    pence = [Money.parse(amount) for amount in amounts]
    opened, file, head, data = Money.parse(opening), new_id(), new_id(), number.encode()
    closed = opened + Money.total(pence)
    with installation.unit("import_file") as unit:
        files.add(
            unit,
            ReceivedFile(
                id=file, sha256=hashlib.sha256(data).hexdigest(), size=len(data), name=number, occurrence=1
            ),
            [data],
        )
        lines = [
            StatementLine(
                id=new_id(), statement=head, account="main", key=f"{number}#{place}",
                line=BankLine(
                    position=place, amount=amount, booked_on=day, place=f"line {place}", narrative=("UNKNOWN",),
                    references=References(bank=f"BR{number}{place}"),
                ),
            )
            for place, amount in enumerate(pence, 1)
        ]  # fmt: skip
        statements.add_lines(unit, lines)
        statements.add(
            unit,
            Statement(
                id=head, file=file, key=number, account="main", number=number, format="camt053", opening=opened, closing=closed,
                credits=Money.total(p for p in pence if p.pence > 0), debits=-Money.total(p for p in pence if p.pence < 0),
                lines=len(lines), not_booked=0, first_on=day, last_on=day, evidence=Evidence.PROVED, content=number,
            ),
        )  # fmt: skip
        unit.commit()
    return closed


def in_the_ledger(installation: Installation) -> None:
    """Post everything that is here, and have the ledger take it."""
    reconcile(installation)
    build_journals(installation, "MAIN")
    for made in export_journals(installation, "MAIN", keep=lambda _: None):
        confirm_journal(installation, made.number, evidence="Batch enquiry")


def a_list(
    installation: Installation, text: str, *, what: str = "ledger_only", fund: str | None = None
) -> None:
    loaded = load_items(
        installation, io.BytesIO(text.encode()), about=About.FUND if fund else About.BANK, subject=fund or "main",
        what=what, source="Payables list, 31 March",
    )  # fmt: skip
    assert not loaded.issues


@pytest.fixture
def year_end(installation: Installation) -> Installation:
    """Give the worked example: at 31 March 48,210.55 at the bank, of which 2 credits and a debit are not in the ledger."""
    installation.clock.moment = datetime(2026, 4, 1, 8, tzinfo=UTC)  # type: ignore[attr-defined]
    closed = a_statement(installation, "86", "40000.00", date(2026, 3, 30), ["6154.92"])
    in_the_ledger(installation)
    closed = a_statement(installation, "87", str(closed), MARCH, ["2000.00", "130.63", "-75.00"])
    assert closed == Money(4_821_055)
    a_list(installation, "day,reference,amount,note\n2026-03-30,CHQ 118,-412.50,not presented\n")
    state_total(
        installation, about=About.BANK, subject="main", what="ledger", first_on=MARCH, as_at=MARCH,
        amount=Money(4_574_242), source="GL100 enquiry, 1 April",
    )  # fmt: skip
    return installation


def shown(proof: Proof, *keys: str) -> list[str]:
    return [str(proof.figure(key).amount) for key in keys]


def test_the_worked_proof_of_31_march_comes_out_to_the_penny(year_end: Installation) -> None:
    proof = prove_bank(year_end, account="main", as_at=MARCH)
    assert shown(proof, "system", "unposted_credits", "unposted_debits", "ledger_only_debits", "ledger") == [
        "48210.55", "-2130.63", "75.00", "-412.50", "45742.42",
    ]  # fmt: skip
    assert proof.figure("system").given == Money(4_821_055)
    assert (proof.figure("unposted_credits").count, proof.figure("unposted_debits").count) == (2, 1)
    assert str(proof.figure("ledger").difference) == "0.00"
    assert proof.agrees
    assert not proof.unproved


def test_a_penny_more_in_the_ledger_is_unexplained(year_end: Installation) -> None:
    state_total(
        year_end, about=About.BANK, subject="main", what="ledger", first_on=MARCH, as_at=MARCH,
        amount=Money(4_574_243), source="GL100 enquiry, again",
    )  # fmt: skip
    proof = prove_bank(year_end, account="main", as_at=MARCH)
    assert [(f.key, f.difference) for f in proof.differences] == [("ledger", Money(1))]


def test_what_nobody_stated_is_not_proved(installation: Installation) -> None:
    a_statement(installation, "1", "10.00", date(2026, 5, 11), ["5.00"])
    assert prove_bank(installation, account="main", as_at=date(2026, 5, 11)).unproved == ("The ledger",)
    assert (
        prove_bank(installation, account="main", as_at=date(2026, 5, 10)).unproved[0]
        == "The bank and this system"
    )


def test_what_is_posted_later_or_comes_later_leaves_the_proof_of_its_day_as_it_was(
    year_end: Installation,
) -> None:
    (item,) = list_items(year_end)
    end_item(year_end, item.item.id, outcome="came", reason="BR881", ended_on=date(2026, 4, 2))
    proof = prove_bank(year_end, account="main", as_at=MARCH)
    assert shown(proof, "ledger_only_debits") == ["-412.50"]
    assert shown(prove_bank(year_end, account="main", as_at=date(2026, 4, 2)), "ledger_only_debits") == [
        "0.00"
    ]


def test_a_list_loaded_twice_is_one_and_equal_rows_are_two(installation: Installation) -> None:
    rows = "day,reference,amount\n2026-05-01,C1,-5.00\n2026-05-01,C1,-5.00\n"
    a_list(installation, rows)
    a_list(installation, rows)
    assert [str(each.item.amount) for each in list_items(installation)] == ["-5.00", "-5.00"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("day,reference,amount\n2026-05-01,C1,5.001\n", "bad-amount"),
        ("day,reference,amount\n01/05/2026,C1,5.00\n", "bad-date"),
        ("day,reference\n2026-05-01,C1\n", "layout-mismatch"),
        ("day,reference,amount,notes\n2026-05-01,C1,5.00,x\n", "layout-mismatch"),
        ("day,reference,amount\n2026-05-01,C1\n", "layout-mismatch"),
        ("day,reference,amount\n2026-05-01,,5.00\n", "missing-field"),
        ("day,reference,amount\n2026-05-01,4111111111111111,5.00\n", "bad-field"),
        ('day,reference,amount\n2026-05-01,"C1,5.00\n', "layout-mismatch"),
    ],
)
def test_a_list_with_a_fault_is_refused_whole_with_its_place(
    installation: Installation, text: str, code: str
) -> None:
    good = "day,reference,amount\n2026-05-02,FINE,1.00\n"
    data = (good if code != "layout-mismatch" else "") + (
        text.partition("\n")[2] if code != "layout-mismatch" else text
    )
    loaded = load_items(
        installation,
        io.BytesIO(data.encode()),
        about=About.BANK,
        subject="main",
        what="ledger_only",
        source="list",
    )
    assert [issue.code for issue in loaded.issues][:1] == [code]
    assert "line" in loaded.issues[0].place
    assert list_items(installation) == []


def test_the_worked_control_reconciliation_of_council_tax_comes_out_to_the_penny(desk: Installation) -> None:
    card = evolve(desk.council.methods["90"], maximum=None)
    desk = evolve(desk, council=evolve(desk.council, methods={**desk.council.methods, "90": card}))
    money_in.paid(desk, money_in.item("05", "TEN1", "412000.00"))
    day = desk.clock().date()
    totals = (
        f"fund,what,from,to,amount\n05,not_fed,{day},{day},380000.00\n05,accepted,{day},{day},31820.00\n"
        f"05,back_office,{day},{day},411820.00\n05,ledger,{day},{day},411300.00\n05,not_confirmed,{day},{day},700.00\n"
    )
    assert load_totals(desk, io.BytesIO(totals.encode()), source="Month end pack").added == 5
    assert load_totals(desk, io.BytesIO(totals.encode()), source="Month end pack").seen == 5
    rows = "".join(f"{day},7100000{n},60.00,account closed\n" for n in range(3))
    a_list(desk, f"day,reference,amount,note\n{rows}", what="rejected", fund="05")
    proof = prove_fund(desk, fund="05", first_on=day, as_at=day)
    assert shown(proof, "income", "fed_total", "back_office_total", "ledger_total") == ["412000.00"] * 4
    assert proof.figure("rejected").count == 3
    assert proof.agrees
    assert not proof.unproved


def test_a_rejected_line_is_a_break_until_somebody_says_what_became_of_it(desk: Installation) -> None:
    day = desk.clock().date()
    a_list(desk, f"day,reference,amount,note\n{day},71,1.80,account closed\n", what="rejected", fund="05")
    (waiting,) = list_breaks(desk)
    assert waiting.found.kind.value == "rejected_line"
    with pytest.raises(InvalidValue, match="sent_again"):
        end_item(desk, waiting.found.subject, outcome="came", reason="x", ended_on=day)
    end_item(desk, waiting.found.subject, outcome="sent_again", reason="in feed 42", ended_on=day)
    assert list_breaks(desk) == []
    with pytest.raises(AlreadyDone, match="sent_again"):
        end_item(desk, waiting.found.subject, outcome="transferred", reason="y", ended_on=day)


def test_stating_needs_its_permission_and_a_thing_to_state_it_of(desk: Installation) -> None:
    money_in.employ(desk, "stranger", "finance")
    given = {
        "about": About.FUND,
        "what": "ledger",
        "first_on": MAY[0],
        "as_at": MAY[1],
        "amount": Money(1),
        "source": "GL",
    }
    with pytest.raises(NotPermitted):
        state_total(desk.acting("stranger"), subject="05", **given)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="ZZ"):
        state_total(desk, subject="ZZ", **given)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="nothing that others state"):
        state_total(desk, subject="05", **{**given, "what": "guess"})  # type: ignore[arg-type]
