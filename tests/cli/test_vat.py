"""`ims vat split`: the worked table, by both roundings, as programs call it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from localgov_ims.cli.root import ims


def call(*arguments: str) -> Result:
    return CliRunner().invoke(ims, ["vat", "split", *arguments], catch_exceptions=False)


def answer(*arguments: str) -> Any:
    result = call(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("gross", "rate", "half_even", "half_up"),
    [
        ("10.00", "0.2", 167, 167), ("0.03", "0.2", 0, 1), ("0.15", "0.2", 2, 3), ("105.00", "0.05", 500, 500),
        ("117.50", "0.175", 1750, 1750),
    ],
)  # fmt: skip
def test_the_worked_table_holds(gross: str, rate: str, half_even: int, half_up: int, sign: int) -> None:
    given = gross if sign > 0 else f"-{gross}"
    pence = sign * int(gross.replace(".", ""))
    for rounding, inside in (("half_even", sign * half_even), ("half_up", sign * half_up)):
        assert answer("--rate", rate, "--rounding", rounding, given) == [
            {"gross_pence": pence, "net_pence": pence - inside, "vat_pence": inside}
        ]


def test_half_a_penny_goes_to_the_even_one_where_nothing_is_said() -> None:
    assert [each["vat_pence"] for each in answer("--rate", "0.200", "0.03", "0.15")] == [0, 2]


@pytest.mark.parametrize("arguments", [["-5.00"], ["--", "-5.00"], ["-5"], ["-5.0"]])
def test_a_negative_amount_needs_no_ceremony(arguments: list[str]) -> None:
    result = call("--rate", "0.2", "--json", *arguments)
    assert json.loads(result.stdout) == [{"gross_pence": -500, "net_pence": -417, "vat_pence": -83}]


def test_amounts_are_answered_in_their_order() -> None:
    grosses = [each["gross_pence"] for each in answer("--rate", "0.2", "1", "-2.5", "0", "3.05")]
    assert grosses == [100, -250, 0, 305]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--rate", "20", "10.00"], ["--rate", "0.2005", "10.00"], ["--rate", "-0.2", "10.00"],
        ["--rate", "0.2", "10.005"], ["--rate", "0.2", "1,000.00"], ["--rate", "0.2", "--amount"],
    ],
)  # fmt: skip
def test_what_is_no_rate_or_no_amount_is_refused(arguments: list[str]) -> None:
    result = call(*arguments)
    assert result.exit_code == 3
    assert result.stderr.startswith("ims: '")


@pytest.mark.parametrize(
    "arguments", [["10.00"], ["--rate", "0.2"], ["--rate", "0.2", "--rounding", "up", "1"]]
)
def test_a_wrong_command_line_is_one(arguments: list[str]) -> None:
    assert call(*arguments).exit_code == 2


def test_people_read_pounds() -> None:
    said = call("--rate", "0.2", "1234.50", "-5.00").output
    assert "VAT at 0.200" in said
    assert all(amount in said for amount in ("£1,234.50", "£1,028.75", "£205.75", "-£0.83"))
