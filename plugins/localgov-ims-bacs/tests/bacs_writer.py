"""Clean files of the tests' own, with whatever items are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

DAY = date(2026, 10, 6)


def pounds(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02d}"


def arudd(items: Sequence[tuple[str, int]], number: str = "001", day: date = DAY) -> bytes:
    """An ARUDD of items, each a reference and pence."""
    rows = "".join(
        f'<ReturnedDebitItem ref="{ref}" transCode="17" returnCode="0128" returnDescription="REFER TO PAYER" '
        f'originalProcessingDate="2026-10-02" valueOf="{pounds(pence)}" currency="GBP"><PayerAccount number="12345678" '
        f'ref="{ref}" name="A PAYER" sortCode="20-00-00"/></ReturnedDebitItem>'
        for ref, pence in items
    )
    return (
        f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<BACSDocument><Data><ARUDD><Header reportType="REFT1019" '
        f'adviceNumber="{number}" currentProcessingDate="{day}"/><ServiceLicenseInformation userNumber="123456"/><Advice>'
        '<OriginatingAccountRecords><OriginatingAccountRecord><OriginatingAccount name="C" number="12345678" '
        f'sortCode="20-00-00"/>{rows}<Totals numberOf="{len(items)}" valueOf="{pounds(sum(p for _, p in items))}" '
        'currency="GBP"/></OriginatingAccountRecord></OriginatingAccountRecords></Advice></ARUDD></Data></BACSDocument>'
    ).encode()


def ddic(items: Sequence[tuple[str, int]]) -> bytes:
    """A DDIC of claims, each a reference and pence."""
    rows = "".join(
        f"<DDICAdvice><SeqNo>{n}</SeqNo><PayingBankReference>DDICNWBK{n:06d}</PayingBankReference><SUReference>{ref}"
        f"</SUReference><ReasonCode>3</ReasonCode><ReasonCodeMeaning>CANCELLED</ReasonCodeMeaning><TotalAmount>"
        f"{pounds(pence)}</TotalAmount></DDICAdvice>"
        for n, (ref, pence) in enumerate(items, 1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><VocaDocument><Data><Document><ReportType>DDIC</ReportType>'
        "<ServiceUserNumber>123456</ServiceUserNumber><NewAdvices><DateOfDebit>2026-10-20</DateOfDebit>"
        f"<TotalNumberOfAdvices>{len(items)}</TotalNumberOfAdvices><TotalValueOfDebits>{pounds(sum(p for _, p in items))}"
        f"</TotalValueOfDebits>{rows}</NewAdvices></Document></Data></VocaDocument>"
    ).encode()


def advices(items: Sequence[tuple[str, str]], kind: str = "ADDACS") -> bytes:
    """A report of advices, each a reference and a reason code."""
    rows = "".join(
        f'<MessagingAdvice record-type="A" effective-date="2026-10-06" reference="{ref}" payer-name="A PAYER" '
        f'payer-account-number="12345678" payer-sort-code="200000" reason-code="{code}"/>'
        for ref, code in items
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><BACSDocument><Data><MessagingAdvices><MessagingHeader advice-type="{kind}" '
        f'user-number="123456" report-generation-date="2026-10-06" report-type="7001"/>{rows}</MessagingAdvices></Data>'
        "</BACSDocument>"
    ).encode()


def record(reference: str, pence: int, code: str = "17", account: str = "11111111", day: str = "") -> str:
    """A data record of Standard 18."""
    return f"200000{account}0{code}20000012345678    {pence:011d}{'EXAMPLE COUNCIL':18}{reference:18}{'A PAYER':18}{day}"


def standard18(records: Sequence[str], length: int = 100) -> bytes:
    """A submission of records, with its labels and totals."""
    sums = {"99": [0, 0], "17": [0, 0]}
    for each in records:
        side = sums["99" if each[15:17] == "99" else "17"]
        side[0] += int(each[35:46])
        side[1] += each[15:17][0] != "0" or each[15:17] == "01"
    taken, paid = sums["17"], sums["99"]
    labels = [
        f"VOL1000001{'':31}123456{'':32}1", "HDR1A123456S  123456 00000100010001       26278 262850000000",
        f"HDR2F02000{length:05d}00", "UHL1 26279999999    000000001 DAILY  001",
    ]  # fmt: skip
    last = ["EOF1", "EOF2", f"UTL1{taken[0]:013d}{paid[0]:013d}{taken[1]:07d}{paid[1]:07d}"]
    lines = [*(f"{label:80}" for label in labels), *records, *(f"{label:80}" for label in last)]
    return "\r\n".join(lines).encode() + b"\r\n"
