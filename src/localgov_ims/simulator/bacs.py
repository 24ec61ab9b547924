"""Bacs, as the model office meets it: submissions in Standard 18, and reports of what comes back (ARUDD, DDIC, ADDACS)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from xml.sax.saxutils import quoteattr

from attrs import frozen

from localgov_ims.domain.money import Money

SERVICE_USER = "123456"
_ACCOUNT = "20000012345678"


@frozen(kw_only=True)
class Debit:
    """A Direct Debit: whose, and how much; and of one that comes back, why and when it was collected."""

    reference: str
    amount: Money
    code: str = "0128"
    original_on: date | None = None


def standard18(
    debits: Sequence[Debit], *, day: date, serial: int = 1, service_user: str = SERVICE_USER
) -> bytes:
    """Write a submission that is collected on *day*, with its contra."""
    total = Money.total(debit.amount for debit in debits).pence
    records = [_record("20000011111111", "17", debit.amount.pence, debit.reference) for debit in debits]
    records.append(_record(_ACCOUNT, "99", total, "CONTRA"))
    printed = f" {day:%y%j}"
    labels = (
        f"VOL1{serial:06d}{'':31}{service_user}{'':32}1", f"HDR1A{service_user}S  {service_user} 00000100010001",
        "HDR2F0200000100", f"UHL1{printed}999999    000000001 DAILY  001",
    )  # fmt: skip
    end = ("EOF1", "EOF2", f"UTL1{total:013d}{total:013d}{len(debits):07d}{1:07d}")
    lines = [*(f"{label:80}" for label in labels), *records, *(f"{label:80}" for label in end)]
    return ("\r\n".join(lines) + "\r\n").encode()


def arudd(debits: Sequence[Debit], *, day: date, number: int = 1, service_user: str = SERVICE_USER) -> bytes:
    """Write a report of Direct Debits returned unpaid."""
    items = "".join(
        f'<ReturnedDebitItem ref={quoteattr(debit.reference)} transCode="17" returnCode="{debit.code}" '
        f'returnDescription="REFER TO PAYER" originalProcessingDate="{debit.original_on or day}" valueOf="{debit.amount}" '
        f'currency="GBP"><PayerAccount number="11111111" ref={quoteattr(debit.reference)} name="A PAYER" '
        'sortCode="20-00-00"/></ReturnedDebitItem>'
        for debit in debits
    )
    total = Money.total(debit.amount for debit in debits)
    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<BACSDocument><Data><ARUDD><Header reportType="REFT1019" '
        f'adviceNumber="{number:03d}" currentProcessingDate="{day}"/><ServiceLicenseInformation userNumber="{service_user}"/>'
        '<Advice><OriginatingAccountRecords><OriginatingAccountRecord><OriginatingAccount name="SMALL COUNCIL" '
        f'number="12345678" sortCode="20-00-00"/>{items}<Totals numberOf="{len(debits)}" valueOf="{total}" currency="GBP"/>'
        "</OriginatingAccountRecord></OriginatingAccountRecords></Advice></ARUDD></Data></BACSDocument>"
    ).encode("latin-1")


def ddic(debits: Sequence[Debit], *, day: date, number: int = 1, service_user: str = SERVICE_USER) -> bytes:
    """Write a report of claims under the Direct Debit Guarantee that are debited on *day*."""
    items = "".join(
        f"<DDICAdvice><SeqNo>{n}</SeqNo><PayingBankReference>DDICNWBK{number:03d}{n:03d}</PayingBankReference><SUReference>"
        f"{debit.reference}</SUReference><ReasonCode>3</ReasonCode><ReasonCodeMeaning>CANCELLED BY PAYING BANK"
        f"</ReasonCodeMeaning><TotalAmount>{debit.amount}</TotalAmount></DDICAdvice>"
        for n, debit in enumerate(debits, 1)
    )
    total = Money.total(debit.amount for debit in debits)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><VocaDocument><Data><Document><ReportType>DDIC</ReportType>'
        f"<ServiceUserNumber>{service_user}</ServiceUserNumber><NewAdvices><DateOfDebit>{day}</DateOfDebit>"
        f"<TotalNumberOfAdvices>{len(debits)}</TotalNumberOfAdvices><TotalValueOfDebits>{total}</TotalValueOfDebits>{items}"
        "</NewAdvices></Document></Data></VocaDocument>"
    ).encode()


def addacs(
    references: Sequence[str], *, day: date, code: str = "1", service_user: str = SERVICE_USER
) -> bytes:
    """Write a report of instructions that payers or their banks have changed."""
    items = "".join(
        f'<MessagingAdvice record-type="A" effective-date="{day}" reference={quoteattr(reference)} payer-name="A PAYER" '
        f'payer-account-number="11111111" payer-sort-code="200000" reason-code="{code}"/>'
        for reference in references
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><BACSDocument><Data><MessagingAdvices><MessagingHeader advice-type="ADDACS" '
        f'user-number="{service_user}" report-generation-date="{day}" report-type="7001"/>{items}</MessagingAdvices></Data>'
        "</BACSDocument>"
    ).encode()


def _record(account: str, code: str, pence: int, reference: str) -> str:
    return f"{account}0{code}{_ACCOUNT}    {pence:011d}{'SMALL COUNCIL':18}{reference:18}{'A PAYER':18}"
