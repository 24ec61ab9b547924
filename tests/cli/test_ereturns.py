"""`ims ereturns` and `ims deposits` as people and scripts call them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.desk import Desk, a_desk

ACCOUNT = "612345674"

TOML = f"""
slip = "500001"
bag_number = "BAG1"
over_short = "0.50"
over_short_reason = "Found in the drawer"

[[lines]]
row = 1
amount = "154.50"
account_reference = "{ACCOUNT}"

[[lines]]
row = 2
amount = "0.00"

[cash]
"£20" = "100.00"
"10" = 4
"£5" = {{ count = 3, value = "15.00" }}
"""

CARD = {
    "lines": [{"row": 1, "amount": "100.00", "account_reference": ACCOUNT}],
    "card": {
        "merchant": "M1", "terminal": "T1", "z_report": "0041", "z_on": "2026-05-12", "z_total": "100.00",
        "schemes": [{"name": "Visa", "sales_count": 3, "sales": "120.00", "refunds_count": 1, "refunds": "20.00"}],
    },
}  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Give a new council with ann and bob, and a clerk of the town hall."""
    made = a_desk(tmp_path / "new", monkeypatch)
    asked = made.ask("users", "add", "clerk", "--role", "ereturns", "--office", "01")
    made.ask("users", "decide", asked["grant"], "--accept", by="bob")
    return made


def start(desk: Desk, kind: str = "cash") -> str:
    return str(desk.ask("ereturns", "start", "town-hall", kind, by="clerk")["ereturn"])


def file(desk: Desk, text: str, name: str = "return.toml") -> Path:
    path = desk.config.parent / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_office_pays_in_and_another_person_approves(desk: Desk) -> None:
    number = start(desk)
    assert number == "R1"
    saved = desk.ask("ereturns", "save", number, file(desk, TOML), by="clerk")
    assert (saved["state"], saved["total_pence"], saved["analysis_pence"]) == ("in_progress", 15500, 15500)
    assert [line["pence"] for line in saved["lines"]] == [15450, 0]
    assert desk.ask("ereturns", "submit", number, by="clerk")["state"] == "submitted"
    assert "same" not in desk.refused("ereturns", "approve", number, by="clerk", code=7)
    (done,) = desk.ask("ereturns", "approve", number)
    assert (done["state"], done["deposit"]["pence"], done["deposit"]["bag_number"]) == (
        "approved",
        15500,
        "BAG1",
    )
    (expected,) = desk.ask("deposits")
    assert (expected["pence"], expected["age_days"], expected["came"]) == (15500, 0, False)
    assert "slip 500001, bag BAG1" in desk.said("deposits")
    assert desk.ask("search", "--caller-reference", "R1")["rows"]
    assert desk.laws_hold()


def test_a_return_reads_like_a_paying_in_return(desk: Desk) -> None:
    number = start(desk)
    desk.said("ereturns", "submit", number, file(desk, TOML), by="clerk")
    desk.said("ereturns", "send-back", number, "--note", "Count the fives again")
    desk.said("ereturns", "submit", number, by="clerk")
    desk.said("ereturns", "note", number, "Counted twice", by="clerk")
    desk.said("ereturns", "approve", number)
    shown = desk.said("ereturns", "show", number)
    for wanted in (
        "Paying-in return R1: approved", "Town Hall (01), town-hall, cash", "Paying-in slip 500001", "Bag BAG1",
        "Council tax at the counter", ACCOUNT, "£154.50", "£20", "£100.00", "In all", "£155.00",
        "Over by £0.50: Found in the drawer", "To pay in: £155.00", "Started by clerk", "Submitted by clerk",
        "Sent back by ann", "Count the fives again", "Approved by ann", "Receipt ", "Expected from",
        "Note by clerk", "Counted twice",
    ):  # fmt: skip
        assert wanted in shown
    assert "R1" in desk.said("ereturns", "list", "--state", "approved")
    assert "no eReturns" in desk.said("ereturns", "list", "--state", "new")


def test_a_card_return_shows_its_z_report(desk: Desk) -> None:
    number = start(desk, "card")
    text = json.dumps(CARD)
    saved = desk.ask("ereturns", "submit", number, file(desk, text, "return.json"), by="clerk")
    assert saved["card"]["z_total_pence"] == 10000
    shown = desk.said("ereturns", "show", number)
    assert "Merchant M1, terminal T1, Z-report 0041 of 12 May 2026" in shown
    assert "Z-total" in shown
    (done,) = desk.ask("ereturns", "approve", number)
    assert done["deposit"]["terminal"] == "T1"
    assert "terminal T1, Z-report 0041" in desk.said("deposits")


def test_lines_and_counts_can_be_given_one_by_one(desk: Desk) -> None:
    number = start(desk)
    saved = desk.ask(
        "ereturns", "submit", number, "--line", f"1:20.50:{ACCOUNT}", "--value", "£20=20.00", "--count", "50p=1",
        "--bag", "BAG7", by="clerk",
    )  # fmt: skip
    assert (saved["state"], saved["total_pence"]) == ("submitted", 2050)
    corrected = desk.ask(
        "ereturns", "correct", number, "--line", f"1:21.00:{ACCOUNT}", "--value", "£20=20.00", "--count", "50p=1",
        "--bag", "BAG7", "--over-short", "-0.50", "--reason", "Short",
    )  # fmt: skip
    assert corrected["over_short_pence"] == -50
    assert "somebody else must approve" in desk.refused("ereturns", "approve", number, code=4)
    assert "is approved: receipt" in desk.said("ereturns", "approve", number, by="bob")


