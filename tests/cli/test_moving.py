"""`ims transfers`, `ims lines`, `ims reverse` and `ims proposals`; and a whole story by commands alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli.desk import RENT, TAX, Desk, a_desk

from localgov_ims.domain.calendar import local_day

OTHER = "23:612345687"

TODAY = local_day(datetime.now(UTC)).isoformat()
"""Commands know no other clock than the machine's."""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Give a new council with ann and bob."""
    return a_desk(tmp_path / "new", monkeypatch)


def test_a_transfer_sums_to_nothing_and_keeps_its_day(desk: Desk) -> None:
    made = desk.ask(
        "transfers", "record", "--from", f"{RENT}:100.00", "--to", f"{TAX}:60.00", "--to", "2R:FP20000050:40.00",
        "--on", "2026-05-13", "--narrative", "Wrong account",
    )  # fmt: skip
    assert (made["recorded"], made["proposal"]) == (True, None)
    transaction = made["transaction"]
    assert [line["pence"] for line in transaction["lines"]] == [-10000, 6000, 4000]
    assert {line["narrative"] for line in transaction["lines"]} == {"Wrong account"}
    assert (transaction["pence"], transaction["taken_on"]) == (0, "2026-05-13")
    assert desk.laws_hold()


def test_a_pair_of_a_transfer_is_taken_back_alone(desk: Desk) -> None:
    made = desk.ask(
        "transfers", "record", "--from", f"{RENT}:10.00", "--from", f"{TAX}:20.00", "--to", f"{OTHER}:10.00",
        "--to", "2R:FP20000050:20.00",
    )["transaction"]  # fmt: skip
    assert [line["pair"] for line in made["lines"]] == [1, 2, 1, 2]
    undone = desk.ask("reverse", made["transaction"], "--pair", "2", "--reason", "Wrong penalty")
    assert [line["pence"] for line in undone["lines"]] == [2000, -2000]
    assert "taken back already" in desk.refused(
        "reverse", made["transaction"], "--pair", "2", "--reason", "x", code=4
    )
    assert "has no pair 3" in desk.refused(
        "reverse", made["transaction"], "--pair", "3", "--reason", "x", code=4
    )
    assert desk.laws_hold()


def test_a_part_of_a_line_is_moved_and_moved_back(desk: Desk) -> None:
    line = f"{desk.paid(f'{TAX}:80.00')}_1"
    made = desk.ask("lines", "reallocate", line.lower(), "--to", f"{RENT}:25.00")["transaction"]
    assert [(each["fund"], each["pence"]) for each in made["lines"]] == [("05", 2500), ("23", -2500)]
    shown = desk.ask("lines", "show", line)
    assert (shown["pence"], shown["left_pence"]) == (8000, 5500)
    assert [(d["number"], d["what"], d["reference"], d["by"]) for d in shown["draws"]] == [
        (1, "reallocation", made["transaction"], "ann")
    ]
    undone = desk.ask("reverse", made["transaction"], "--reason", "Wrong tenant", by="bob")
    shown = desk.ask("lines", "show", line)
    assert shown["left_pence"] == 8000
    assert [(d["what"], d["pence"], d["taken_pence"], d["reference"], d["by"]) for d in shown["draws"]] == [
        ("reallocation", 2500, 2500, made["transaction"], "ann"), ("reversal", -2500, 0, undone["transaction"], "bob"),
    ]  # fmt: skip
    assert desk.laws_hold()


