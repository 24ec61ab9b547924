"""A bank's identifier that stands twice: the file is refused, or every line of it is kept."""

from __future__ import annotations

import io
from datetime import date

import pytest
from attrs import evolve
from tests.service.direct_debits import collecting, debit, sent
from tests.service.incomes import codes

from localgov_ims.domain.policies import Treatment
from localgov_ims.domain.statements import Statement
from localgov_ims.errors import ConfigurationError
from localgov_ims.reconciliation.recognisers import IncomeSource, SourceKind
from localgov_ims.service.files.deciding import decide_file
from localgov_ims.service.files.importing import ImportResult, import_file
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.installation import Installation
from localgov_ims.service.verifying import verify
from localgov_ims.simulator.bacs import ddic
from localgov_ims.storage import statements, unpaids
from localgov_ims_ofx import Ofx

TWO = (("A", "100.00"), ("B", "20.00"), ("A", "50.00"))
"""Of 170.00, where the bank gives one identifier to two payments."""


def _ofx(*entries: tuple[str, str]) -> str:
    lines = "".join(
        f"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260505<TRNAMT>{amount}<FITID>{identifier}<NAME>J SMITH</STMTTRN>"
        for identifier, amount in entries
    )
    return (
        "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nENCODING:USASCII\r\nCHARSET:1252\r\n\r\n"
        "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS></SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1>"
        "<STMTTRNRS><STMTRS><CURDEF>GBP<BANKACCTFROM><BANKID>200000<ACCTID>12345678<ACCTTYPE>CHECKING</BANKACCTFROM>"
        f"<BANKTRANLIST>{lines}</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\r\n"
    )


def _banking(installation: Installation, treatment: Treatment | None = None) -> Installation:
    """Return the council whose main account comes as OFX, with its word about repeated identifiers."""
    reader = Ofx()
    policy = {"duplicate-id": treatment} if treatment is not None else {}
    main = evolve(installation.council.bank_accounts["main"], format=reader.name, policy=policy)
    accounts = {**installation.council.bank_accounts, "main": main}
    return evolve(
        installation, readers=(*installation.readers, reader),
        options={**installation.options, reader.name: reader.options()},
        council=evolve(installation.council, bank_accounts=accounts),
    )  # fmt: skip


def _sent(council: Installation, text: str, name: str = "main.ofx") -> ImportResult:
    return import_file(council, Incoming(name=name, stream=io.BytesIO(text.encode())))


def _recorded(council: Installation) -> tuple[list[Statement], list[int]]:
    with council.store.reading() as connection:
        lines = [line.line.amount.pence for line in statements.some_lines(connection)]
        found = connection.execute(statements.statements.select()).all()
        return [statements.by_id(connection, row.id) for row in found], lines


def test_an_identifier_that_stands_twice_refuses_the_file_and_both_places_are_named(
    installation: Installation,
) -> None:
    council = _banking(installation)
    result = _sent(council, _ofx(*TWO))
    assert (result.status, codes(result), _recorded(council)) == ("refused", ["duplicate-id"], ([], []))
    assert "STMTTRN[1]" in result.issues[0].message
    assert "STMTTRN[3]" in result.issues[0].message


def _proves(council: Installation) -> None:
    (statement,), lines = _recorded(council)
    assert sorted(lines) == [2000, 5000, 10000]
    assert (statement.lines, statement.credits.pence, statement.debits.pence) == (3, 17000, 0)
    assert all(law.holds for law in verify(council))


def test_where_the_account_says_so_both_are_recorded_and_the_totals_prove(installation: Installation) -> None:
    council = _banking(installation, Treatment.WARN)
    result = _sent(council, _ofx(*TWO))
    assert (result.status, codes(result)) == ("recorded", ["duplicate-id"])
    assert result.issues[0].severity.value == "warning"
    _proves(council)
    assert _sent(council, _ofx(*TWO) + "\r\n", "again.ofx").status == "seen"
    _proves(council)


def test_a_file_held_for_its_identifiers_is_recorded_whole_once_a_person_says_so(
    installation: Installation,
) -> None:
    council = _banking(installation, Treatment.HOLD)
    held = _sent(council, _ofx(*TWO))
    assert (held.status, _recorded(council)) == ("held", ([], []))
    decided = decide_file(council, str(held.file), accept=True, reason="The bank numbers its branches alike")
    assert decided.status == "recorded"
    _proves(council)


def test_lines_that_are_equal_to_the_letter_are_two_payments(installation: Installation) -> None:
    council = _banking(installation, Treatment.WARN)
    assert _sent(council, _ofx(("A", "20.00"), ("A", "20.00"))).status == "recorded"
    (statement,), lines = _recorded(council)
    assert (lines, statement.credits.pence) == ([2000, 2000], 4000)
    assert all(law.holds for law in verify(council))


def test_a_claim_that_stands_twice_in_one_report_refuses_it(installation: Installation) -> None:
    council = collecting(installation)
    report = ddic([debit("771", "10.00"), debit("772", "10.00")], day=date(2026, 5, 12))
    assert b"DDICNWBK001002" in report
    result = sent(council, report.replace(b"DDICNWBK001002", b"DDICNWBK001001"))
    assert (result.status, codes(result)) == ("refused", ["duplicate-id"])
    with council.store.reading() as connection:
        assert list(unpaids.some(connection)) == []


def test_a_payout_has_no_line_twice_whatever_its_source_would_say() -> None:
    with pytest.raises(ConfigurationError, match="duplicate-id always refuses"):
        IncomeSource(name="stripe", kind=SourceKind.SETTLEMENT, policy={"duplicate-id": Treatment.WARN})
