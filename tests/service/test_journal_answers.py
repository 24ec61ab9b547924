"""What became of journals: nothing counts as taken before somebody says so, and what was rejected is sent again once."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve
from tests import builders
from tests.builders import pounds
from tests.posted import posted, told
from tests.service import money_in

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.builtin.journal_layouts import LayoutOptions, specs
from localgov_ims.documents.journal_sheets import write_journal
from localgov_ims.domain.journal_states import JournalState
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.ledger_files import Acknowledgement, RejectedLine
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.domain.summaries import SummaryKey
from localgov_ims.errors import ConfigurationError, NotFound, NotPermitted, RuleViolation
from localgov_ims.service.installation import ChosenExporter, Installation
from localgov_ims.service.ledger.exporting import Run, export_to_folder
from localgov_ims.service.ledger.journal_answers import (
    acknowledge_journal,
    confirm_journal,
    reject_journal,
    replace_journal,
)
from localgov_ims.service.ledger.journal_views import drill, list_journals
from localgov_ims.service.ledger.journalling import Asked, build_journals
from localgov_ims.service.ledger.ledger_map import ledger_map
from localgov_ims.service.ledger.periods import close_period, period_states, reopen_period
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.payments.receipts import Taking, record_takings
from localgov_ims.service.verifying import verify

FIRST, SECOND, THIRD = "K7MP2QXW9TRN", "000000000000", "BBBBBBBBBBB9"
NUMBER = "MAIN-20260510-001"


@pytest.fixture
def council(installation: Installation) -> Installation:
    return evolve(installation, council=builders.council())


def take(
    installation: Installation, reference: str, amount: str = "12.00", on: date = date(2026, 5, 10)
) -> None:
    taking = Taking(
        reference=reference,
        fund="23",
        account_reference="612345674",
        amount=pounds(amount),
        mop="90",
        taken_on=on,
    )
    record_takings(installation, [taking])


def exported(installation: Installation, folder: Path) -> list[str]:
    return [made.number for made in export_to_folder(installation, "MAIN", folder).exported]


def states(installation: Installation) -> dict[str, JournalState]:
    return {each.number: each.standing.state for each in list_journals(installation)}


def test_a_journal_is_confirmed_by_a_person_once_its_file_was_made(
    council: Installation, tmp_path: Path
) -> None:
    take(council, FIRST)
    posted(council)
    with pytest.raises(RuleViolation, match="is built, so it cannot become confirmed"):
        confirm_journal(council, NUMBER, evidence="the ledger's list")
    assert exported(council, tmp_path) == [NUMBER]
    assert exported(council, tmp_path) == []
    with pytest.raises(RuleViolation, match="Say how it is known"):
        confirm_journal(council, NUMBER, evidence=" ")
    standing = confirm_journal(council, NUMBER, evidence="the ledger's list of 11 May")
    assert (standing.state, standing.by) == (JournalState.CONFIRMED, "tester")
    with pytest.raises(RuleViolation, match="is confirmed, so it cannot become rejected"):
        reject_journal(council, NUMBER, evidence="no")
    with pytest.raises(NotFound, match="no journal"):
        confirm_journal(council, "MAIN-20260510-009", evidence="the list")


def test_what_was_rejected_is_sent_again_under_a_new_number_and_counts_once(
    council: Installation, tmp_path: Path
) -> None:
    take(council, FIRST)
    exported(council, tmp_path)
    reject_journal(council, NUMBER, evidence="5100 is closed")
    with pytest.raises(RuleViolation, match="State that nothing of it was taken"):
        replace_journal(council, NUMBER, statement="")
    codes = {LedgerAccount("5100"): LedgerAccount("5110")}
    made = replace_journal(council, NUMBER, statement="The batch is not in the ledger", codes=codes)
    assert (made.number, made.replaces) == ("MAIN-20260510-002", NUMBER)
    assert told(made.lines) == ["Dr 9101 12.00", "Cr 5110 12.00"]
    assert exported(council, tmp_path) == [made.number]
    assert states(council) == {made.number: JournalState.EXPORTED, NUMBER: JournalState.REPLACED}
    with pytest.raises(RuleViolation, match="is replaced"):
        replace_journal(council, NUMBER, statement="again")
    assert posted(council) == []
    assert all(law.holds for law in verify(council))
    reverse_transaction(council, FIRST, reason="Paid twice")
    (back,) = posted(council)
    assert told(back.lines) == ["Dr 5110 12.00", "Cr 9101 12.00"]


def test_of_a_journal_taken_in_part_only_the_rest_is_sent_again(
    council: Installation, tmp_path: Path
) -> None:
    take(council, FIRST)
    take(council, SECOND, "5.00")
    exported(council, tmp_path)
    with pytest.raises(RuleViolation, match="has no line 9"):
        reject_journal(council, NUMBER, evidence="x", lines=[RejectedLine(number=9, reason="x")])
    rejected = [RejectedLine(number=2, reason="closed")]
    assert reject_journal(council, NUMBER, evidence="its report", lines=rejected).rejected == tuple(rejected)
    made = replace_journal(council, NUMBER, statement="Line 2 is not in the ledger")
    assert told(made.lines) == ["Dr 9101 5.00", "Cr 5100 5.00"]  # the first by reference: 0000 before K7MP
    assert all(law.holds for law in verify(council))


def test_an_answer_of_the_finance_system_is_read_back(council: Installation, tmp_path: Path) -> None:
    take(council, FIRST)
    exported(council, tmp_path)
    with pytest.raises(ConfigurationError, match="reads no answers"):
        acknowledge_journal(council, "MAIN", b"OK")

    class Answering:
        """What of an exporter is asked here."""

        def validate(self, _: object) -> tuple[()]:
            return ()

        export = reparse = validate

        def acknowledge(self, data: bytes) -> Acknowledgement:
            return Acknowledgement(journal=NUMBER, accepted=data == b"OK")

    answering = evolve(council, exporters={"MAIN": ChosenExporter(name="x", exporter=Answering())})  # type: ignore[arg-type]
    assert acknowledge_journal(answering, "MAIN", b"OK").state is JournalState.ACKNOWLEDGED


def test_a_summary_can_be_drilled_into_and_its_sums_agree(council: Installation) -> None:
    ledger = evolve(council.council.ledgers["MAIN"], summarise=(SummaryKey.ACCOUNT,))
    adding = evolve(council, council=evolve(council.council, ledgers={"MAIN": ledger}))
    take(adding, FIRST)
    take(adding, SECOND, "5.00")
    (made,) = posted(adding)
    assert told(made.lines) == ["Cr 5100 17.00", "Dr 9101 17.00"]
    line, details = drill(adding, NUMBER).of(1)
    assert (line.amount, told(details)) == (pounds("17.00"), ["Cr 5100 5.00", "Cr 5100 12.00"])
    assert len(line.sources) == 2
    with pytest.raises(NotFound, match="has no line 3"):
        drill(adding, NUMBER).of(3)
    assert all(law.holds for law in verify(adding))


def test_a_sheet_for_people_is_the_same_bytes_every_time(council: Installation) -> None:
    take(council, FIRST)
    posted(council)
    found = drill(council, NUMBER)
    books = [io.BytesIO(), io.BytesIO()]
    for book in books:
        write_journal(found.journal, found.details, book, council="Small Council", state="built")
    assert books[0].getvalue() == books[1].getvalue()
    books[0].seek(0)
    import python_calamine

    read = python_calamine.CalamineWorkbook.from_filelike(books[0])
    assert read.sheet_names == ["Journal", "Details", "Control"]
    rows = read.get_sheet_by_name("Journal").to_python()
    assert rows[0][0] == f"Small Council: journal {NUMBER}"
    assert rows[-1][4:6] == [12.0, 12.0]


def test_a_period_closes_when_all_is_posted_and_taken_and_is_reopened_by_another(
    council: Installation, tmp_path: Path
) -> None:
    may = PeriodNumber(2026, 2)
    take(council, FIRST)
    with pytest.raises(RuleViolation, match="something of 10 May 2026 is not posted"):
        close_period(council, "MAIN", may, soft=False, reason="month end")
    exported(council, tmp_path)
    with pytest.raises(RuleViolation, match=f"journal {NUMBER} was not confirmed"):
        close_period(council, "MAIN", may, soft=False, reason="month end")
    confirm_journal(council, NUMBER, evidence="the list")
    close_period(council, "MAIN", may, soft=False, reason="month end")
    take(council, SECOND, "5.00")
    (late,) = posted(council)
    assert (late.accounting_on, late.lines[0].taken_on) == (date(2026, 6, 1), date(2026, 5, 10))
    with pytest.raises(NotPermitted, match="somebody else must open it"):
        reopen_period(council, "MAIN", may, reason="forgot one")
    money_in.employ(council, "second", "administrator")
    reopen_period(council.acting("second"), "MAIN", may, reason="forgot one")
    assert period_states(council, "MAIN")[may].value == "open"


def test_what_belongs_to_a_closed_year_is_held_until_a_person_decides(
    council: Installation, tmp_path: Path
) -> None:
    for number in range(1, 13):
        close_period(council, "MAIN", PeriodNumber(2025, number), soft=False, reason="year end")
    take(council, FIRST, on=date(2026, 3, 31))
    assert build_journals(council, "MAIN").held == (date(2026, 3, 31),)
    take(council, SECOND)
    assert [each.accounting_on for each in posted(council)] == [date(2026, 5, 10)]
    into = Asked(held_into=PeriodNumber(2025, 13))
    made = export_to_folder(council, "MAIN", tmp_path, into)
    assert next((each.accounting_on, each.number) for each in made.exported) == (
        date(2026, 3, 31), "MAIN-20260331-001",
    )  # fmt: skip
    assert build_journals(council, "MAIN").held == ()


def test_a_second_export_of_the_model_office_exports_nothing(council_folder: Path, tmp_path: Path) -> None:
    office = open_installation(council_folder / "council.toml")
    export_to_folder(office, "MAIN", tmp_path)
    assert export_to_folder(office, "MAIN", tmp_path) == Run(exported=())
    assert [law.broken for law in verify(office) if not law.holds] == []


def test_the_map_names_what_has_no_code(council: Installation) -> None:
    take(council, FIRST)
    assert {(each.posting.role.value, str(each.account)) for each in ledger_map(council)} == {
        ("clearing", "9101"), ("fund", "5100"),
    }  # fmt: skip


def test_an_answer_in_part_leaves_what_was_rejected_outstanding_and_is_heard_once(
    council: Installation, tmp_path: Path
) -> None:
    answered = _by_profile(council)
    take(answered, FIRST)
    take(answered, SECOND, "5.00")
    (made,) = posted(answered)
    lines = {line.reference: line.number for line in made.lines if line.account.code == "5100"}
    rows = [f"{NUMBER},{line.number},ok," for line in made.lines]
    rejected = lines[SECOND]
    rows[rejected - 1] = f"{NUMBER},{rejected},no,account closed"
    with pytest.raises(RuleViolation, match="is built, so it cannot become part"):
        acknowledge_journal(answered, "MAIN", _csv(*rows))
    exported(answered, tmp_path)
    with pytest.raises(RuleViolation, match=r"says nothing of 1 of the 4 lines .*: 4"):
        acknowledge_journal(answered, "MAIN", _csv(*rows[:-1]))
    with pytest.raises(RuleViolation, match="has no line 9"):
        acknowledge_journal(answered, "MAIN", _csv(*rows, f"{NUMBER},9,no,"))
    standing = acknowledge_journal(answered, "MAIN", _csv(*rows))
    assert (standing.state, standing.rejected) == (
        JournalState.PART,
        (RejectedLine(number=rejected, reason="account closed"),),
    )
    assert acknowledge_journal(answered, "MAIN", _csv(*rows)) == standing
    with pytest.raises(RuleViolation, match="is part, so it cannot become acknowledged"):
        acknowledge_journal(answered, "MAIN", _csv(f"{NUMBER},,ok,"))
    again = replace_journal(answered, NUMBER, statement="the ledger's list of rejects")
    assert told(again.lines) == ["Dr 9101 5.00", "Cr 5100 5.00"]
    assert all(law.holds for law in verify(answered))


def test_a_journal_of_which_every_line_was_rejected_is_rejected(
    council: Installation, tmp_path: Path
) -> None:
    answered = _by_profile(council, rest="accepted")
    take(answered, FIRST)
    posted(answered)
    exported(answered, tmp_path)
    with pytest.raises(NotFound):
        acknowledge_journal(answered, "MAIN", _csv("MAIN-20990101-001,,ok,"))
    said = acknowledge_journal(answered, "MAIN", _csv(f"{NUMBER},1,no,", f"{NUMBER},2,no,"))
    assert said.state is JournalState.REJECTED


def _csv(*rows: str) -> bytes:
    return "\n".join(("journal,line,result,why", *rows)).encode()


def _by_profile(council: Installation, **given: object) -> Installation:
    profile = {
        "kind": "delimited", "encoding": ("utf-8",), "columns": ("journal", "line", "result", "why"),
        "file": "journal", "line": "line", "reason": "why",
        "status": {"column": "result", "accepted": ("ok",), "rejected": ("no",)}, **given,
    }  # fmt: skip
    (spec,) = (spec for spec in specs() if spec.name == "generic-csv")
    exporter = spec.factory(LayoutOptions(answer=profile))
    return evolve(council, exporters={"MAIN": ChosenExporter(name=spec.name, exporter=exporter)})