def test_cheques_are_given_one_by_one(desk: Desk) -> None:
    number = start(desk, "cheque")
    saved = desk.ask(
        "ereturns", "submit", number, "--line", f"1:42.00:{ACCOUNT}", "--cheque", "30.00:A Payer", "--cheque",
        "12.00:B Payer", "--slip", "9", by="clerk",
    )  # fmt: skip
    assert [(each["item"], each["drawer"]) for each in saved["cheques"]] == [(1, "A Payer"), (2, "B Payer")]
    assert "A Payer" in desk.said("ereturns", "show", number)


def test_nothing_to_pay_in_is_nil(desk: Desk) -> None:
    number = start(desk)
    desk.said("ereturns", "submit", number, "--nil", by="clerk")
    assert "nothing to pay in" in desk.said("ereturns", "approve", number)
    assert "Nil: there was nothing" in desk.said("ereturns", "show", number)
    assert "Everything that was paid in has come" in desk.said("deposits")


def test_a_return_is_withdrawn(desk: Desk) -> None:
    assert "is voided" in desk.said("ereturns", "delete", start(desk), by="clerk")
    number = start(desk)
    desk.said("ereturns", "submit", number, "--nil", by="clerk")
    assert "is deleted" in desk.said("ereturns", "delete", number)
    assert "wrong" not in desk.refused("ereturns", "delete", number, code=4)


def test_templates_are_listed_to_those_whose_they_are(desk: Desk) -> None:
    (template,) = desk.ask("ereturns", "templates", by="clerk")
    assert (template["template"], template["kinds"]) == ("town-hall", ["cash", "cheque", "card"])
    assert "you may change" in desk.said("ereturns", "templates", by="clerk")
    asked = desk.ask("users", "add", "other", "--role", "ereturns")
    desk.ask("users", "decide", asked["grant"], "--accept", by="bob")
    assert "No template is yours" in desk.said("ereturns", "templates", by="other")
    assert "has not been given" in desk.refused("ereturns", "start", "town-hall", "cash", by="other", code=7)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "not valid JSON"),
        ('{"lines": [{"row": 1, "amount": 1.5}]}', "must be in quotes"),
        ('{"lines": [{"row": "1", "amount": "1.50"}]}', "whole number"),
        ('{"lines": [{"row": 1, "amount": "1.505"}]}', "two decimals"),
        ('{"lines": [{"amount": "1.50"}, {"row": 1}]}', "row"),
        ('{"colour": "red"}', "colour"),
        ('{"nil": 1}', "true or false"),
        ('{"cash": {"£3": 1}}', "no note or coin"),
        ('{"cash": {"£20": 1, "20": 1}}', "stands twice"),
        ('{"cash": {"£20": {"number": 1}}}', "its count, its value or both"),
        ('{"cash": {"£20": 1.5}}', "whole number"),
        ('{"cash": {"£20": "20.01"}}', "no multiple of £20"),
        ('{"card": {"z_on": "12/05/2026"}}', "must be a day"),
        ('{"cheques": [{"amount": "0.00", "drawer": "A"}]}', "above zero"),
        ("[]", "must hold names with values"),
        ('{"card": []}', "must hold names with values"),
    ],
)
def test_a_file_that_says_something_else_is_refused(desk_once: Desk, text: str, fault: str) -> None:
    path = file(desk_once, text, "return.json")
    assert fault in desk_once.refused("ereturns", "save", "R1", path, by="clerk", code=3)


@pytest.fixture(scope="module")
def desk_once(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Give one council for what reaches none."""
    with pytest.MonkeyPatch.context() as patch:
        made = a_desk(tmp_path_factory.mktemp("once") / "new", patch)
    return Desk(made.config, lambda _: None)


@pytest.mark.parametrize(
    "options",
    [
        ("--line", "1"), ("--line", "x:1.00"), ("--count", "£20=x"), ("--count", "£20"), ("--value", "£20=1"),
        ("--cheque", "30.00"), ("--count", "£20=1", "--count", "£20=2"), ("--over-short", "x"),
    ],
)  # fmt: skip
def test_what_is_mistyped_is_refused(desk_once: Desk, options: tuple[str, ...]) -> None:
    desk_once.refused("ereturns", "save", "R1", *options, code=3)


def test_a_file_or_options_are_wanted_and_not_both(desk_once: Desk) -> None:
    desk_once.refused("ereturns", "save", "R1", code=2)
    desk_once.refused("ereturns", "correct", "R1", code=2)
    desk_once.refused("ereturns", "save", "R1", file(desk_once, TOML), "--nil", code=2)


def test_what_it_says_comes_out_as_a_file_and_goes_back_in(desk: Desk) -> None:
    number = start(desk)
    desk.said("ereturns", "submit", number, file(desk, TOML), by="clerk")
    text = desk.said("ereturns", "show", number, "--file")
    changed = {**json.loads(text), "slip": "500009"}
    corrected = desk.ask("ereturns", "correct", number, file(desk, json.dumps(changed), "again.json"))
    assert (corrected["slip"], corrected["total_pence"]) == ("500009", 15500)
    (listed,) = desk.ask("ereturns", "list", by="clerk")
    assert (listed["state"], listed["submitted"]["by"], listed["approved"]) == ("submitted", "clerk", None)
    assert "lines" not in listed


def test_an_unknown_number_is_not_found(desk: Desk) -> None:
    assert "There is no eReturn 'R99'" in desk.refused("ereturns", "show", "R99", code=6)
