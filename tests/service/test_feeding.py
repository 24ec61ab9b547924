"""Feeds: the back office learns of every line once, or is not told for a reason, and both together are the income."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve
from tests.files.writing.test_feeds import TABLE
from tests.service import money_in as at
from tests.service.money_in import item, paid
from tests.service.test_laws import _tamper as tamper

from localgov_ims.domain.feeds import Exclusion, Feed
from localgov_ims.domain.money import Money
from localgov_ims.errors import AlreadyDone, NotFound, RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.feeding import Fed, feed_figures, list_feed_files, send_again, send_feed
from localgov_ims.service.moves.reallocations import reallocate_line
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.payments.finishing import finish_payment
from localgov_ims.service.proofs.control_proofs import prove_fund
from localgov_ims.service.verifying import verify

FEED = Feed(
    name="ctax", funds=("23",), layout=TABLE, mops={"90": "CC", "91": "TL", "JN": "TR", "JR": "TR", "RV": "RV"},
    exclude=(Exclusion(reason="taken by telephone", mop="91"),),
)  # fmt: skip
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


class Kept(dict[str, bytes]):
    def __call__(self, name: str, data: bytes) -> None:
        self[name] = data


def feeding(desk: Installation, **given: object) -> Installation:
    feed = evolve(FEED, **given)
    return evolve(desk, council=evolve(desk.council, feeds={"ctax": feed}))


def details(data: bytes) -> list[str]:
    return [line.decode()[1:] for line in data.splitlines() if line.startswith(b"D")]


@pytest.fixture
def office(desk: Installation) -> Installation:
    return feeding(desk)


def holds(office: Installation) -> bool:
    figures = feed_figures(office, "ctax", *YEAR)
    return figures.proved and all(law.holds for law in verify(office))


def test_each_line_goes_out_once_and_the_files_follow_each_other(office: Installation) -> None:
    kept = Kept()
    paid(office, item(amount="80.00"))
    first = send_feed(office, "ctax", kept)
    paid(office, item(amount="20.00"), theirs="P2")
    second = send_feed(office, "ctax", kept)
    assert [fed.file and fed.file.number for fed in (first, second)] == ["ctax-000001", "ctax-000002"]
    assert [details(data) for data in kept.values()] == [
        ["612345674   00000008000+20260513CC"], ["612345674   00000002000+20260513CC"]
    ]  # fmt: skip
    assert send_feed(office, "ctax", kept) == Fed(feed="ctax", file=None)
    assert [file.total for file in list_feed_files(office, "ctax")] == [Money(80_00), Money(20_00)]
    assert holds(office)


def test_an_empty_day_makes_a_file_where_the_back_office_waits_for_one(desk: Installation) -> None:
    office, kept = feeding(desk, empty=True), Kept()
    made = send_feed(office, "ctax", kept)
    assert made.file is not None
    assert (made.file.sequence, made.file.count) == (1, 0)
    assert len(kept["ctax-000001.txt"].splitlines()) == 2
    assert holds(office)


def test_what_is_not_fed_has_its_reason_and_both_come_to_the_income(office: Installation) -> None:
    paid(office, item(amount="80.00"))
    payment = at.pay(office, item(amount="20.00"), channel=at.Channel.TELEPHONE)
    at.finish_payment(office, at.says(payment, theirs="P2"))
    before = feed_figures(office, "ctax", *YEAR)
    assert (before.income, before.waiting) == (Money(100_00), Money(100_00))
    made = send_feed(office, "ctax", Kept())
    assert (made.file and made.file.count, made.not_fed) == (1, 1)
    figures = feed_figures(office, "ctax", *YEAR)
    assert (figures.fed, figures.not_fed) == (Money(80_00), {"taken by telephone": Money(20_00)})
    assert (figures.income, figures.waiting) == (Money(100_00), Money(0))
    assert holds(office)


def test_a_reversal_takes_back_what_was_told(office: Installation) -> None:
    kept = Kept()
    payment = paid(office, item(amount="80.00"))
    send_feed(office, "ctax", kept)
    reverse_transaction(office, at.receipts(office, payment)[0].reference, reason="cheque returned")
    send_feed(office, "ctax", kept)
    assert [line[11:24] for line in details(kept["ctax-000002.txt"])] == [
        "0000000008000"[:0] + " 00000008000-"
    ]
    assert feed_figures(office, "ctax", *YEAR).fed == Money(0)
    assert holds(office)


def test_money_that_is_moved_is_told_on_both_accounts(office: Installation) -> None:
    kept = Kept()
    payment = paid(office, item(amount="80.00"))
    reallocate_line(office, f"{payment.reference}_1", [item("23", "612345687", "30.00")])
    send_feed(office, "ctax", kept)
    assert sorted((line[:9], line[23], line[-2:]) for line in details(kept["ctax-000001.txt"])) == [
        ("612345674", "+", "CC"), ("612345674", "-", "TR"), ("612345687", "+", "TR"),
    ]  # fmt: skip


def test_a_file_made_again_is_a_copy_of_the_same_bytes(office: Installation) -> None:
    first, again = Kept(), Kept()
    paid(office, item(amount="80.00"))
    send_feed(office, "ctax", first)
    made = send_again(office, "ctax", 1, again)
    assert (made.copy, again) == (True, first)
    assert len(list_feed_files(office, "ctax")) == 1
    with pytest.raises(NotFound, match="has no file 2"):
        send_again(office, "ctax", 2, again)
    with pytest.raises(RuleViolation, match="settings have changed"):
        send_again(feeding(office, mops={**FEED.mops, "90": "XX"}), "ctax", 1, again)


def test_a_line_that_cannot_be_told_stops_the_file_and_nothing_is_recorded(desk: Installation) -> None:
    office, kept = feeding(desk, mops={}), Kept()
    payment = paid(office, item(amount="80.00"))
    with pytest.raises(RuleViolation, match=f"line {payment.reference}_1") as caught:
        send_feed(office, "ctax", kept)
    assert caught.value.code == "feed_has_problems"
    assert not kept
    made = send_feed(feeding(desk), "ctax", kept).file
    assert made is not None
    assert made.sequence == 1


def test_a_file_that_cannot_be_kept_is_not_recorded(office: Installation) -> None:
    paid(office, item(amount="80.00"))

    def full(_: str, __: bytes) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        send_feed(office, "ctax", full)
    assert feed_figures(office, "ctax", *YEAR).waiting == Money(80_00)


def test_two_who_feed_at_once_tell_it_once(office: Installation) -> None:
    paid(office, item(amount="80.00"))

    def send(_: int) -> int:
        try:
            made = send_feed(office, "ctax", Kept())
        except AlreadyDone:
            return 0
        return made.file.count if made.file is not None else 0

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(send, range(3))) == [0, 0, 1]
    assert holds(office)


def test_small_council_feeds_its_council_tax_and_it_adds_up(council_folder: Path) -> None:
    from localgov_ims.bootstrap.installing import open_installation
    from localgov_ims.simulator.running import ACTOR

    office, kept = open_installation(council_folder / "council.toml", by=ACTOR), Kept()
    made = send_feed(office, "council-tax", kept)
    assert made.file is not None
    assert made.file.count > 10
    figures = feed_figures(office, "council-tax", *YEAR)
    assert (figures.proved, figures.waiting, figures.fed) == (True, Money(0), made.file.total)
    assert all(law.holds for law in verify(office))
    tamper(
        council_folder, "UPDATE feed_lines SET pence = pence + 1 WHERE id = (SELECT min(id) FROM feed_lines)"
    )
    broken = verify(office)[4].broken
    assert any("but the back office was told" in sentence for sentence in broken)
    assert any("council-tax, file 1: it says" in sentence for sentence in broken)
    office.store.close()


def test_the_proof_of_a_fund_asks_its_feed_what_was_told(office: Installation) -> None:
    paid(office, item(amount="80.00"))
    payment = at.pay(office, item(amount="5.00"), channel=at.Channel.TELEPHONE)
    finish_payment(office, at.says(payment, theirs="P2"))
    send_feed(office, "ctax", Kept())
    paid(office, item(amount="20.00"), theirs="P3")
    proof = prove_fund(office, fund="23", first_on=YEAR[0], as_at=YEAR[1])
    keys = ("not_fed_ctax", "told_ctax", "waiting_ctax", "fed_ctax_total")
    assert [str(proof.figure(key).amount) for key in keys] == ["5.00", "80.00", "20.00", "105.00"]
    assert proof.figure("fed_ctax_total").given == proof.figure("income").amount
    assert [each.text for each in proof.figure("not_fed_ctax").items] == ["taken by telephone"]
    assert "What feed ctax told" not in proof.unproved
