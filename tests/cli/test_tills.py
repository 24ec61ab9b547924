"""`ims tills`: a cashier's day by commands alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.desk import RENT, Desk, a_desk

TILLS = """
[tills]
cash = "01"
card = "PT"
pay_outs = { fund = "CD", account_reference = "PETTY" }
pay_out_limit = "20.00"
floats = { fund = "CD", account_reference = "FLOATS" }

[methods.PT]
name = "Card, counter"
banking = "settlement"
provider = "stripe"
clearing = { code = "9101" }
fee = { code = "7250" }
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Give a new council with ann and bob, whose town hall has a till."""
    made = a_desk(tmp_path / "new", monkeypatch)
    text = made.config.read_text(encoding="utf-8")
    plain = '[offices.01]\nname = "Town Hall"\n'
    assert plain in text
    made.config.write_text(text.replace(plain, plain + 'tills = ["1"]\n') + TILLS, encoding="utf-8")
    return made


def test_a_cashiers_day(desk: Desk) -> None:
    assert "open with a float of £50.00" in desk.said(
        "tills", "open", "1", "--office", "01", "--float", "50.00"
    )
    desk.ask("payments", "cash", "--item", f"{RENT}:70.00", "--mop", "01")
    desk.ask("tills", "card", "--item", f"{RENT}:30.00", "--authorisation-code", "9A7")
    twice = desk.ask("payments", "cash", "--item", f"{RENT}:10.00", "--mop", "01")
    desk.ask("tills", "void", twice["transaction"], "--reason", "Rung up twice")
    desk.ask("tills", "pay-out", "5.00", "--reason", "Stamps")
    before = desk.ask("tills", "show")
    assert (before["expected"], before["over"], before["receipts"], before["voids"]) == (None, None, 3, 1)

    z = ("--z-report", "77", "--z-terminal", "T1", "--z-day", "2026-05-13", "--z-total", "30.00")
    said = desk.said("tills", "count", "--count", "20=5", "--value", "10=10.00", "--count", "50p=9", *z)
    assert "£114.50" in said
    assert "£115.00" in said
    closed = desk.ask(
        "tills",
        "close",
        "--bag",
        "B1",
        "--slip",
        "S1",
        "--next-float",
        "40.00",
        "--reason",
        "Too much change",
    )
    assert closed["over"] == {"cash_pence": -50, "cheques_pence": 0, "card_pence": 0}
    assert [(each["kind"], each["pence"], each["bag_number"]) for each in closed["deposits"]] == [
        ("card", 3000, None), ("cash", 7450, "B1"),
    ]  # fmt: skip
    said = desk.said("tills", "show", "01/1/1", by="bob")
    assert "in bag B1, slip S1" in said
    assert "Left in the till: £40.00" in said
    assert desk.ask("tills", "list") == []
    (listed,) = desk.ask("tills", "list", "--all")
    assert listed == closed
    assert "01/1/1" in desk.said("tills", "list", "--all")
    assert desk.laws_hold()


def test_before_the_count_nobody_is_told(desk: Desk) -> None:
    desk.ask("tills", "open", "1", "--office", "01", "--float", "50.00")
    desk.ask("payments", "cash", "--item", f"{RENT}:70.00", "--mop", "01")
    said = desk.said("tills", "show", "01/1", by="bob")
    assert "told once it has been counted" in said
    assert "120.00" not in said


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (["count", "--count", "20"], 3, "such as 20=5"),
        (["count", "--count", "20=x"], 3, "how many"),
        (["count", "--count", "20=1", "--count", "£20=1"], 3, "each once"),
        (["count", "--count", "7=1"], 3, "no note or coin"),
        (["count", "--value", "20=20.01"], 3, "no multiple"),
        (["count", "--z-report", "1"], 2, "--z-terminal"),
        (["open", "9", "--office", "01", "--float", "1.00"], 6, "no till"),
        (["show"], 6, "has no till"),
        (["pay-out", "1.00", "--reason", "x"], 6, "has no till open"),
    ],
)
def test_what_is_wrong_is_said(desk: Desk, arguments: list[str], code: int, why: str) -> None:
    assert why in desk.refused("tills", *arguments, code=code)


def test_money_at_the_counter_needs_a_till_and_a_receipt_of_one_is_voided(desk: Desk) -> None:
    cash = ("payments", "cash", "--item", f"{RENT}:70.00", "--mop", "01")
    assert "no till open" in desk.refused(*cash, code=4)
    desk.ask("tills", "open", "1", "--office", "01", "--float", "0.00")
    made = desk.ask(*cash)
    assert "ims tills void" in desk.refused("reverse", made["transaction"], "--reason", "x", code=4)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[offices.03]\nname = "A"\ntills = ["1", "1"]\n', "its own"),
        ('[offices.03]\nname = "A"\ntills = ["1 2"]\n', "letters, digits and dashes"),
    ],
)
def test_tills_that_nobody_could_tell_apart_are_refused(desk: Desk, text: str, why: str) -> None:
    desk.config.write_text(desk.config.read_text(encoding="utf-8") + text, encoding="utf-8")
    assert why in desk.refused("tills", "list", code=8)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('cash = "01"', 'cash = "12"', "has not cash = true"),
        ('cash = "01"', 'cash = "??"', "not there"),
        ('card = "PT"', 'card = "24"', "settlement"),
        ('fund = "CD", account_reference = "PETTY"', 'fund = "??"', "takes no income"),
        ('pay_out_limit = "20.00"', 'pay_out_limit = "-1.00"', "must not be negative"),
        ("[tills]", "[two_person]\nrefund = '1.00'\n[tills_]", "tills"),
    ],
)
def test_settings_of_tills_that_contradict_others_are_refused(
    desk: Desk, old: str, new: str, why: str
) -> None:
    text = desk.config.read_text(encoding="utf-8")
    head, tail = text[: text.index("[tills]")], text[text.index("[tills]") :]
    assert old in tail
    desk.config.write_text(head + tail.replace(old, new), encoding="utf-8")
    assert why in desk.refused("tills", "list", code=8)


@pytest.mark.parametrize("command", ["show", "close", "count"])
def test_a_session_that_no_database_can_name_is_not_there(desk: Desk, command: str) -> None:
    assert "There is no till session" in desk.refused("tills", command, "\udcff", code=6)
    assert "There is no till session" in desk.refused("tills", command, "01/\udcff/1", code=6)
