"""What is pulled out of a camt message, as paths of local element names, one table per part of the message.

One field may stand at several paths, because the versions differ: 2 to 7 have `Sts` as text and a party's
name at `Dbtr/Nm`, 8 and later have `Sts/Cd` and `Dbtr/Pty/Nm`. `@Ccy` is an attribute. Everything else in a
message is skipped. Source: the message definitions at
https://www.iso20022.org/iso-20022-message-definitions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

Texts = str | list[str] | None
"""A repeatable element: one text as it is, several as a list, in the order of the file."""

Paths = Mapping[str, tuple[str, ...]]


class Header(NamedTuple):
    """Pages of the message, where versions 2 to 4 have them."""

    page: str | None
    last_page: str | None


HEADER: Final[Paths] = {"page": ("MsgPgntn/PgNb",), "last_page": ("MsgPgntn/LastPgInd",)}


class Head(NamedTuple):
    """What a statement is, and of which account."""

    id: str | None
    electronic_number: str | None
    legal_number: str | None
    page: str | None
    last_page: str | None
    copy: str | None
    iban: str | None
    account: str | None
    currency: str | None


HEAD: Final[Paths] = {
    "id": ("Id",),
    "electronic_number": ("ElctrncSeqNb",),
    "legal_number": ("LglSeqNb",),
    "page": ("StmtPgntn/PgNb", "RptPgntn/PgNb", "NtfctnPgntn/PgNb"),
    "last_page": ("StmtPgntn/LastPgInd", "RptPgntn/LastPgInd", "NtfctnPgntn/LastPgInd"),
    "copy": ("CpyDplctInd",),
    "iban": ("Acct/Id/IBAN",),
    "account": ("Acct/Id/Othr/Id", "Acct/Id/BBAN", "Acct/Id/PrtryAcct/Id"),
    "currency": ("Acct/Ccy",),
}


class Balance(NamedTuple):
    """One balance; its sign is in the direction alone."""

    code: str | None
    amount: str | None
    currency: str | None
    direction: str | None


BALANCE: Final[Paths] = {
    "code": ("Tp/CdOrPrtry/Cd", "Tp/Cd"),
    "amount": ("Amt",),
    "currency": ("Amt@Ccy",),
    "direction": ("CdtDbtInd",),
}


class Summary(NamedTuple):
    """The totals that a statement declares."""

    number: str | None
    entries: str | None
    net: str | None
    net_direction: str | None
    credit_number: str | None
    credits: str | None
    debit_number: str | None
    debits: str | None


SUMMARY: Final[Paths] = {
    "number": ("TtlNtries/NbOfNtries",),
    "entries": ("TtlNtries/Sum",),
    "net": ("TtlNtries/TtlNetNtry/Amt", "TtlNtries/TtlNetNtryAmt"),
    "net_direction": ("TtlNtries/TtlNetNtry/CdtDbtInd", "TtlNtries/CdtDbtInd"),
    "credit_number": ("TtlCdtNtries/NbOfNtries",),
    "credits": ("TtlCdtNtries/Sum",),
    "debit_number": ("TtlDbtNtries/NbOfNtries",),
    "debits": ("TtlDbtNtries/Sum",),
}


class CodeTotal(NamedTuple):
    """The totals that a statement declares of one transaction code."""

    number: str | None
    entries: str | None
    net: str | None
    net_direction: str | None
    credit_number: str | None
    credits: str | None
    debit_number: str | None
    debits: str | None
    forecast: str | None
    own_code: str | None
    domain: str | None
    family: str | None
    subfamily: str | None


CODE_TOTAL: Final[Paths] = {
    "number": ("NbOfNtries",),
    "entries": ("Sum",),
    "net": ("TtlNetNtry/Amt", "TtlNetNtryAmt"),
    "net_direction": ("TtlNetNtry/CdtDbtInd", "CdtDbtInd"),
    "credit_number": ("CdtNtries/NbOfNtries",),
    "credits": ("CdtNtries/Sum",),
    "debit_number": ("DbtNtries/NbOfNtries",),
    "debits": ("DbtNtries/Sum",),
    "forecast": ("FcstInd",),
    "own_code": ("BkTxCd/Prtry/Cd",),
    "domain": ("BkTxCd/Domn/Cd",),
    "family": ("BkTxCd/Domn/Fmly/Cd",),
    "subfamily": ("BkTxCd/Domn/Fmly/SubFmlyCd",),
}


class Entry(NamedTuple):
    """One entry: an amount that the bank booked, or says that it may book."""

    amount: str | None
    currency: str | None
    direction: str | None
    reversal: str | None
    status: str | None
    booked: str | None
    value: str | None
    bank_reference: str | None
    own_code: str | None
    domain: str | None
    family: str | None
    subfamily: str | None
    information: str | None


ENTRY: Final[Paths] = {
    "amount": ("Amt",),
    "currency": ("Amt@Ccy",),
    "direction": ("CdtDbtInd",),
    "reversal": ("RvslInd",),
    "status": ("Sts", "Sts/Cd", "Sts/Prtry"),
    "booked": ("BookgDt/Dt", "BookgDt/DtTm"),
    "value": ("ValDt/Dt", "ValDt/DtTm"),
    "bank_reference": ("AcctSvcrRef",),
    "own_code": ("BkTxCd/Prtry/Cd",),
    "domain": ("BkTxCd/Domn/Cd",),
    "family": ("BkTxCd/Domn/Fmly/Cd",),
    "subfamily": ("BkTxCd/Domn/Fmly/SubFmlyCd",),
    "information": ("AddtlNtryInf",),
}
IGNORED_IN_ENTRY: Final = ("NtryRef", "BkTxCd/Prtry/Issr")
"""Met in nearly every entry: an element that is known costs less than one that is skipped."""


class Charge(NamedTuple):
    """A charge declared with an entry or a detail: each record, or only their total."""

    amount: str | None
    currency: str | None
    direction: str | None
    total: str | None
    total_currency: str | None


CHARGE: Final[Paths] = {
    "amount": ("Amt", "Rcrd/Amt"),
    "currency": ("Amt@Ccy", "Rcrd/Amt@Ccy"),
    "direction": ("CdtDbtInd", "Rcrd/CdtDbtInd"),
    "total": ("TtlChrgsAndTaxAmt",),
    "total_currency": ("TtlChrgsAndTaxAmt@Ccy",),
}


class Batch(NamedTuple):
    """What an entry declares about the payments in it."""

    message: str | None
    payment: str | None
    number: str | None
    total: str | None
    currency: str | None


BATCH: Final[Paths] = {
    "message": ("MsgId",),
    "payment": ("PmtInfId",),
    "number": ("NbOfTxs",),
    "total": ("TtlAmt",),
    "currency": ("TtlAmt@Ccy",),
}


class Transaction(NamedTuple):
    """One payment inside an entry."""

    end_to_end: str | None
    mandate: str | None
    instruction: str | None
    cheque: str | None
    bank_reference: str | None
    structured: Texts
    amount: str | None
    currency: str | None
    transaction_amount: str | None
    transaction_currency: str | None
    direction: str | None
    debtor: str | None
    creditor: str | None
    ultimate_debtor: str | None
    ultimate_creditor: str | None
    debtor_account: str | None
    creditor_account: str | None
    unstructured: Texts
    remittance: Texts
    information: str | None


TRANSACTION: Final[Paths] = {
    "end_to_end": ("Refs/EndToEndId",),
    "mandate": ("Refs/MndtId",),
    "instruction": ("Refs/InstrId",),
    "cheque": ("Refs/ChqNb",),
    "bank_reference": ("Refs/AcctSvcrRef",),
    "structured": ("RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/CdtrRefInf/CdtrRef"),
    "amount": ("Amt",),
    "currency": ("Amt@Ccy",),
    "transaction_amount": ("AmtDtls/TxAmt/Amt",),
    "transaction_currency": ("AmtDtls/TxAmt/Amt@Ccy",),
    "direction": ("CdtDbtInd",),
    "debtor": ("RltdPties/Dbtr/Nm", "RltdPties/Dbtr/Pty/Nm", "RltdPties/Dbtr/Agt/FinInstnId/Nm"),
    "creditor": ("RltdPties/Cdtr/Nm", "RltdPties/Cdtr/Pty/Nm", "RltdPties/Cdtr/Agt/FinInstnId/Nm"),
    "ultimate_debtor": ("RltdPties/UltmtDbtr/Nm", "RltdPties/UltmtDbtr/Pty/Nm"),
    "ultimate_creditor": ("RltdPties/UltmtCdtr/Nm", "RltdPties/UltmtCdtr/Pty/Nm"),
    "debtor_account": ("RltdPties/DbtrAcct/Id/IBAN", "RltdPties/DbtrAcct/Id/Othr/Id"),
    "creditor_account": ("RltdPties/CdtrAcct/Id/IBAN", "RltdPties/CdtrAcct/Id/Othr/Id"),
    "unstructured": ("RmtInf/Ustrd",),
    "remittance": ("RmtInf/Strd/AddtlRmtInf",),
    "information": ("AddtlTxInf",),
}
REPEATABLE: Final = frozenset({"structured", "unstructured", "remittance"})
