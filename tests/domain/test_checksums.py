"""Checksums without weights, and national numbers as weights: against another implementation of each."""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_uppercase, digits
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import damm, ean, luhn, verhoeff
from stdnum.gb import nhs, upn, utr
from stdnum.iso7064 import mod_11_2, mod_11_10, mod_37_2, mod_37_36, mod_97_10

from localgov_ims.domain.check_digits import CheckDigits, Kind
from localgov_ims.domain.checksums import CHECKSUMS
from localgov_ims.domain.references import Characters, ReferenceFormat
from localgov_ims.errors import ConfigurationError, InvalidValue

ALPHANUMERIC = digits + ascii_uppercase
PEERS: dict[Kind, tuple[Any, str]] = {
    Kind.LUHN: (luhn, digits),
    Kind.VERHOEFF: (verhoeff, digits),
    Kind.DAMM: (damm, digits),
    Kind.MOD_11_2: (mod_11_2, digits),
    Kind.MOD_11_10: (mod_11_10, digits),
    Kind.MOD_37_2: (mod_37_2, ALPHANUMERIC),
    Kind.MOD_37_36: (mod_37_36, ALPHANUMERIC),
    Kind.MOD_97_10: (mod_97_10, ALPHANUMERIC),
}
known = pytest.mark.parametrize("kind", PEERS)


def passes(kind: Kind, text: str) -> bool:
    return CheckDigits(name="x", kind=kind).passes(text, len(text) - 1)


def right(kind: Kind, body: str) -> str:
    peer = PEERS[kind][0]
    return body + (peer.calc_check_digits(body) if kind is Kind.MOD_97_10 else peer.calc_check_digit(body))


def test_every_checksum_is_a_kind_and_has_a_peer() -> None:
    assert (
        {kind.value for kind in PEERS}
        == set(CHECKSUMS)
        == {kind.value for kind in Kind} - {"weighted", "dynix"}
    )


@known
@given(data=st.data())
def test_it_passes_what_the_peer_passes(kind: Kind, data: st.DataObject) -> None:
    peer, alphabet = PEERS[kind]
    body = data.draw(st.text(alphabet, min_size=1, max_size=28))
    checks = CHECKSUMS[kind.value]
    last = data.draw(st.text(checks.checks, min_size=checks.length, max_size=checks.length))
    assert passes(kind, body + last) is peer.is_valid(body + last)
    assert passes(kind, right(kind, body))


@known
@given(data=st.data())
def test_no_single_wrong_symbol_passes(kind: Kind, data: st.DataObject) -> None:
    # A letter is two digits to mod 97-10: put in a digit's place it changes more than one symbol.
    alphabet = digits if kind is Kind.MOD_97_10 else PEERS[kind][1]
    text = right(kind, data.draw(st.text(alphabet, min_size=1, max_size=27)))
    at = data.draw(st.integers(0, len(text) - CHECKSUMS[kind.value].length - 1))
    other = data.draw(st.sampled_from(alphabet).filter(lambda symbol: symbol != text[at]))
    assert not passes(kind, text[:at] + other + text[at + 1 :])


@known
def test_signs_and_small_letters_do_not_disturb_it(kind: Kind) -> None:
    text = right(kind, "1234567")
    length = CHECKSUMS[kind.value].length
    assert passes(kind, f"12-34 567{text[-length:].lower()}")


@pytest.mark.parametrize("kind", [Kind.LUHN, Kind.VERHOEFF, Kind.DAMM, Kind.MOD_11_2, Kind.MOD_11_10])
def test_letters_before_digits_are_left_out(kind: Kind) -> None:
    assert passes(kind, "CT" + right(kind, "1234567"))


@known
def test_a_check_character_out_of_its_alphabet_fails(kind: Kind) -> None:
    assert not passes(kind, "1234567 ")
    assert not passes(kind, "1234567\u0661\u0661")


@pytest.mark.parametrize(
    ("kind", "text", "valid"),
    [
        (Kind.LUHN, "4539148803436467", True), (Kind.LUHN, "4539148803436466", False), (Kind.VERHOEFF, "2363", True),
        (Kind.VERHOEFF, "2364", False), (Kind.DAMM, "5724", True), (Kind.DAMM, "5727", False),
        (Kind.MOD_11_2, "000000021825009X", False), (Kind.MOD_11_2, "0000000109302468", True),
        (Kind.MOD_11_2, "0000000218250097", True), (Kind.MOD_11_10, "07945", True), (Kind.MOD_37_2, "A999914123456N", True),
        (Kind.MOD_37_36, "A12425GABC1234002M", True), (Kind.MOD_97_10, "9999123456789012141490", True),
    ],
)  # fmt: skip
def test_published_examples_pass(kind: Kind, text: str, valid: bool) -> None:  # noqa: FBT001
    assert passes(kind, text) is valid is PEERS[kind][0].is_valid(text)


