"""The file around the statements: roots, namespaces, encodings, envelopes, limits."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from camt_asking import codes, events, issues, opened
from camt_writer import Doc, Ent, Pay, Stm

from localgov_ims.files.limits import Limits
from localgov_ims.files.reading import read
from localgov_ims_camt import Camt053, CamtOptions, ims_file_formats

GOOD = Doc([Stm([Ent(5, [Pay(5, lines=["£ & é"])])])])


def test_the_plugin_offers_its_readers() -> None:
    """By the hook, like any other."""
    assert [reader.name for reader in ims_file_formats()] == ["camt052", "camt053", "camt054"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            GOOD.xml().replace("camt.053", "pain.001").replace("BkToCstmrStmt", "CstmrCdtTrfInitn"),
            "CstmrCdtTrfInitn",
        ),
        (GOOD.xml().replace("camt.053", "camt.052").replace("BkToCstmrStmt", "BkToCstmrAcctRpt"), "camt.052"),
        (
            GOOD.xml().replace("camt.053", "camt.054").replace("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn"),
            "camt.054",
        ),
        (GOOD.xml().replace("camt.053", "camt.052"), "namespace"),
        ("<html><body>Service unavailable</body></html>", "root"),
    ],
)
def test_another_message_is_told_by_its_name(text: str, said: str) -> None:
    """Never read as a statement without entries."""
    [issue] = issues(events(text))
    assert issue.code == "unknown-message"
    assert said in issue.message


def test_a_message_without_namespace_is_read_with_a_notice() -> None:
    """By its element names."""
    found = events(Doc([Stm([Ent(5)])], namespace=""))
    assert ([issue.code for issue in issues(found)], codes(found)) == (["no-namespace"], [])
    assert opened(found).message == "camt.053"


def test_prefixes_make_no_difference() -> None:
    """Elements are known by their local names."""
    text = (
        GOOD.xml()
        .replace("</", "</c:")
        .replace("<", "<c:")
        .replace("<c:/c:", "</c:")
        .replace("xmlns", "xmlns:c")
    )
    assert codes(events(text)) == []
    assert len(events(text)) == len(events(GOOD))


@pytest.mark.parametrize(
    "text", ["<Document/>", '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"/>', Doc().xml()]
)
def test_a_message_without_statement_is_refused(text: str) -> None:
    """Never "0 entries"."""
    assert codes(events(text)) == ["missing-field"]


def test_an_envelope_is_opened_only_where_the_options_name_it() -> None:
    """And what else stands in it is passed over."""
    text = f"<b:Wrap xmlns:b='urn:bank'><b:Head><Document>no</Document></b:Head><b:Body>{GOOD.xml()}</b:Body></b:Wrap>"
    assert codes(events(text)) == ["unknown-message"]
    found = events(text, CamtOptions(envelopes=("Wrap", "Body")))
    assert codes(found) == []
    assert codes(events("<Wrap/>", CamtOptions(envelopes=("Wrap",)))) == ["unknown-message"]


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("ISO-8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
    ],
)
def test_xml_is_read_as_its_declaration_says(encoding: str, codec: str) -> None:
    """Text comes out the same."""
    data = f'<?xml version="1.0" encoding="{encoding}"?>{GOOD.xml()}'.encode(codec)
    assert read([Camt053()], io.BytesIO(data)).accepted
    assert events(data) == events(GOOD)


def test_bytes_that_are_not_what_the_declaration_says_are_refused() -> None:
    """Never a replacement character."""
    text = f'<?xml version="1.0" encoding="UTF-8"?>{GOOD.xml()}'
    assert codes(events(text.encode("latin-1"))) == ["not-well-formed"]
    wrong = (
        text.replace("UTF-8", "windows-1252")
        .replace("£", "~")
        .encode("ascii", "ignore")
        .replace(b"~", b"\x81")
    )
    assert codes(events(wrong)) == ["not-well-formed"]


@pytest.mark.parametrize("encoding", ["shift_jis", "utf-7", "utf-32", "rot13", "nonsense", "hex"])
def test_other_encodings_are_refused(encoding: str) -> None:
    """Only what banks send is read."""
    assert codes(events(f'<?xml version="1.0" encoding="{encoding}"?>{GOOD.xml()}'.encode())) == ["encoding"]


@pytest.mark.parametrize(
    "doctype",
    ["<!DOCTYPE Document>", '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', '<!DOCTYPE x [<!ENTITY a "b">]>',
     '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>'],
)  # fmt: skip
def test_a_doctype_is_refused_on_sight(doctype: str) -> None:
    """Before any entity is read, and even where the Document is far behind it."""
    assert codes(events(doctype + GOOD.xml())) == ["doctype"]
    far = doctype + "<!--" + "x" * 5000 + "-->" + GOOD.xml()
    result = read([Camt053()], io.BytesIO(far.encode()))
    assert [issue.code for entry in result.entries for issue in entry.issues] == ["doctype"]


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x00",
        b"<",
        b"<!DOCTYPE html><html>",
        b"<html>",
        b":20:STMT",
        b"<?xml version='1.0'?><OFX>",
        b"\xff\xfe",
        b"Date,Amount",
    ],
)
def test_other_files_are_not_recognised(head: bytes) -> None:
    """They are other readers'."""
    assert Camt053().recognise(head) is False


