"""`ims suspense`: a whole story of suspense by commands alone, and what each refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.desk import RENT, TAX, Desk, a_desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Give a new council with ann and bob."""
    return a_desk(tmp_path / "new", monkeypatch)


def an_item(desk: Desk, amount: str = "100.00", key: str = "k", **more: str) -> str:
    given = [part for name, value in more.items() for part in (f"--{name.replace('_', '-')}", value)]
    made = desk.ask("suspense", "create", "--key", key, "--amount", amount, "--method", "14", *given)
    return str(made["lines"][0]["line"])


def test_an_item_is_put_in_found_cleared_in_part_and_undone(desk: Desk) -> None:
    line = an_item(desk, reference="61234567", narrative="J Smith")
    assert an_item(desk, reference="61234567", narrative="J Smith") == line
    (item,) = desk.ask(
        "suspense", "list", "--narrative", "smith", "--reason", "manual", "--amount-from", "100.00"
    )
    assert (item["line"], item["pence"], item["amount_pence"], item["state"]) == (
        line,
        10000,
        10000,
        "untouched",
    )
    assert (item["received_reference"], item["text"], item["mop"]) == ("61234567", "J Smith", "14")
    made = desk.ask("suspense", "clear", f"{line}:25.00", "--to", f"{RENT}:25.00", "--saw", "100.00")
    assert [each["pence"] for each in made["transaction"]["lines"]] == [-2500, 2500]
    page = desk.ask("suspense", "list", "--page", "1", "--size", "1", "--state", "partly")
    assert (page["total_count"], page["total_pence"], page["page"], page["pages"]) == (1, 7500, 1, 1)
    assert page["items"][0]["line"] == line
    shown = desk.ask("suspense", "show", line)
    assert [(each["what"], each["reference"]) for each in shown["draws"]] == [
        ("clearance", made["transaction"]["transaction"])
    ]
    undone = desk.ask("suspense", "undo", made["transaction"]["transaction"], "--reason", "Wrong", by="bob")
    assert [each["pence"] for each in undone["lines"]] == [2500, -2500]
    assert desk.ask("suspense", "list")[0]["pence"] == 10000
    assert desk.laws_hold()


def test_items_offset_each_other_and_take_credit_notes_by_several_words(desk: Desk) -> None:
    one, two = an_item(desk, key="a"), an_item(desk, "50.00", key="b")
    made = desk.ask(
        "suspense", "clear", one, two, "--to", f"{RENT}:50.00", "--to", f"{TAX}:100.00", "--narrative", "x"
    )
    assert [each["pence"] for each in made["transaction"]["lines"]] == [-10000, -5000, 5000, 10000]
    assert "Nothing is in suspense." in desk.said("suspense", "list")
    assert "Nothing fits." in desk.said("suspense", "list", "--reference", "x")
    assert len(desk.ask("suspense", "list", "--state", "cleared")) == 2


def test_above_the_limit_another_person_decides(desk: Desk) -> None:
    line = an_item(desk, "5000.00")
    waits = desk.ask("suspense", "clear", line, "--to", f"{RENT}:5000.00")["proposal"]
    assert (waits["act"], waits["pence"]) == ("clearance", 500000)
    listed = desk.said("proposals", "list", by="bob")
    assert "From item" in listed.replace("\n", " ")
    desk.ask("proposals", "accept", waits["proposal"], by="bob")
    assert desk.ask("suspense", "list") == []
    assert desk.laws_hold()


def test_money_goes_back_to_its_payer(desk: Desk) -> None:
    line = an_item(desk)
    to = ("--payee", "A Payer", "--sort-code", "200000", "--account", "12345678", "--reason", "Not ours")
    asked = desk.ask("suspense", "return", f"{line}:40.00", *to)
    assert (asked["state"], asked["pence"], asked["route"]) == ("proposed", 4000, "payables")
    assert desk.ask("suspense", "show", line)["pence"] == 6000
    assert "is proposed for the same payment" in desk.refused("suspense", "return", line, *to, code=4)
    assert desk.laws_hold()