NHS = CheckDigits(
    name="nhs", kind=Kind.WEIGHTED, modulus=11, weights=(10, 9, 8, 7, 6, 5, 4, 3, 2, 0), subtract=True, results={11: "0"},
)  # fmt: skip
UTR = CheckDigits(
    name="utr", kind=Kind.WEIGHTED, modulus=11, weights=(0, 6, 7, 8, 9, 10, 5, 4, 3, 2),
    results=dict(enumerate("21987654321")),
)  # fmt: skip
UPN = CheckDigits(
    name="upn", kind=Kind.WEIGHTED, modulus=23, weights=(0, *range(2, 14)),
    results=dict(enumerate("ABCDEFGHJKLMNPQRTUVWXYZ")),
)  # fmt: skip
EAN = CheckDigits(
    name="ean", kind=Kind.WEIGHTED, modulus=10, weights=(1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 0), subtract=True,
    results={10: "0"},
)  # fmt: skip


def nhs_check_digit(body: str) -> str:
    return next((last for last in digits if nhs.is_valid(body + last)), "none: the NHS does not issue it")


NATIONAL: dict[str, tuple[CheckDigits, str, str, Callable[[str], str]]] = {
    "nhs": (NHS, "#########@", "9434765870", nhs_check_digit),
    "utr": (UTR, "@#########", "1955839661", utr.calc_check_digit),
    "upn": (UPN, "@############", "B801200005001", upn.calc_check_digit),
    "ean": (EAN, "############@", "9783161484100", ean.calc_check_digit),
}


@pytest.mark.parametrize("name", NATIONAL)
@given(data=st.data())
def test_national_numbers_are_weights_with_a_table_of_results(name: str, data: st.DataObject) -> None:
    used, mask, example, calculate = NATIONAL[name]
    format_ = ReferenceFormat(
        name=name, min_length=len(mask), max_length=len(mask), mask=mask, check_digit=used, valid=(example,),
        characters=Characters.ALPHANUMERIC,
    )  # fmt: skip
    body = data.draw(st.text(digits, min_size=len(mask) - 1, max_size=len(mask) - 1))
    fitting = {
        c for c in ALPHANUMERIC if format_.accepts(mask.replace("#" * len(body), body).replace("@", c))
    }
    wanted = calculate("B" + body if name == "upn" else body)
    assert fitting == ({wanted} if len(wanted) == 1 and wanted in ALPHANUMERIC else set())


@known
@pytest.mark.parametrize(
    "given",
    [{"modulus": 10}, {"weights": (1,)}, {"prefix_as": "1"}, {"subtract": True}, {"results": {10: "A"}}],
)
def test_a_checksum_takes_no_weights_nor_what_goes_with_them(kind: Kind, given: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=f"{kind.value} takes no modulus") as refused:
        CheckDigits(name="x", kind=kind, **given)
    assert refused.value.code == "bad_check_digits"


def checked(kind: Kind, mask: str | None, example: str) -> ReferenceFormat:
    return ReferenceFormat(
        name="x", min_length=len(example), max_length=len(example), mask=mask, valid=(example,),
        check_digit=CheckDigits(name="x", kind=kind),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "mask", "fault"),
    [
        (Kind.LUHN, "@####", "a luhn check character must be the last one"),
        (Kind.DAMM, "####", "its mask has no check character"),
        (Kind.LUHN, "###@@", r"more than one check character \(@\)"),
        (Kind.MOD_97_10, "#####@", r"its mask has not 2 check characters \(@\)"),
        (Kind.MOD_97_10, "###@@@", r"more than 2 check characters \(@\)"),
        (Kind.MOD_97_10, "##@@#", "a mod_97_10 check characters must be the last 2"),
        (Kind.MOD_97_10, "###@#@", "is refused|must be the last 2"),
    ],
)
def test_its_check_characters_come_last(kind: Kind, mask: str, fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault):
        checked(kind, mask, "1" * len(mask))


def test_two_check_digits_stand_in_the_mask_as_two() -> None:
    format_ = checked(Kind.MOD_97_10, "##########@@", right(Kind.MOD_97_10, "1234567890"))
    with pytest.raises(InvalidValue, match="probably mistyped") as refused:
        format_.parse("123456789000")
    assert refused.value.code == "reference_check_digit"


def test_a_check_character_may_be_a_star_where_the_scheme_writes_one() -> None:
    starred = next(text for n in range(999) if (text := right(Kind.MOD_37_2, f"{n:03d}")).endswith("*"))
    assert checked(Kind.MOD_37_2, "###@", starred).parse(starred).text == starred
