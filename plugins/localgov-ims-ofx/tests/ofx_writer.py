"""A small builder of OFX for the tests: valid by default, one thing changed at a time."""

from __future__ import annotations

import io

from localgov_ims.files import reading
from localgov_ims.files.events import Event
from localgov_ims.files.readers import Options
from localgov_ims_ofx import Ofx

HEADER = (
    "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\n"
    "COMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n"
)
XML_HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n<?OFX OFXHEADER="200" VERSION="211"?>\n'


def pounds(pence: int) -> str:
    """Return an amount as printed."""
    return f"{'-' if pence < 0 else ''}{abs(pence) // 100}.{abs(pence) % 100:02d}"


def entry(
    pence: int = 10_000, *, day: str = "20261005", id_: str = "F1", amount: str | None = None, rest: str = "<NAME>J SMITH"
) -> str:  # fmt: skip
    """Return a STMTTRN."""
    said = pounds(pence) if amount is None else amount
    return f"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>{day}<TRNAMT>{said}<FITID>{id_}{rest}</STMTTRN>\r\n"


def document(
    entries: str = "", *, header: str = HEADER, account: str = "<BANKID>200000<ACCTID>12345678", currency: str = "GBP",
    status: str = "<STATUS><CODE>0<SEVERITY>INFO</STATUS>", balance: str = "<LEDGERBAL><BALAMT>87.66<DTASOF>20261005</LEDGERBAL>",
) -> str:  # fmt: skip
    """Return a file of one statement."""
    return (
        f"{header}<OFX><SIGNONMSGSRSV1><SONRS>{status}</SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS><TRNUID>1"
        f"<STMTRS><CURDEF>{currency}<BANKACCTFROM>{account}<ACCTTYPE>CHECKING</BANKACCTFROM>"
        f"<BANKTRANLIST><DTSTART>20261005<DTEND>20261005\r\n{entries}</BANKTRANLIST>{balance}"
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\r\n"
    )


def events(text: str | bytes, options: Options | None = None) -> list[Event]:
    """Read a file."""
    data = text if isinstance(text, bytes) else text.encode()
    return list(reading.events(Ofx(), io.BytesIO(data), options))