def test_ages_are_proved_and_marks_notes_and_suggestions_are_shown(desk: Desk) -> None:
    line = an_item(desk, reference="612345674")
    ages = desk.ask("suspense", "ages")
    assert (ages["balance_pence"], ages["total_pence"], ages["proved"]) == (10000, 10000, True)
    assert next((each["name"], each["count"]) for each in ages["bands"]) == ("0-7", 1)
    assert ages["items"][0]["type"] == "staff"
    assert desk.ask("suspense", "mark", line)["by"] == "ann"
    assert desk.ask("suspense", "show", line, by="bob")["working"]["by"] == "ann"
    desk.ask("suspense", "note", line, "Rang the payer")
    assert desk.ask("notes", "list", "suspense", line)[0]["text"] == "Rang the payer"
    (found,) = desk.ask("suspense", "suggest", line)["suggestions"]
    assert (found["fund"], found["account_reference"], found["strength"]) == ("23", "612345674", "strong")


def test_people_read_sentences(desk: Desk) -> None:
    line = an_item(desk, reference="612345674", narrative="J Smith")
    assert "1 item, £100.00 in all." in desk.said("suspense", "list")
    assert "Page 1 of 1." in desk.said("suspense", "list", "--page", "1")
    assert "1. Fund 23, account 612345674 (strong)" in desk.said("suspense", "suggest", line)
    assert "Others see until" in desk.said("suspense", "mark", line)
    assert "Noted on suspense" in desk.said("suspense", "note", line, "x")
    shown = desk.said("suspense", "show", line)
    for words in ("a person put it here", "J Smith", "ann works on it", "£100.00 of £100.00 is left."):
        assert words in shown
    assert "Which is the fund's balance." in desk.said("suspense", "ages")
    moved = desk.said("suspense", "clear", line, "--to", f"{RENT}:100.00")
    assert " of £100.00 is recorded." in moved
    assert "is recorded" in desk.said("suspense", "undo", moved.split()[1], "--reason", "x")
    to = ("--payee", "A", "--sort-code", "200000", "--account", "12345678", "--reason", "x")
    assert "is proposed." in desk.said("suspense", "return", line, *to)
    assert "Nothing says whose" in desk.said("suspense", "suggest", an_item(desk, "1.00", key="other"))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("clear",), 4), (("clear", "{line}", "--to", f"{RENT}:30.00"), 4), (("clear", "{line}:1"), 3),
        (("clear", "{line}", "--to", "SUSP:X:100.00"), 4), (("clear", "{line}", "--to", "23:612345675:100.00"), 3),
        (("clear", "{line}", "--to", "XX:1:100.00"), 3), (("clear", "{line}", "--saw", "1.00", "--to", f"{RENT}:100.00"), 4),
        (("clear", "{line}", "{line}", "--saw", "1.00"), 2), (("clear", "K7MP-2QXW-9TRN_1"), 6),
        (("undo", "K7MP-2QXW-9TRN", "--reason", "x"), 6), (("write-back", "K7MP-2QXW-9TRN_1", "--reason", "x"), 6), (("show", "x"), 6), (("suggest", "x"), 6), (("mark", "x"), 6),
        (("list", "--page", "0"), 3), (("list", "--page", "1", "--size", "501"), 3), (("list", "--file", "x"), 6),
        (("list", "--from", "2026-05-02", "--to", "2026-05-01"), 3), (("ages", "--on", "2999-01-01"), 3),
        (("create", "--key", "k", "--amount", "1.00", "--method", "14"), 4),
        (("create", "--key", "z", "--amount", "1.00", "--method", "??"), 3),
    ],
)  # fmt: skip
def test_what_cannot_be_has_its_exit_code_and_a_sentence(
    desk: Desk, words: tuple[str, ...], code: int
) -> None:
    line = an_item(desk)
    assert desk.refused("suspense", *(word.replace("{line}", line) for word in words), code=code)


def test_who_may_not_is_told_so(desk: Desk) -> None:
    line = an_item(desk)
    desk.employ("reader", "reporting")
    assert "suspense.clear" in desk.refused("suspense", "clear", line, by="reader", code=7)
    assert "suspense.create" in desk.refused(
        "suspense", "create", "--key", "x", "--amount", "1.00", "--method", "14", by="reader", code=7
    )