def test_above_the_limit_another_person_decides(desk: Desk) -> None:
    line = f"{desk.paid(f'{TAX}:5000.00')}_1"
    waiting = desk.ask("lines", "reallocate", line, "--to", f"{RENT}:2000.00")
    assert (waiting["recorded"], waiting["transaction"]) == (False, None)
    proposal = waiting["proposal"]
    assert (proposal["act"], proposal["pence"], proposal["accepted"]) == ("reallocation", 200000, None)
    assert desk.ask("lines", "show", line)["left_pence"] == 300000
    assert [p["proposal"] for p in desk.ask("proposals", "list", by="bob")] == [proposal["proposal"]]
    assert "somebody else must authorise" in desk.refused("proposals", "accept", proposal["proposal"], code=4)
    done = desk.ask("proposals", "accept", proposal["proposal"].lower(), by="bob")
    assert (done["accepted"], done["decided_by"]) == (True, "bob")
    assert desk.ask("proposals", "list") == []
    kinds = [(d["what"], d["pence"]) for d in desk.ask("lines", "show", line)["draws"]]
    assert kinds == [("proposal", 200000), ("proposal", -200000), ("reallocation", 200000)]
    again = desk.ask("transfers", "record", "--from", f"{TAX}:1500.00", "--to", f"{RENT}:1500.00")["proposal"]
    assert again["pence"] == 150000
    assert desk.ask("proposals", "turn-down", again["proposal"], by="bob")["accepted"] is False
    assert "turned down by bob" in desk.refused("proposals", "accept", again["proposal"], by="bob", code=4)
    assert desk.laws_hold()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("transfers", "record", "--from", f"{TAX}:1.00"), 2),
        (("transfers", "record", "--from", f"{TAX}:1.00", "--to", f"{RENT}:2.00"), 4),
        (("transfers", "record", "--from", f"{TAX}:1", "--to", f"{RENT}:1"), 3),
        (("transfers", "record", "--from", "23:A:B:1", "--to", f"{RENT}:1.00"), 3),
        (("transfers", "record", "--from", f"{TAX}:1.00", "--to", "SUSP:X:1.00"), 3),
        (("lines", "show", "K7MP-2QXW-9TRN_1"), 6), (("lines", "show", "{payment}"), 6),
        (("lines", "reallocate", "{payment}_1", "--to", f"{RENT}:120.01"), 4), (("lines", "reallocate", "{payment}_1"), 2),
        (("reverse", "{payment}", "--reason", "x"), 6), (("reverse", "{receipt}"), 2), (("reverse", "{receipt}", "--reason", " "), 4),
        (("proposals", "accept", "K7MP-2QXW-9TRN"), 6), (("proposals", "accept", "K7MP"), 3),
    ],
)  # fmt: skip
def test_what_cannot_be_has_its_exit_code_and_a_sentence(
    desk: Desk, words: tuple[str, ...], code: int
) -> None:
    payment = desk.paid()
    receipt = desk.ask("payments", "show", payment)["receipts"][0]["transaction"]
    assert desk.refused(
        *(word.replace("{payment}", payment).replace("{receipt}", receipt) for word in words), code=code
    )


def test_a_line_of_another_fund_is_not_shown_or_moved(desk: Desk) -> None:
    desk.employ("rents", "income-officer", groups=("housing",))
    line = f"{desk.paid()}_1"
    for words in (("show", line), ("reallocate", line, "--to", f"{RENT}:1.00")):
        assert "fund 23" in desk.refused("lines", *words, by="rents", code=7)


def test_people_read_sentences(desk: Desk) -> None:
    assert "Nothing waits for another person." in desk.said("proposals", "list")
    line = f"{desk.paid(f'{TAX}:80.00')}_1"
    moved = desk.said("lines", "reallocate", line, "--to", f"{RENT}:25.00")
    assert " of £25.00 is recorded." in moved
    shown = desk.said("lines", "show", line)
    assert "Reallocation " in shown
    assert "made by ann on" in shown
    assert "£55.00 of £80.00 is left." in shown
    assert "is recorded" in desk.said("reverse", moved.split()[1], "--reason", "Wrong tenant")
    waits = desk.said("transfers", "record", "--from", f"{TAX}:2000.00", "--to", f"{RENT}:2000.00")
    assert "£2,000.00 is above what one person may move" in waits
    listed = desk.said("proposals", "list")
    assert "From Council tax, account 612345674" in listed
    reference = waits.split("`ims proposals accept ")[1].rstrip("`\n")
    assert "is accepted and recorded." in desk.said("proposals", "accept", reference, by="bob")


