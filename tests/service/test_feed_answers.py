"""What a back office answers: each line that it did not take is settled in one of three ways, and counted once."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from attrs import evolve
from tests.service.money_in import item, paid
from tests.service.test_feeding import FEED, YEAR, Kept, details, feeding, holds

from localgov_ims.domain.breaks import BreakKind
from localgov_ims.domain.feeds import NEVER_TAKEN
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.stated import About, ListedItem
from localgov_ims.errors import AlreadyDone, ConfigurationError, NotFound, RuleViolation
from localgov_ims.files.writing.feeds import FeedWriter
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.feed_answers import Answered, answer_feed, list_answered
from localgov_ims.service.ledger.feeding import feed_figures, send_again, send_feed
from localgov_ims.service.moves.reallocations import reallocate_line
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.proofs.control_proofs import prove_fund
from localgov_ims.service.proofs.loading_lists import load_items
from localgov_ims.service.proofs.stating import Loaded, end_item
from localgov_ims.service.reconciliation.breaks import list_breaks
from localgov_ims.service.suspense.creating import NewItem, create_item
from localgov_ims.service.verifying import verify
from localgov_ims.storage import feed_answers as stored
from localgov_ims.storage import transactions
from localgov_ims.storage.feed_answers import Said

ANSWER: dict[str, Any] = {
    "kind": "delimited", "encoding": ("utf-8",), "columns": ("file", "row", "result", "why", "amount"),
    "file": "file", "line": "row", "reason": "why", "amount": {"column": "amount", "sign": "as-printed"},
    "status": {"column": "result", "accepted": ("OK",), "rejected": ("NO",)},
}  # fmt: skip
TODAY = date(2026, 5, 20)


@pytest.fixture
def office(desk: Installation) -> Installation:
    """Give a feed that has sent 80.00 and 20.00 in its first file."""
    office = feeding(desk, answer=ANSWER)
    paid(office, item(amount="80.00"))
    paid(office, item(amount="20.00"), theirs="P2")
    send_feed(office, "ctax", Kept())
    return office


def answer(office: Installation, *rows: str, **given: Any) -> Answered:
    data = "\n".join(("file,row,result,why,amount", *rows)).encode()
    return answer_feed(office, "ctax", data, source="answer.csv", **given)


def half_rejected(office: Installation) -> ListedItem:
    said = answer(office, "1,1,NO,account closed,80.00", "1,2,OK,,20.00")
    (rejected,) = said.rejected
    return rejected


def ended(office: Installation, rejected: UUID, outcome: str) -> None:
    end_item(office, rejected, outcome=outcome, reason="as agreed", ended_on=TODAY)


def breaks(office: Installation) -> list[str]:
    return [each.found.message for each in list_breaks(office) if each.found.kind is BreakKind.REJECTED_LINE]


def rejected_in_proof(office: Installation) -> str:
    proof = prove_fund(office, fund="23", first_on=YEAR[0], as_at=YEAR[1])
    return str(proof.figure("rejected").amount)


def test_a_rejected_line_is_somebodys_work_until_it_was_sent_again_once_and_taken(
    office: Installation,
) -> None:
    rejected = half_rejected(office)
    assert (rejected.amount, rejected.note, rejected.subject) == (Money(80_00), "account closed", "23")
    assert ["account closed" in each for each in breaks(office)] == [True]
    assert list_answered(office, "ctax") == {"ctax-000001": Said(accepted=1, rejected=1)}
    assert rejected_in_proof(office) == "80.00"
    kept = Kept()
    assert send_feed(office, "ctax", kept).file is None
    ended(office, rejected.id, "sent_again")
    made = send_feed(office, "ctax", kept)
    assert (made.again, made.file and made.file.total) == (1, Money(80_00))
    assert details(kept["ctax-000002.txt"]) == ["612345674   00000008000+20260513CC"]
    assert send_feed(office, "ctax", kept).file is None
    again = Kept()
    send_again(office, "ctax", 2, again)
    assert again["ctax-000002.txt"] == kept["ctax-000002.txt"]
    assert feed_figures(office, "ctax", *YEAR).fed == Money(100_00)
    assert answer(office, "2,1,OK,,80.00").rejected == ()
    assert (breaks(office), rejected_in_proof(office)) == ([], "0.00")
    assert holds(office)


def a_list(office: Installation, *rows: str) -> Loaded:
    data = "\n".join(("day,reference,amount", *rows)).encode()
    return load_items(
        office, io.BytesIO(data), about=About.FUND, subject="23", what="rejected", source="Response file 42"
    )


def test_a_list_of_the_rejected_does_not_double_what_an_answer_named(office: Installation) -> None:
    rejected = half_rejected(office)
    row = f"{rejected.day},{rejected.reference},80.00"
    said = a_list(
        office, row, f"{rejected.day},{rejected.reference},20.00", f"{rejected.day},612345674,30.00"
    )
    assert (said.added, said.seen) == (2, 1)
    (issue,) = a_list(office, row, f"{rejected.day},612345674,80.00").issues
    assert (issue.place, issue.field) == ("row 2, line 3", "reference")
    assert f"named line {rejected.reference} of this account" in issue.message
    assert len(breaks(office)) == 3
    ended(office, rejected.id, "sent_again")
    assert a_list(office, row).seen == 1


def test_of_two_who_end_an_item_at_once_one_does_and_the_other_is_told_how_it_ended(
    office: Installation,
) -> None:
    rejected, both = half_rejected(office), threading.Barrier(2)

    def end(outcome: str) -> str:
        both.wait()
        try:
            ended(office, rejected.id, outcome)
        except AlreadyDone as error:
            return f"{error.code}: {error.message}"
        return outcome

    with ThreadPoolExecutor(2) as pool:
        told = [done.result() for done in [pool.submit(end, each) for each in ("sent_again", "mistaken")]]
    (won,) = (each for each in told if ":" not in each)
    (beaten,) = (each for each in told if ":" in each)
    assert beaten == f"item_ended: It ended on 20 May 2026 as {won}, by tester."


def test_a_line_that_is_rejected_again_is_work_again(office: Installation) -> None:
    ended(office, half_rejected(office).id, "sent_again")
    send_feed(office, "ctax", Kept())
    (second,) = answer(office, "2,1,NO,still closed,80.00").rejected
    assert "still closed" in breaks(office)[0]
    ended(office, second.id, "sent_again")
    assert send_feed(office, "ctax", Kept()).again == 1
    assert holds(office)


def test_money_that_was_transferred_elsewhere_is_not_taken_from_an_account_that_never_had_it(
    office: Installation,
) -> None:
    rejected = half_rejected(office)
    with pytest.raises(RuleViolation, match=r"£80\.00 of line .* is still where"):
        ended(office, rejected.id, "transferred")
    reallocate_line(office, rejected.reference, [item("23", "612345687", "80.00")])
    kept = Kept()
    made = send_feed(office, "ctax", kept)
    assert (details(kept["ctax-000002.txt"]), made.not_fed) == (["612345687   00000008000+20260513TR"], 1)
    with pytest.raises(RuleViolation, match="sent again it would be there twice"):
        ended(office, rejected.id, "sent_again")
    ended(office, rejected.id, "transferred")
    figures = feed_figures(office, "ctax", *YEAR)
    assert (figures.income, figures.fed, figures.not_fed) == (
        Money(100_00), Money(180_00), {NEVER_TAKEN: Money(-80_00)}
    )  # fmt: skip
    assert (breaks(office), rejected_in_proof(office)) == ([], "0.00")
    assert holds(office)


def test_an_answer_that_was_a_mistake_leaves_the_line_told(office: Installation) -> None:
    rejected = half_rejected(office)
    ended(office, rejected.id, "mistaken")
    reallocate_line(office, rejected.reference, [item("23", "612345687", "30.00")])
    assert send_feed(office, "ctax", Kept()).not_fed == 0
    assert holds(office)


def test_half_an_answer_leaves_the_rest_open_and_the_same_one_twice_is_once(office: Installation) -> None:
    assert answer(office, "ctax-000001,2,OK,,20.00").open == 1
    again = answer(office, "ctax-000001,2,OK,,20.00")
    assert (again.seen, again.open, again.accepted) == (True, 1, 0)
    whole = answer(office, "1,1,OK,,80.00", "1,2,OK,,20.00")
    assert (whole.accepted, whole.open) == (1, 0)
    assert list_answered(office, "ctax") == {"ctax-000001": Said(accepted=2)}
    assert holds(office)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1,3,OK,,5.00", "row 1, line 2 3: The file has no such line; it has 2"),
        ("1,1,OK,,81.00", "row 1, line 2 81.00: Line 1 was sent with £80.00"),
        ("7,1,OK,,80.00", "row 1, line 2 7: Feed ctax has no such file"),
        ("1,1,MAYBE,,80.00", "row 1, line 2 MAYBE: The profile knows OK, NO"),
        ("1,x,OK,,80.00", "row 1, line 2 x: It must be the number"),
        ("1,1,OK,,80.00\n1,1,NO,,80.00", "row 2, line 3 1: Line 1 of the file is answered at row 1, line 2 already"),
        ("1,1,OK,,80.00\n7,2,NO,,20.00", "row 2, line 3 7: Feed ctax has no such file"),
    ],
)  # fmt: skip
def test_an_answer_to_something_else_is_refused_with_place_and_value(
    office: Installation, row: str, said: str
) -> None:
    found = [f"{issue.place} {issue.value}: {issue.message}" for issue in answer(office, row).issues]
    assert said in "\n".join(found)
    assert (list_answered(office, "ctax"), breaks(office)) == ({}, [])


def test_a_line_cannot_be_taken_after_it_was_rejected_by_another_answer(office: Installation) -> None:
    half_rejected(office)
    (issue,) = answer(office, "1,1,OK,sorry,80.00").issues
    assert "Line 1 was rejected by answer 1" in issue.message


def test_an_answer_that_says_it_is_complete_must_name_each_line(desk: Installation) -> None:
    office = feeding(desk, answer={**ANSWER, "rest": "refuse"})
    paid(office, item(amount="80.00"))
    paid(office, item(amount="20.00"), theirs="P2")
    send_feed(office, "ctax", Kept())
    (issue,) = answer(office, "1,1,OK,,80.00").issues
    assert (issue.code, issue.message) == (
        "count-mismatch",
        "1 of 2 lines are not answered, £20.00 together: 2.",
    )
    assert answer(office, "1,1,OK,,80.00", "1,2,OK,,20.00").open == 0


def test_a_list_of_rejections_takes_the_rest_where_the_profile_says_so(desk: Installation) -> None:
    table = {key: value for key, value in ANSWER.items() if key not in {"file", "status"}}
    office = feeding(desk, answer={**table, "rest": "accepted"})
    paid(office, item(amount="80.00"))
    paid(office, item(amount="20.00"), theirs="P2")
    send_feed(office, "ctax", Kept())
    assert "say which with --sequence" in answer(office, ",2,,closed,20.00").issues[0].message
    said = answer(office, ",2,,closed,20.00", sequence=1)
    assert (said.accepted, [each.amount for each in said.rejected]) == (1, [Money(20_00)])
    with pytest.raises(NotFound, match="has no file 9"):
        answer(office, ",2,,closed,20.00", sequence=9)


def test_a_feed_without_a_profile_of_answers_has_none_to_read(desk: Installation) -> None:
    with pytest.raises(ConfigurationError, match=r"\[feeds\.ctax\.answer\]"):
        answer(feeding(desk))


def test_a_line_sent_again_names_the_file_that_had_it_first(office: Installation) -> None:
    layout = {
        **FEED.layout,
        "field": [*FEED.layout["field"], {"name": "first", "from": "line.first_file", "width": 12}],
    }
    FeedWriter.of(layout, FEED.mops)
    ended(office, half_rejected(office).id, "sent_again")
    kept = Kept()
    named = evolve(
        office,
        council=evolve(office.council, feeds={"ctax": evolve(office.council.feeds["ctax"], layout=layout)}),
    )
    send_feed(named, "ctax", kept)
    assert details(kept["ctax-000002.txt"])[0].endswith("ctax-000001 ")


def test_money_that_went_to_suspense_is_settled_there(office: Installation) -> None:
    rejected = half_rejected(office)
    own = sa.select(transactions.transactions.c.reference).join(
        transactions.lines, transactions.lines.c.transaction == transactions.transactions.c.id
    )
    with office.store.reading() as connection:
        receipt = connection.execute(
            own.where(transactions.lines.c.reference == rejected.reference)
        ).scalar_one()
    reverse_transaction(office, receipt, reason="not taken by the back office")
    create_item(office, NewItem(key="K", amount=rejected.amount, mop="90"))
    assert send_feed(office, "ctax", Kept()).file is None
    ended(office, rejected.id, "suspense")
    assert (breaks(office), feed_figures(office, "ctax", *YEAR).income) == ([], Money(20_00))
    assert holds(office)


def test_a_line_sent_again_without_a_word_and_an_answer_to_no_line_are_found(office: Installation) -> None:
    half_rejected(office)
    with office.unit("tamper") as unit:
        said = unit.connection.execute(sa.select(stored.lines).where(stored.lines.c.item.is_not(None))).one()
        unit.record(stored.resends, [(new_id(), said.id, said.file, 3, said.line, 81_00)])
        unit.record(stored.lines, [(new_id(), said.answer, said.file, 9, said.line, None)])
        unit.commit()
    broken = "\n".join(verify(office)[4].broken)
    for sentence in (
        "it was sent again, but not in a later file", "it was sent again with £81.00, and is £80.00",
        "a back office answered to it, but its file does not have it there", "it says 1 lines taken and 1 not",
        "it says 2 lines of £100.00, but its lines are 3 of £181.00",
    ):  # fmt: skip
        assert sentence in broken
