"""One kind of file makes an account's lines; what repeats them (reports, notices, copies, downloads) adds none."""

from __future__ import annotations

import io
from datetime import date

import pytest
from attrs import evolve
from tests.service.files import MAIN, MONDAY, camt, csv, entry
from tests.service.incomes import codes, history
from tests.service.test_repeated_identifiers import _banking, _ofx, _sent

from localgov_ims.service.files.importing import ImportResult, import_file
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.installation import Installation
from localgov_ims.service.verifying import verify
from localgov_ims.storage import statements

TWO = (entry("12.50", "A"), entry("2.50", "B"))
KINDS = {
    "camt052": (("camt.053", "camt.052"), ("BkToCstmrStmt", "BkToCstmrAcctRpt"), ("Stmt>", "Rpt>")),
    "camt054": (("camt.053", "camt.054"), ("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn"), ("Stmt>", "Ntfctn>")),
}


def _changed(file: Incoming, *changes: tuple[str, str], name: str = "main.xml") -> Incoming:
    text = file.stream.read().decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return Incoming(name=name, stream=io.BytesIO(text.encode()))


def _lines(installation: Installation) -> list[int]:
    assert all(law.holds for law in verify(installation))
    with installation.store.reading() as connection:
        return sorted(line.line.amount.pence for line in statements.some_lines(connection))


def _by(installation: Installation, kind: str) -> Installation:
    accounts = installation.council.bank_accounts
    main = evolve(accounts["main"], format=kind)
    return evolve(
        installation, council=evolve(installation.council, bank_accounts={**accounts, "main": main})
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_or_notice_of_an_account_that_has_statements_informs_and_makes_no_line(
    installation: Installation, kind: str
) -> None:
    notice = import_file(installation, _changed(camt(*TWO), *KINDS[kind]))
    assert (notice.status, notice.format, notice.counts) == ("received", kind, {"informing": 1})
    assert [(issue.code, issue.severity.value) for issue in notice.issues] == [("wrong-kind", "warning")]
    assert "come from camt053 files" in notice.issues[0].message
    assert _lines(installation) == []
    assert import_file(installation, camt(*TWO)).status == "recorded"
    assert import_file(installation, _changed(camt(*TWO), *KINDS[kind])).status == "received"
    assert _lines(installation) == [250, 1250]


@pytest.mark.parametrize("kind", KINDS)
def test_what_informed_is_imported_once_its_kind_makes_the_lines(
    installation: Installation, kind: str
) -> None:
    file = _changed(camt(*TWO), *KINDS[kind])
    first = import_file(installation, file)
    changed = _by(installation, kind)
    assert import_file(changed, file).status == "recorded"
    assert history(changed, first)[0] == "received"
    assert _lines(changed) == [250, 1250]
    assert import_file(changed, file).status == "seen"


def test_a_download_of_an_account_that_has_statements_informs_too(installation: Installation) -> None:
    file = _changed(csv(*TWO), ("300000-87654321", "200000-12345678"), name="main.csv")
    assert import_file(installation, file).status == "received"
    assert _lines(installation) == []


def test_what_informs_must_prove_itself_like_any_other(installation: Installation) -> None:
    notice = _changed(camt(*TWO), *KINDS["camt054"], ("<Sum>15.00</Sum>", "<Sum>15.01</Sum>"))
    result = import_file(installation, notice)
    assert (result.status, sorted(set(codes(result)))) == ("refused", ["total-mismatch", "wrong-kind"])
    assert import_file(
        installation, _changed(camt(*TWO), *KINDS["camt052"], (MAIN, "99999912345678"))
    ).status == ("refused")


def _copied(mark: str) -> Incoming:
    return _changed(camt(*TWO), ("<Acct>", f"<CpyDplctInd>{mark}</CpyDplctInd><Acct>"), name=f"{mark}.xml")


@pytest.mark.parametrize("mark", ["CODU", "COPY", "DUPL"])
def test_a_copy_has_no_effect_where_its_original_is_here(installation: Installation, mark: str) -> None:
    import_file(installation, camt(*TWO))
    result = import_file(installation, _copied(mark))
    assert (result.status, codes(result)) == ("seen", ["copy-or-duplicate"])
    assert _lines(installation) == [250, 1250]


@pytest.mark.parametrize("mark", ["CODU", "COPY", "DUPL"])
def test_a_copy_is_taken_with_a_notice_where_its_original_is_not_here(
    installation: Installation, mark: str
) -> None:
    result = import_file(installation, _copied(mark))
    assert (result.status, codes(result)) == ("recorded", ["copy-or-duplicate"])
    assert result.issues[0].severity.value == "info"
    assert import_file(installation, camt(*TWO)).status == "seen"
    assert _lines(installation) == [250, 1250]


def test_a_copy_that_says_something_else_is_refused(installation: Installation) -> None:
    import_file(installation, camt(entry("12.50", "A"), entry("2.50", "C")))
    result = import_file(installation, _copied("COPY"))
    assert (result.status, "already-imported" in codes(result)) == ("refused", True)
    assert _lines(installation) == [250, 1250]


def test_numbered_statements_that_overlap_are_refused_and_both_are_named(installation: Installation) -> None:
    assert import_file(installation, camt(*TWO, number=7, day=MONDAY)).status == "recorded"
    second = camt(TWO[1], entry("9.00"), number=8, opening="1012.50", day=MONDAY, name="overlap.xml")
    result = import_file(installation, second)
    assert (result.status, codes(result)) == ("refused", ["chain-broken"])
    assert "7" in result.issues[0].message
    assert "£1,012.50" in result.issues[0].message
    assert _lines(installation) == [250, 1250]


def test_downloads_of_ofx_that_overlap_bring_each_line_once(installation: Installation) -> None:
    council = _banking(installation)
    assert _sent(council, _ofx(("A", "10.00"), ("B", "10.00"))).counts["lines"] == 2
    longer = _ofx(("A", "10.00"), ("B", "10.00"), ("C", "3.00")).replace(
        "<DTPOSTED>20260505<TRNAMT>3.00", "<DTPOSTED>20260506<TRNAMT>3.00"
    )
    result: ImportResult = _sent(council, longer, "longer.ofx")
    assert (result.status, result.counts["lines"], result.counts["seen_lines"]) == ("recorded", 1, 2)
    assert _lines(council) == [300, 1000, 1000]
    with council.store.reading() as connection:
        days = {line.line.booked_on for line in statements.some_lines(connection)}
    assert days == {date(2026, 5, 5), date(2026, 5, 6)}