LIMITS: list[tuple[Limits, str | Doc | Stm]] = [
    (Limits(lines=2), Stm([Ent(5)] * 3)),
    (Limits(details=2), Stm([Ent(3, [Pay(1)] * 3)])),
    (Limits(details=2), Stm([Ent(3, [Pay(3, lines=["a", "b", "c", "d"])])])),
    (Limits(text_bytes=100), Stm([Ent(3, [Pay(3, lines=["x" * 101])])])),
    (Limits(text_bytes=100), Doc([Stm([Ent(3)])], header=f"<GrpHdr><MsgId>{'x' * 301}</MsgId></GrpHdr>")),
    (Limits(text_bytes=100), Doc([Stm([Ent(3)])], header=f"<GrpHdr><MsgId a='{'x' * 101}'/></GrpHdr>")),
    (Limits(text_bytes=100), Stm([Ent(3, currency=f' Ccy="{"x" * 101}"')])),
    (Limits(text_bytes=100), Doc([Stm([Ent(3)])], header=" " * 300)),
    (Limits(xml_depth=10), Stm([Ent(3, [Pay(3)])], after="<A>" * 10 + "</A>" * 10)),
    (Limits(xml_depth=5), Stm([Ent(3, [Pay(3, debtor="deep")])])),
    (Limits(file_bytes=500), Stm([Ent(3)] * 100)),
]


@pytest.mark.parametrize(("limits", "what"), LIMITS)
def test_every_limit_refuses(limits: Limits, what: Doc | Stm) -> None:
    """Each is a setting; the same file passes without it."""
    assert codes(events(what, CamtOptions(limits=limits)))[0] == "limit-exceeded"


def test_the_default_limits_of_depth_and_text() -> None:
    """64 elements, 64 KiB."""
    for depth, expected in ((61, []), (62, ["limit-exceeded"])):  # Document, BkToCstmrStmt and Stmt are three
        assert codes(events(Stm([Ent(3)], after="<A>" * depth + "</A>" * depth))) == expected
    for size, expected in ((65_536, []), (65_537, ["limit-exceeded"])):
        assert codes(events(Ent(3, [Pay(3, lines=["x" * size])]))) == expected
        assert codes(events(Stm([Ent(3)], after=f"<Adr>{'y' * size}</Adr>"))) == expected


@pytest.mark.parametrize(
    "endless", [lambda n: "<Nm a='" + "x" * n, lambda n: "<Nm>" + "x" * n, lambda n: "<!--" + "x" * n]
)
def test_an_endless_text_tag_or_comment_is_not_gathered(endless: Callable[[int], str]) -> None:
    """Refused long before it ends."""
    text = GOOD.xml().replace("</Stmt>", endless(5_000_000))
    assert codes(events(text)) == ["limit-exceeded"]


def test_text_is_kept_to_the_letter() -> None:
    """Control characters, inner spaces, formulas; nothing is trimmed or folded."""
    said = "=1+1\t\u00a0 Ünïcode  x "
    [line] = [event for event in events(Ent(5, [Pay(5, lines=[said])])) if hasattr(event, "narrative")]
    assert line.narrative == (said,)
