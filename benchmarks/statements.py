"""Write large bank statements whose totals are known exactly.

    python benchmarks/statements.py --format camt053-v8 --entries 100000 --out big.xml

The same seed and number of entries give the same bytes every time. What the file holds is printed to stderr
as one line of JSON, in whole pence. Always: opening + credits - debits = closing.

--mix adds what real files hold besides plain entries, and what readers get wrong: batches of several
payments, reversals, pending entries (they count in `entries`, never in `lines` or in any total) and text
that needs escaping. Without it every entry is a plain one, which is the shape that speed is measured on.

Standard library only. Entries are drawn twice from the same seed (once for the totals, once to write), so
memory stays flat however many there are.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import IO

FIRST_DAY = dt.date(2026, 10, 1)
DAYS = 31
OPENING = 100_000_000
"""In pence."""
SORT_CODE, ACCOUNT = "200000", "12345678"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.{:02d}"
LATE_SHAPE = 8
"""From this version on, Sts holds a Cd, names stand in Pty, and a payment has an Amt of its own."""
BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: pence always positive, the direction its own; the parts of a batch add up to it."""

    number: int
    pence: int
    credit: bool
    day: dt.date
    reference: str
    name: str
    reversal: bool = False
    pending: bool = False
    parts: tuple[int, ...] = ()


@dataclass
class Totals:
    """What a file holds, in pence."""

    entries: int = 0
    lines: int = 0
    credits: int = 0
    debits: int = 0
    credit_count: int = 0
    debit_count: int = 0
    batches: int = 0
    reversals: int = 0
    pending: int = 0
    opening: int = OPENING

    @property
    def closing(self) -> int:
        """The balance after the last entry."""
        return self.opening + self.credits - self.debits

    def add(self, entry: Entry) -> None:
        """Count one entry."""
        self.entries += 1
        if entry.pending:
            self.pending += 1
            return
        self.lines += 1
        self.reversals += entry.reversal
        self.batches += bool(entry.parts)
        if entry.credit:
            self.credits += entry.pence
            self.credit_count += 1
        else:
            self.debits += entry.pence
            self.debit_count += 1