def moved_to(desk: Desk, line: str, target: str) -> str:
    """Move a part of a line, and return the reference of what was recorded."""
    return str(desk.ask("lines", "reallocate", line, "--to", target)["transaction"]["transaction"])


def test_a_whole_story_by_commands_alone(desk: Desk) -> None:
    taken = desk.ask(
        "payments", "take", "--item", f"{TAX}:120.00", "--item", "2R:FP20000050:5.50", "--channel", "counter"
    )
    payment = taken["payment"]
    desk.ask(
        "payments",
        "settle",
        payment,
        "--said",
        "authorised",
        "--paid",
        "125.50",
        "--provider-reference",
        "P1",
    )
    refund = desk.ask(
        "refunds", "ask", f"{payment}_1:20.00", "--reason", "Paid twice", "--payables", "--payee", "A Payer", "--sort-code",
        "200000", "--account", "12345678", "--evidence", "Bank letter",
    )["refund"]  # fmt: skip
    desk.ask("refunds", "authorise", refund, by="bob")
    desk.ask("refunds", "confirm", refund, "paid", "--on", TODAY, by="bob")
    moved = moved_to(desk, f"{payment}_1", f"{RENT}:25.00")
    undone = desk.ask("reverse", moved, "--reason", "Wrong tenant", by="bob")["transaction"]
    again = moved_to(desk, f"{payment}_1", f"{OTHER}:30.00")
    assert desk.ask("lines", "show", f"{payment}_1")["left_pence"] == 7000

    (story,) = desk.ask("explain", payment)
    said = " ".join(story["sentences"])
    assert story["kind"] == "payment"
    assert "ann asked for £125.50" in said
    assert "(P1) it was said that it succeeded, £125.50 paid: recorded by ann" in said
    assert "asked for by ann" in said
    assert "authorised by bob" in said
    assert story["sentences"][-1] == (
        "What stands: the payment is succeeded. Of £125.50 that was recorded: £20.00 was refunded; £30.00 was moved or "
        "paid back otherwise, or waits to be; £75.50 is left where it was put."
    )
    for identifier in (*story["leads_to"], refund, moved, undone, again):
        for found in desk.ask("explain", identifier):
            assert found["sentences"]
    (line,) = desk.ask("explain", f"{payment}_1")
    assert [sentence.partition(".")[0] for sentence in line["sentences"][1:-1]] == ["1", "2", "3", "4"]
    assert line["sentences"][-1] == "What stands: £70.00 of it is left where it was put."
    assert desk.laws_hold()


def test_a_small_item_of_clearing_is_written_off_by_two_people_and_comes_back(desk: Desk) -> None:
    desk.paid(f"{TAX}:0.97")
    clearing = desk.ask("report", "clearing", "--on", "2030-01-01")
    (item,) = {i["text"] for s in clearing["sections"] for f in s["figures"] for i in f.get("items", ())}
    asked = desk.ask("write-offs", "add", item, "--reason", "Kept by the provider")
    assert (asked["recorded"], asked["proposal"]["act"]) == (False, "write_off")
    assert "Kept by the provider" in desk.said("proposals", "list")
    desk.said("proposals", "accept", asked["proposal"]["proposal"], by="bob")
    days = ("--from", TODAY, "--to", TODAY)
    assert "1 write-off; -£0.97 stands." in desk.said("write-offs", "list", *days)
    (made,) = desk.ask("write-offs", "list", *days)
    desk.said("reverse", made["transaction"], "--reason", "The money came")
    assert [each["undone"] for each in desk.ask("write-offs", "list", *days)] == [True]
    assert desk.laws_hold()
