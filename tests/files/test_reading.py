"""Choosing a reader, and reading a file whole."""

import io
import itertools
import tracemalloc

import pytest
from attrs import evolve, field, frozen

from localgov_ims.domain.issues import Issue, notice
from localgov_ims.domain.money import Money
from localgov_ims.domain.settlements import SettlementKind, SettlementLine
from localgov_ims.domain.statements import Evidence
from localgov_ims.files.events import NO_TOTALS, Closed, Opened, Yields
from localgov_ims.files.limits import Refused
from localgov_ims.files.readers import API_VERSION, HEAD_BYTES, Options
from localgov_ims.files.reading import KEPT_ISSUES, choose, events, read

OPENED = Opened(account="1", place="begin")
CLOSED = Closed(computed=NO_TOTALS, evidence=Evidence.UNPROVED, place="end")
FAULT = Issue(code="bad-amount", place="row 1", message="No amount.")


@frozen
class Fake:
    """A reader that gives what it was made with."""

    given: tuple = ()
    name: str = "fake"
    knows: bytes = b"fake"
    requires: Evidence = Evidence.UNPROVED
    api_version: tuple[int, int] = API_VERSION
    yields: Yields = Yields.SETTLEMENT
    options: type[Options] = Options
    seen: list[bytes] = field(factory=list)

    def recognise(self, head):
        self.seen.append(head)
        return head.startswith(self.knows)

    def read(self, stream, options):
        del stream, options
        return iter(self.given)


def row(identifier: str, place: str = "row 1") -> SettlementLine:
    return SettlementLine(
        position=1,
        identifier=identifier,
        kind=SettlementKind.PAYMENT,
        amount=Money(1),
        fee=Money(0),
        net=Money(1),
        place=place,
    )


def whole(*given: object, **changes: object):
    return read([Fake(**{"given": given} | changes)], io.BytesIO(b"fake"))


def codes(file) -> list[list[str]]:
    return [[issue.code for issue in entry.issues] for entry in file.entries]


def test_the_only_reader_that_knows_the_file_is_chosen_and_the_stream_left_at_its_start():
    stream = io.BytesIO(b"fake" + b"x" * HEAD_BYTES)
    fits = Fake()
    assert choose([Fake(name="other", knows=b"no"), fits], stream) is fits
    assert fits.seen == [(b"fake" + b"x" * HEAD_BYTES)[:HEAD_BYTES]]
    assert stream.tell() == 0


@pytest.mark.parametrize(
    ("readers", "data", "named", "code"),
    [
        ([Fake()], b"", None, "truncated"),
        ([Fake()], b"<html>", None, "unknown-message"),
        ([], b"fake", None, "unknown-message"),
        ([Fake(), Fake(name="b")], b"fake", None, "ambiguous-format"),
        ([Fake()], b"fake", "camt053", "unknown-message"),
    ],
)
def test_a_file_that_no_one_reader_fits_is_refused_as_an_entry(readers, data, named, code):
    file = read(readers, io.BytesIO(data), named)
    assert codes(file) == [[code]]
    assert not file.accepted
    assert (file.entries[0].format, file.entries[0].kind) == (named, None)


def test_rivals_are_named():
    with pytest.raises(Refused, match="More than one format fits this file: a, b"):
        choose([Fake(name="a"), Fake(name="b")], io.BytesIO(b"fake"))


def test_a_named_reader_is_not_asked():
    named = Fake(knows=b"no")
    assert choose([named, Fake(name="b")], io.BytesIO(b"fake"), "fake") is named
    assert named.seen == []


def test_a_clean_file_is_accepted_with_an_entry_for_each_statement():
    file = whole(OPENED, row("a"), CLOSED, OPENED, CLOSED)
    assert file.accepted
    assert [(entry.format, entry.kind, entry.opened, entry.closed) for entry in file.entries] == [
        ("fake", "settlement", OPENED, CLOSED)
    ] * 2


def test_one_faulty_entry_refuses_the_file_and_has_the_issue():
    file = whole(OPENED, CLOSED, OPENED, FAULT, CLOSED)
    assert codes(file) == [[], ["bad-amount"]]
    assert not file.accepted


def test_an_issue_after_the_last_entry_makes_one_of_its_own():
    assert codes(whole(OPENED, CLOSED, FAULT)) == [[], ["bad-amount"]]


def test_a_notice_refuses_nothing():
    file = whole(OPENED, notice("copy-or-duplicate", "begin", "A copy."), CLOSED)
    assert codes(file) == [["copy-or-duplicate"]]
    assert file.accepted


def test_what_is_opened_and_not_closed_is_truncated():
    file = whole(OPENED, row("a"))
    assert codes(file) == [["truncated"]]
    assert file.entries[0].opened == OPENED


def test_an_end_that_an_issue_explains_is_not_truncated_too():
    assert codes(whole(OPENED, FAULT)) == [["bad-amount"]]


def test_a_file_of_nothing_is_never_zero_entries():
    file = whole()
    assert codes(file) == [["missing-field"]]
    assert not file.accepted


def test_less_evidence_than_the_format_requires_is_control_missing_and_names_what_is_absent():
    (issue,) = [
        event
        for event in events(Fake((OPENED, CLOSED), requires=Evidence.PROVED), io.BytesIO())
        if isinstance(event, Issue)
    ]
    assert (issue.code, issue.field) == ("control-missing", "opening/closing")


def test_missing_evidence_is_not_reported_beside_the_fault_that_took_it():
    assert codes(whole(OPENED, FAULT, CLOSED, requires=Evidence.PROVED)) == [["bad-amount"]]


def test_an_identifier_that_stands_twice_in_the_file_is_found_with_both_places():
    file = whole(OPENED, row("a", "row 1"), row("b", "row 2"), CLOSED, OPENED, row("a", "row 3"), CLOSED)
    assert codes(file) == [[], ["duplicate-id"]]
    message = file.entries[1].issues[0].message
    assert "row 1" in message
    assert "row 3" in message


def test_an_identifier_is_one_accounts_own():
    other = evolve(OPENED, account="2")
    assert codes(whole(OPENED, row("a", "row 1"), CLOSED, other, row("a", "row 2"), CLOSED)) == [[], []]


def test_an_identifier_is_found_again_however_far_apart_the_two_stand():
    rows = [row(str(number), f"row {number}") for number in range(5_000)]
    file = whole(OPENED, *rows, row("0", "row 5000"), CLOSED)
    assert [(issue.code, issue.place) for issue in file.entries[0].issues] == [("duplicate-id", "row 5000")]
    assert "at row 0 and" in file.entries[0].issues[0].message


def test_what_must_be_unique_takes_no_memory_for_each_row():
    def peak(rows: int) -> int:
        made = (row(f"identifier {number}", f"row {number}") for number in range(rows))
        given = itertools.chain([OPENED], made, [CLOSED])
        tracemalloc.start()
        assert whole(given=given).accepted
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(20_000) - peak(5_000) < 100_000


def test_the_first_issues_are_kept_and_a_fault_that_stops_is_never_lost_among_notices():
    notices = [notice("no-namespace", f"line {n}", "None.") for n in range(KEPT_ISSUES + 5)]
    file = whole(OPENED, *notices, FAULT, FAULT, CLOSED)
    assert len(file.entries[0].issues) == KEPT_ISSUES + 1
    assert not file.accepted
