"""A small builder of camt.053 for the tests: valid by default, one thing changed at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.{:02d}"


def pounds(pence: int) -> str:
    """Return an unsigned amount as printed."""
    return f"{abs(pence) // 100}.{abs(pence) % 100:02d}"


def direction(pence: int) -> str:
    """Return the mark of a signed amount."""
    return "CRDT" if pence >= 0 else "DBIT"


def element(name: str, text: str | None) -> str:
    """Return an element with text, or nothing where there is none."""
    return "" if text is None else f"<{name}>{escape(text)}</{name}>"


@dataclass
class Pay:
    """One payment inside an entry; `extra` is XML put into it as it stands."""

    pence: int | None = None
    currency: str = "GBP"
    end_to_end: str | None = None
    structured: Sequence[str] = ()
    lines: Sequence[str] = ()
    debtor: str | None = None
    creditor: str | None = None
    extra: str = ""

    def xml(self, version: int) -> str:
        """Return the payment in a version's shape."""
        late = version >= 8
        amount = ""
        if self.pence is not None:
            amount = f'<Amt Ccy="{self.currency}">{pounds(self.pence)}</Amt>'
            amount += f"<CdtDbtInd>{direction(self.pence)}</CdtDbtInd>"
            if not late:
                amount = (
                    f'<AmtDtls><TxAmt><Amt Ccy="{self.currency}">{pounds(self.pence)}</Amt></TxAmt></AmtDtls>'
                )
        parties = ""
        for tag, name in (("Dbtr", self.debtor), ("Cdtr", self.creditor)):
            said = element("Nm", name)
            parties += f"<{tag}>{f'<Pty>{said}</Pty>' if late else said}</{tag}>" if name is not None else ""
        text = "".join(element("Ustrd", line) for line in self.lines)
        text += "".join(
            f"<Strd><CdtrRefInf><Ref>{escape(ref)}</Ref></CdtrRefInf></Strd>" for ref in self.structured
        )
        return (
            f"<TxDtls><Refs>{element('EndToEndId', self.end_to_end)}</Refs>{amount}<RltdPties>{parties}</RltdPties>"
            f"<RmtInf>{text}</RmtInf>{self.extra}</TxDtls>"
        )


@dataclass
class Ent:
    """One entry; `status`, `booked` and `amount` may be any text."""

    pence: int
    payments: Sequence[Pay] = ()
    status: str | None = "BOOK"
    booked: str | None = "<Dt>2026-10-05</Dt>"
    value: str | None = "<Dt>2026-10-06</Dt>"
    amount: str | None = None
    currency: str = ' Ccy="GBP"'
    mark: str | None = None
    reversal: str | None = None
    code: str = "<Prtry><Cd>BGC</Cd></Prtry>"
    batch: str = ""
    charges: str = ""
    information: str | None = None

    def xml(self, version: int) -> str:
        """Return the entry in a version's shape."""
        status = (
            ""
            if self.status is None
            else f"<Sts>{f'<Cd>{self.status}</Cd>' if version >= 8 else self.status}</Sts>"
        )
        inside = "".join(pay.xml(version) for pay in self.payments)
        details = f"<NtryDtls>{self.batch}{inside}</NtryDtls>" if self.batch or inside else ""
        return (
            f"<Ntry><Amt{self.currency}>{pounds(self.pence) if self.amount is None else self.amount}</Amt>"
            f"<CdtDbtInd>{self.mark or direction(self.pence)}</CdtDbtInd>{element('RvslInd', self.reversal)}{status}"
            f"{'' if self.booked is None else f'<BookgDt>{self.booked}</BookgDt>'}"
            f"{'' if self.value is None else f'<ValDt>{self.value}</ValDt>'}"
            f"<AcctSvcrRef>ASR1</AcctSvcrRef><BkTxCd>{self.code}</BkTxCd>{self.charges}{details}"
            f"{element('AddtlNtryInf', self.information)}</Ntry>"
        )


@dataclass
class Stm:
    """One statement; its closing balance ties unless it is given."""

    entries: Sequence[Ent] = ()
    opening: int = 10_000
    closing: int | None = None
    id: str = "<Id>S1</Id><ElctrncSeqNb>7</ElctrncSeqNb>"
    account: str = "<Acct><Id><Othr><Id>20000012345678</Id></Othr></Id><Ccy>GBP</Ccy></Acct>"
    opening_code: str = "OPBD"
    closing_code: str = "CLBD"
    summary: str = ""
    balances: str = ""
    after: str = ""

    def xml(self, version: int) -> str:
        """Return the statement in a version's shape."""
        booked = sum(entry.pence for entry in self.entries if entry.status == "BOOK")
        closing = self.opening + booked if self.closing is None else self.closing
        body = "".join(entry.xml(version) for entry in self.entries)
        return (
            f"<Stmt>{self.id}{self.account}{balance(self.opening_code, self.opening)}"
            f"{balance(self.closing_code, closing)}{self.balances}{self.summary}{body}{self.after}</Stmt>"
        )


def balance(code: str, pence: int, currency: str = "GBP") -> str:
    """Return one balance."""
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{pounds(pence)}</Amt>'
        f"<CdtDbtInd>{direction(pence)}</CdtDbtInd></Bal>"
    )


@dataclass
class Doc:
    """A message."""

    statements: Sequence[Stm] = field(default_factory=list)
    version: int = 8
    namespace: str | None = None
    header: str = "<GrpHdr><MsgId>M1</MsgId></GrpHdr>"

    def xml(self) -> str:
        """Return the message, without an XML declaration."""
        space = NAMESPACE.format(self.version) if self.namespace is None else self.namespace
        declared = f' xmlns="{space}"' if space else ""
        body = "".join(statement.xml(self.version) for statement in self.statements)
        return f"<Document{declared}><BkToCstmrStmt>{self.header}{body}</BkToCstmrStmt></Document>"
