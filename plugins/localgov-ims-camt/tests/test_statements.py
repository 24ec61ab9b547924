"""Statements: identity, accounts, balances, declared totals, pages, copies."""

from __future__ import annotations

import pytest
from camt_asking import closed, codes, events, issues, opened
from camt_writer import Doc, Ent, Stm, balance

from localgov_ims.domain.issues import Severity
from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import Evidence
from localgov_ims.files.events import Closed, Opened


def test_a_statement_that_ties_is_proved() -> None:
    """Opening + booked entries = closing."""
    found = events([Ent(500), Ent(-200)])
    assert codes(found) == []
    end = closed(found)
    assert (end.opening, end.closing, end.evidence) == (Money(10_000), Money(10_300), Evidence.PROVED)
    assert (end.computed.count, end.computed.credits, end.computed.debits) == (2, 500, 200)


def test_a_penny_of_difference_is_refused_with_all_figures() -> None:
    """The message says opening, entries, closing and the difference."""
    [issue] = issues(events(Stm([Ent(500)], closing=10_501)))
    assert (issue.code, issue.place) == ("balance-mismatch", "Stmt[1]/Bal[2]")
    assert all(figure in issue.message for figure in ("£100.00", "£5.00", "£105.01", "£0.01"))


def test_a_day_without_movement_is_accepted() -> None:
    """Balances and no entries."""
    found = events(Stm())
    assert codes(found) == []
    assert closed(found).evidence is Evidence.PROVED


def test_overdrawn_balances_have_their_sign_in_the_direction() -> None:
    """Amt is unsigned."""
    found = events(Stm([Ent(-500)], opening=200))
    assert (codes(found), closed(found).closing) == ([], Money(-300))


def test_the_previous_closing_balance_opens_where_there_is_no_opening_one() -> None:
    """OPBD, else PRCD."""
    assert codes(events(Stm([Ent(5)], opening_code="PRCD"))) == []
    both = events(Stm([Ent(5)], balances=balance("PRCD", 1)))
    assert (codes(both), opened(both).opening) == ([], Money(10_000))


@pytest.mark.parametrize(("opening", "closing"), [("OPBD", "CLAV"), ("OPAV", "CLBD"), ("XPCD", "ITBD")])
def test_a_statement_without_its_balances_is_not_enough(opening: str, closing: str) -> None:
    """Available and interim balances prove nothing."""
    assert codes(events(Stm([Ent(5)], opening_code=opening, closing_code=closing))) == ["control-missing"]


def test_two_closing_balances_that_differ_are_refused() -> None:
    """Which one counts cannot be known; the same one twice is no matter."""
    assert codes(events(Stm([Ent(5)], balances=balance("CLBD", 10_006)))) == ["balance-mismatch"]
    assert codes(events(Stm([Ent(5)], balances=balance("CLBD", 10_005)))) == []


def test_a_balance_in_another_currency_is_refused() -> None:
    """It proves nothing about this account."""
    foreign = Stm([Ent(5)], closing_code="CLAV", balances=balance("CLBD", 10_005, "EUR"))
    assert codes(events(foreign)) == ["currency-mismatch"]


def test_a_currency_without_pence_is_not_read() -> None:
    """Yen have no hundredths."""
    text = Doc([Stm([Ent(500)])]).xml().replace("GBP", "JPY")
    assert set(codes(events(text))) == {"bad-field"}


SUMMARY = (
    "<TxsSummry><TtlNtries><NbOfNtries>{count}</NbOfNtries><Sum>{sum}</Sum><TtlNetNtry><Amt>{net}</Amt>"
    "<CdtDbtInd>{mark}</CdtDbtInd></TtlNetNtry></TtlNtries><TtlCdtNtries><NbOfNtries>{credits}</NbOfNtries><Sum>{credit}</Sum>"
    "</TtlCdtNtries><TtlDbtNtries><NbOfNtries>1</NbOfNtries><Sum>7.00</Sum></TtlDbtNtries></TxsSummry>"
)
BOOKED = {"count": "2", "sum": "12.00", "net": "2.00", "mark": "DBIT", "credits": "1", "credit": "5.00"}
ALL = {"count": "3", "sum": "15.00", "net": "1.00", "mark": "CRDT", "credits": "2", "credit": "8.00"}
ROWS = [Ent(500), Ent(-700), Ent(300, status="PDNG")]


@pytest.mark.parametrize("declared", [BOOKED, ALL])
def test_declared_totals_are_of_all_entries_or_of_the_booked_ones(declared: dict[str, str]) -> None:
    """Banks differ in whether pending ones count."""
    found = events(Stm(ROWS, summary=SUMMARY.format(**declared)))
    assert codes(found) == []
    assert (closed(found).computed.count, closed(found).declared.count) == (2, int(declared["count"]))


@pytest.mark.parametrize(
    ("change", "code"),
    [({"count": "4"}, "count-mismatch"), ({"sum": "12.01"}, "total-mismatch"), ({"net": "2.01"}, "total-mismatch"),
     ({"mark": "CRDT"}, "total-mismatch"), ({"credits": "2"}, "count-mismatch"), ({"credit": "5.01"}, "total-mismatch"),
     ({"count": "two"}, "bad-field"), ({"sum": "1E1"}, "bad-amount"), ({"mark": ""}, "missing-field"),
     ({"count": "-2"}, "bad-field")],
)  # fmt: skip
def test_a_declared_total_that_is_wrong_is_refused(change: dict[str, str], code: str) -> None:
    """Every one is checked, whether the balances tie or not."""
    assert codes(events(Stm(ROWS, summary=SUMMARY.format(**{**BOOKED, **change})))) == [code]