def entries(count: int, seed: int, *, mix: bool, can_pend: bool = True) -> Iterator[Entry]:
    """Yield *count* entries in date order. Equal arguments give equal entries; not every format can say pending."""
    draw = random.Random(seed)
    for number in range(count):
        pence = draw.randint(100, 250_000)
        credit = draw.random() < 0.85
        name = f"PAYER {draw.randrange(5000):05d}"
        kind = draw.random()
        split = draw.randint(1, pence - 1)
        if not mix:
            kind = 1.0
        parts = (split, pence - split) if kind < 0.05 else ()
        reversal = 0.05 <= kind < 0.07
        pending = can_pend and 0.07 <= kind < 0.08
        if 0.08 <= kind < 0.12:
            name = f"O'NEIL & SON <{number}>"
        yield Entry(
            number=number,
            pence=pence,
            credit=credit,
            day=FIRST_DAY + dt.timedelta(days=number * DAYS // count),
            reference=f"CT{770_000_000 + number:09d}",
            name=name,
            reversal=reversal,
            pending=pending,
            parts=parts,
        )


def pounds(pence: int) -> str:
    """Return an amount as XML has it."""
    return f"{pence // 100}.{pence % 100:02d}"


def escaped(text: str) -> str:
    """Return text as XML has it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def direction(*, credit: bool) -> str:
    """Return the mark of money in or out."""
    return "CRDT" if credit else "DBIT"


def camt053(version: int, rows: Iterator[Entry], totals: Totals) -> Iterator[str]:
    """Yield a statement in camt.053.001 of a version, piece by piece."""
    late = version >= LATE_SHAPE
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="{NAMESPACE.format(version)}"><BkToCstmrStmt>'
        "<GrpHdr><MsgId>GENERATED</MsgId><CreDtTm>2026-11-01T06:00:00Z</CreDtTm></GrpHdr>"
        "<Stmt><Id>STMT-2026-10</Id><ElctrncSeqNb>10</ElctrncSeqNb><CreDtTm>2026-11-01T06:00:00Z</CreDtTm>"
        f"<Acct><Id><Othr><Id>{SORT_CODE}{ACCOUNT}</Id></Othr></Id><Ccy>GBP</Ccy></Acct>\n"
    )
    yield balance("OPBD", totals.opening, FIRST_DAY)
    yield balance("CLBD", totals.closing, FIRST_DAY + dt.timedelta(days=DAYS - 1))
    yield summary(totals, late=late)
    for row in rows:
        yield entry(row, late=late)
    yield "</Stmt></BkToCstmrStmt></Document>\n"


def balance(code: str, pence: int, day: dt.date) -> str:
    """Return one balance."""
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="GBP">{pounds(abs(pence))}</Amt>'
        f"<CdtDbtInd>{direction(credit=pence >= 0)}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n"
    )


def summary(totals: Totals, *, late: bool) -> str:
    """Return the declared totals."""
    net = totals.credits - totals.debits
    amount, mark = pounds(abs(net)), f"<CdtDbtInd>{direction(credit=net >= 0)}</CdtDbtInd>"
    net_entry = f"<TtlNetNtryAmt>{amount}</TtlNetNtryAmt>{mark}"
    if late:
        net_entry = f"<TtlNetNtry><Amt>{amount}</Amt>{mark}</TtlNetNtry>"
    return (
        f"<TxsSummry><TtlNtries><NbOfNtries>{totals.lines}</NbOfNtries>"
        f"<Sum>{pounds(totals.credits + totals.debits)}</Sum>{net_entry}</TtlNtries>"
        f"<TtlCdtNtries><NbOfNtries>{totals.credit_count}</NbOfNtries><Sum>{pounds(totals.credits)}</Sum></TtlCdtNtries>"
        f"<TtlDbtNtries><NbOfNtries>{totals.debit_count}</NbOfNtries><Sum>{pounds(totals.debits)}</Sum></TtlDbtNtries>"
        "</TxsSummry>\n"
    )


def entry(row: Entry, *, late: bool) -> str:
    """Return one entry with its payments."""
    status = "PDNG" if row.pending else "BOOK"
    batch = f"<Btch><NbOfTxs>{len(row.parts)}</NbOfTxs></Btch>" if row.parts else ""
    parts = zip(("", "B"), row.parts or (row.pence,), strict=False)
    details = "".join(payment(row, suffix, part, late=late) for suffix, part in parts)
    return (
        f'<Ntry><NtryRef>{row.number}</NtryRef><Amt Ccy="GBP">{pounds(row.pence)}</Amt>'
        f"<CdtDbtInd>{direction(credit=row.credit)}</CdtDbtInd>{'<RvslInd>true</RvslInd>' if row.reversal else ''}"
        f"<Sts>{f'<Cd>{status}</Cd>' if late else status}</Sts>"
        f"<BookgDt><Dt>{row.day}</Dt></BookgDt><ValDt><Dt>{row.day}</Dt></ValDt>"
        f"<AcctSvcrRef>ASR{row.number:012d}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd>"
        "<SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn><Prtry><Cd>BGC</Cd><Issr>UKBK</Issr></Prtry></BkTxCd>"
        f"<NtryDtls>{batch}{details}</NtryDtls></Ntry>\n"
    )


def payment(row: Entry, suffix: str, pence: int, *, late: bool) -> str:
    """Return one payment inside an entry."""
    party = "Dbtr" if row.credit else "Cdtr"
    name = f"<Nm>{escaped(row.name)}</Nm>"
    amount = f'<Amt Ccy="GBP">{pounds(pence)}</Amt>'
    if late:
        name = f"<Pty>{name}</Pty>"
        amount += f"<CdtDbtInd>{direction(credit=row.credit)}</CdtDbtInd>"
    else:
        amount = f"<AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>"
    return (
        f"<TxDtls><Refs><EndToEndId>{row.reference}{suffix}</EndToEndId></Refs>{amount}"
        f"<RltdPties><{party}>{name}</{party}></RltdPties>"
        f"<RmtInf><Ustrd>{row.reference}{suffix} COUNCIL TAX</Ustrd></RmtInf></TxDtls>"
    )


def printed(pence: int, decimal: str) -> str:
    """Return an unsigned amount with a decimal sign."""
    return f"{abs(pence) // 100}{decimal}{abs(pence) % 100:02d}"


def mt940(rows: Iterator[Entry], totals: Totals) -> Iterator[str]:
    """Yield a statement in MT940; RC takes back a credit (money out), RD a debit (money in)."""
    last = FIRST_DAY + dt.timedelta(days=DAYS - 1)
    yield f":20:GENERATED\r\n:25:{SORT_CODE}/{ACCOUNT}\r\n:28C:10/1\r\n"
    yield f":60F:{'CD'[totals.opening < 0]}{FIRST_DAY:%y%m%d}GBP{printed(totals.opening, ',')}\r\n"
    for row in rows:
        mark = "CD"[not row.credit] if not row.reversal else ("RD" if row.credit else "RC")
        yield (
            f":61:{row.day:%y%m%d}{row.day:%m%d}{mark}{printed(row.pence, ',')}NTRF{row.reference}//ASR{row.number:09d}\r\n"
            f":86:{row.name} {row.reference}\r\n"
        )
    yield f":62F:{'CD'[totals.closing < 0]}{last:%y%m%d}GBP{printed(totals.closing, ',')}\r\n-\r\n"


def bai2(rows: Iterator[Entry], totals: Totals) -> Iterator[str]:
    """Yield a statement in BAI2; a payer of many letters has his reference on a continuation."""
    yield "01,BANK,COUNCIL,261101,0600,1,,,2/\n02,COUNCIL,BANK,1,261031,2359,GBP,2/\n"
    yield (
        f"03,{ACCOUNT},GBP,010,{totals.opening},,,015,{totals.closing},,,"
        f"100,{totals.credits},{totals.credit_count},,400,{totals.debits},{totals.debit_count},/\n"
    )
    control, records = totals.opening + totals.closing + totals.credits + totals.debits, 1
    for row in rows:
        control += row.pence
        type_, wrapped = "142" if row.credit else "451", row.name.startswith("O'")
        yield f"16,{type_},{row.pence},Z,{row.reference},,{row.name}"
        yield f"\n88,{row.reference}\n" if wrapped else f" {row.reference}\n"
        records += 1 + wrapped
    yield f"49,{control},{records + 1}/\n98,{control},1,{records + 3}/\n99,{control},1,{records + 5}/\n"


def ofx(rows: Iterator[Entry], totals: Totals) -> Iterator[str]:
    """Yield a statement in OFX 1, its tags not closed."""
    last = FIRST_DAY + dt.timedelta(days=DAYS - 1)
    yield (
        "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\n"
        "COMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n"
        "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20261101<LANGUAGE>ENG</SONRS>"
        "</SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>GBP"
        f"<BANKACCTFROM><BANKID>{SORT_CODE}<ACCTID>{ACCOUNT}<ACCTTYPE>CHECKING</BANKACCTFROM>"
        f"<BANKTRANLIST><DTSTART>{FIRST_DAY:%Y%m%d}<DTEND>{last:%Y%m%d}\r\n"
    )
    for row in rows:
        sign, kind = ("", "CREDIT") if row.credit else ("-", "DEBIT")
        yield (
            f"<STMTTRN><TRNTYPE>{kind}<DTPOSTED>{row.day:%Y%m%d}<TRNAMT>{sign}{pounds(row.pence)}"
            f"<FITID>F{row.number}<NAME>{escaped(row.name)}<MEMO>{row.reference}</STMTTRN>\r\n"
        )
    sign = "-" if totals.closing < 0 else ""
    yield (
        f"</BANKTRANLIST><LEDGERBAL><BALAMT>{sign}{pounds(abs(totals.closing))}<DTASOF>{last:%Y%m%d}</LEDGERBAL>"
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\r\n"
    )


WRITERS = {
    "camt053-v2": partial(camt053, 2),
    "camt053-v8": partial(camt053, 8),
    "mt940": mt940,
    "bai2": bai2,
    "ofx": ofx,
}


def write(format_: str, count: int, out: IO[bytes], *, seed: int = 7, mix: bool = False) -> Totals:
    """Write one statement of *count* entries to *out* and return what it holds."""
    drawn = partial(entries, count, seed, mix=mix, can_pend=format_.startswith("camt"))
    totals = Totals()
    for row in drawn():
        totals.add(row)
    pieces: list[str] = []
    held = 0
    for piece in WRITERS[format_](drawn(), totals):
        pieces.append(piece)
        held += len(piece)
        if held > BLOCK:
            out.write("".join(pieces).encode("ascii"))
            pieces.clear()
            held = 0
    out.write("".join(pieces).encode("ascii"))
    return totals


def main() -> None:
    """Write the statement that the command line asks for."""
    parser = argparse.ArgumentParser(
        description="Write large bank statements whose totals are known exactly."
    )
    parser.add_argument("--format", choices=[*WRITERS], default="camt053-v8")
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--mix", action="store_true", help="batches, reversals, pending entries, awkward text"
    )
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    args = parser.parse_args()
    if args.entries < 1:
        parser.error("--entries must be at least 1")
    with args.out.open("wb") as out:
        totals = write(args.format, args.entries, out, seed=args.seed, mix=args.mix)
    said = {
        "format": args.format,
        "seed": args.seed,
        "mix": args.mix,
        **asdict(totals),
        "closing": totals.closing,
    }
    sys.stderr.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main()
