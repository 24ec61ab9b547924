"""Reports during the day and notifications: read, counted, and telling one message from another."""

from __future__ import annotations

import io

import pytest
from camt_writer import Doc, Ent, Stm

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.statements import BankLine, Evidence
from localgov_ims.files import reading
from localgov_ims.files.events import Closed, Event
from localgov_ims.files.readers import Reader
from localgov_ims_camt import Camt052, Camt053, Camt054, ims_file_formats

TOTALS = "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries><Sum>9.00</Sum></TtlNtries>{}</TxsSummry>"
OF_CODE = (
    "<TtlNtriesPerBkTxCd><NbOfNtries>{}</NbOfNtries><Sum>{}</Sum>{}<BkTxCd>{}</BkTxCd></TtlNtriesPerBkTxCd>"
)
BGC, DD = "<Prtry><Cd>BGC</Cd></Prtry>", "<Prtry><Cd>DD</Cd></Prtry>"


def message(stm: Stm, name: str = "052", version: int = 8) -> bytes:
    """Return a statement's parts as another message."""
    root, part = {"052": ("AcctRpt", "Rpt"), "053": ("Stmt", "Stmt"), "054": ("DbtCdtNtfctn", "Ntfctn")}[name]
    text = Doc([stm], version=version).xml().replace("camt.053", f"camt.{name}")
    old = "V01" if (name, version) == ("052", 1) else ""
    text = text.replace("BkToCstmrStmt", f"BkToCstmr{root}{old}")
    return text.replace("<Stmt>", f"<{part}>").replace("</Stmt>", f"</{part}>").encode()


def read(data: bytes, reader: Reader) -> list[Event]:
    return list(reading.events(reader, io.BytesIO(data)))


def stopping(found: list[Event]) -> list[str]:
    return [event.code for event in found if isinstance(event, Issue) and event.stops]


@pytest.mark.parametrize(("name", "reader"), [("052", Camt052()), ("054", Camt054())])
@pytest.mark.parametrize("version", [1, 2, 8, 13])
def test_each_message_is_recognised_by_its_own_reader_alone(name: str, reader: Reader, version: int) -> None:
    data = message(Stm([Ent(500), Ent(-400)]), name, version)
    assert [known.name for known in ims_file_formats() if known.recognise(data)] == [reader.name]
    found = read(data, reader)
    assert (stopping(found), sum(isinstance(event, BankLine) for event in found)) == ([], 2)


def test_a_reports_balances_prove_nothing() -> None:
    found = read(message(Stm([Ent(500)], closing=1)), Camt052())
    [closed] = [event for event in found if isinstance(event, Closed)]
    assert (stopping(found), closed.evidence, closed.closing) == ([], Evidence.UNPROVED, None)


def test_declared_totals_of_a_report_count_and_are_checked() -> None:
    found = read(message(Stm([Ent(500), Ent(-400)], summary=TOTALS.format(""))), Camt052())
    [closed] = [event for event in found if isinstance(event, Closed)]
    assert (stopping(found), closed.evidence) == ([], Evidence.COUNTED)
    wrong = read(message(Stm([Ent(500), Ent(-401)], summary=TOTALS.format(""))), Camt054())
    assert stopping(read(message(Stm([Ent(500)], summary=TOTALS.format(""))), Camt052()))
    assert stopping(wrong)


def test_a_booked_entry_without_a_day_informs_and_makes_no_line() -> None:
    found = read(message(Stm([Ent(500, booked=None)]), "054"), Camt054())
    [closed] = [event for event in found if isinstance(event, Closed)]
    assert (stopping(found), closed.not_booked, closed.computed.count) == ([], 0, 1)
    assert not [event for event in found if isinstance(event, BankLine)]
    assert stopping(read(message(Stm([Ent(500, booked=None)]), "053"), Camt053())) == ["missing-field"]


@pytest.mark.parametrize(
    ("declared", "codes"),
    [
        (OF_CODE.format(1, "5.00", "", BGC) + OF_CODE.format(1, "4.00", "", DD), []),
        (OF_CODE.format(2, "5.00", "", BGC), ["count-mismatch"]),
        (OF_CODE.format(1, "5.01", "", BGC), ["total-mismatch"]),
        (OF_CODE.format(1, "5.00", "<TtlNetNtry><Amt>5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></TtlNetNtry>", BGC),
         ["total-mismatch"]),
        (OF_CODE.format(9, "9.00", "<FcstInd>true</FcstInd>", BGC), []),
        (OF_CODE.format(1, "5.00", "", BGC) * 2, ["bad-field"]),
        (OF_CODE.format(1, "5.00", "", "<Prtry><Cd>XXX</Cd></Prtry>"), ["count-mismatch", "total-mismatch"]),
    ],
)  # fmt: skip
def test_totals_of_each_transaction_code_are_checked(declared: str, codes: list[str]) -> None:
    statement = Stm([Ent(500), Ent(-400, code=DD)], summary=TOTALS.format(declared))
    assert stopping(read(message(statement, "053"), Camt053())) == codes


def test_a_version_later_than_is_known_is_read_with_a_notice() -> None:
    found = read(message(Stm([Ent(500)]), "053", 14), Camt053())
    assert [event.code for event in found if isinstance(event, Issue)] == ["later-version"]