def test_version_two_has_its_net_total_elsewhere() -> None:
    """TtlNetNtryAmt and CdtDbtInd below TtlNtries."""
    net = "<TxsSummry><TtlNtries><TtlNetNtryAmt>{}</TtlNetNtryAmt><CdtDbtInd>CRDT</CdtDbtInd></TtlNtries></TxsSummry>"
    assert codes(events(Doc([Stm([Ent(5)], summary=net.format("0.05"))], version=2))) == []
    assert codes(events(Doc([Stm([Ent(5)], summary=net.format("0.06"))], version=2))) == ["total-mismatch"]


@pytest.mark.parametrize(
    ("account", "normal"),
    [
        ("<IBAN>GB29NWBK60161331926819</IBAN>", "60161331926819"),
        ("<IBAN>GB29 NWBK 6016 1331 9268 19</IBAN>", "60161331926819"),
        ("<Othr><Id>20-00-00 12345678</Id></Othr>", "20000012345678"),
        ("<Othr><Id>20 00 00 12345678</Id></Othr>", "20000012345678"),
        ("<IBAN>DE89 3704 0044 0532 0130 00</IBAN>", "DE89370400440532013000"),
        ("<Othr><Id>US-ACCT-0099</Id></Othr>", "US-ACCT-0099"),
    ],
)
def test_an_account_is_sort_code_and_number_or_as_printed(account: str, normal: str) -> None:
    """However the bank prints it."""
    found = events(Stm(account=f"<Acct><Id>{account}</Id><Ccy>GBP</Ccy></Acct>"))
    assert opened(found).account == normal


def test_a_statement_without_account_or_id_is_refused() -> None:
    """Without them, twice could not be told from once."""
    assert codes(events(Stm(account=""))) == ["missing-field"]
    assert codes(events(Stm(id=""))) == ["missing-field"]


@pytest.mark.parametrize(
    ("numbers", "number", "key"),
    [
        ("<Id>S1</Id><ElctrncSeqNb>7</ElctrncSeqNb><LglSeqNb>9</LglSeqNb>", "7", "S1|7|1"),
        ("<Id>S1</Id><LglSeqNb>9</LglSeqNb>", "9", "S1|9|1"),
        ("<Id>S1</Id>", "S1", "S1||1"),
        ("<Id>S1</Id><StmtPgntn><PgNb>3</PgNb><LastPgInd>true</LastPgInd></StmtPgntn>", "S1", "S1||3"),
    ],
)
def test_the_key_is_id_number_and_page(numbers: str, number: str, key: str) -> None:
    """The account is added by whoever keeps the statement."""
    head = opened(events(Stm(id=numbers)))
    assert (head.number, head.key, head.message) == (number, key, "camt.053.001.08")


def test_early_versions_have_their_pages_in_the_message() -> None:
    """GrpHdr/MsgPgntn of versions 2 to 4."""
    header = "<GrpHdr><MsgPgntn><PgNb>2</PgNb><LastPgInd>true</LastPgInd></MsgPgntn></GrpHdr>"
    assert opened(events(Doc([Stm()], version=2, header=header))).key == "S1|7|2"


def page(number: int, last: str, opening: str, closing: str, start: int) -> Stm:
    """Make one page of a statement."""
    numbers = f"<Id>S1</Id><StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{last}</LastPgInd></StmtPgntn>"
    return Stm([Ent(5)], id=numbers, opening_code=opening, closing_code=closing, opening=start)


def test_pages_chain_by_interim_balances() -> None:
    """All but the last close with one, all but the first open with one."""
    pages = [
        page(1, "false", "OPBD", "ITBD", 0),
        page(2, "false", "ITBD", "ITBD", 5),
        page(3, "true", "ITBD", "CLBD", 10),
    ]
    assert codes(events(Doc(pages))) == []


def test_a_missing_page_is_a_gap() -> None:
    """Page 3 does not follow page 1."""
    pages = [page(1, "false", "OPBD", "ITBD", 0), page(3, "true", "ITBD", "CLBD", 10)]
    assert codes(events(Doc(pages))) == ["page-gap"]


@pytest.mark.parametrize("mark", ["CODU", "COPY", "DUPL"])
def test_a_copy_is_marked_and_told(mark: str) -> None:
    """A notice, and the key of the original."""
    found = events(Stm([Ent(5)], id=f"<Id>S1</Id><CpyDplctInd>{mark}</CpyDplctInd>"))
    assert [(issue.code, issue.severity) for issue in issues(found)] == [("copy-or-duplicate", Severity.INFO)]
    assert opened(found).copy is True


def test_statements_of_several_accounts_are_never_merged() -> None:
    """Each is opened, proved and closed by itself."""
    other = "<Acct><Id><Othr><Id>20000087654321</Id></Othr></Id><Ccy>EUR</Ccy></Acct>"
    second = Stm(
        account=other,
        id="<Id>S2</Id>",
        opening_code="XX",
        closing_code="XX",
        balances=balance("OPBD", 1, "EUR"),
    )
    found = events(Doc([Stm([Ent(5)]), second]))
    assert [event.account for event in found if isinstance(event, Opened)] == [
        "20000012345678",
        "20000087654321",
    ]
    assert [event.place for event in found if isinstance(event, Closed)] == ["Stmt[1]", "Stmt[2]"]
    assert codes(found) == ["control-missing"]


def test_sums_beyond_all_money_are_refused() -> None:
    """A hostile file cannot overflow what money is kept in."""
    assert codes(events([Ent(5, amount="9" * 16)] * 6)) == ["limit-exceeded"]
