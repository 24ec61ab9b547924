"""An exporter that reads answers by a profile: the contract, and what no answer may say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.builtin.test_generic_csv import GOLDEN, card_receipt

from localgov_ims.builtin.journal_layouts import LayoutOptions, specs
from localgov_ims.domain.ledger_files import Acknowledgement, RejectedLine
from localgov_ims.errors import ConfigurationError, RuleViolation
from localgov_ims.files.writing.answered import UNSAID, AnsweredExporter
from localgov_ims.testing.exporters import LedgerExporterContract

SAMPLES = Path(__file__).parent / "samples" / "answers"
NUMBER = "MAIN-20260514-001"
PROFILE: dict[str, Any] = {
    "kind": "delimited", "encoding": ("utf-8",), "columns": ("Voucher", "Line", "Result", "Reason"),
    "file": "Voucher", "line": "Line", "reason": "Reason",
    "status": {"column": "Result", "accepted": ("Posted",), "rejected": ("Failed",)},
}  # fmt: skip
(SPEC,) = (spec for spec in specs() if spec.name == "generic-csv")


def answered(**given: Any) -> AnsweredExporter:
    made = SPEC.factory(LayoutOptions(answer={**PROFILE, **given}))
    assert isinstance(made, AnsweredExporter)
    return made


class TestGenericCsvThatIsAnswered(LedgerExporterContract):
    spec = SPEC
    golden = {GOLDEN: card_receipt()}
    answers = {
        SAMPLES / "generic_csv_whole.csv": Acknowledgement(journal=NUMBER, accepted=True, message="Batch 17"),
        SAMPLES / "generic_csv_in_part.csv": Acknowledgement(
            journal=NUMBER, accepted=True, rejected=(RejectedLine(number=2, reason="Account 5400 is closed"),),
            named=frozenset({1, 2, 3}),
        ),
    }  # fmt: skip

    def make(self) -> AnsweredExporter:
        return answered()


def csv(*rows: str) -> bytes:
    return "\n".join(("Voucher,Line,Result,Reason", *rows)).encode()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([f"{NUMBER},two,Posted,"], "row 1, line 2, Line .two.: It must be the number of a line in our file"),
        ([f"{NUMBER},1,Done,"], "row 1, line 2, Result .Done.: The profile knows Posted, Failed"),
        ([",1,Posted,"], "row 1, line 2: it names no journal"),
        ([f"{NUMBER},1,Posted,", "MAIN-20260515-001,2,Posted,"], "row 2, line 3: it is about journal MAIN-20260515-001"),
        ([f"{NUMBER},1,Posted,", f"{NUMBER},1,Failed,"], "row 2, line 3: it is about the same as row 1, line 2"),
        ([f"{NUMBER},,Failed,", f"{NUMBER},1,Posted,"], "row 2, line 3: a line was accepted, and by row 1, line 2 nothing"),
        ([], "It has no row"),
    ],
)  # fmt: skip
def test_an_answer_that_contradicts_itself_is_refused_with_place_and_value(
    rows: list[str], said: str
) -> None:
    with pytest.raises(RuleViolation, match=said):
        answered().acknowledge(csv(*rows))


def test_a_list_of_rejections_is_an_answer_where_the_profile_says_that_the_rest_was_taken() -> None:
    said = answered(rest="accepted").acknowledge(csv(f"{NUMBER},2,Failed,"))
    assert (said.accepted, said.named) == (True, None)
    assert said.rejected == (RejectedLine(number=2, reason=UNSAID),)


@pytest.mark.parametrize(
    "given",
    [{"file": None}, {"line": None, "reference": "Reason"}, {"status": {"column": "Result", "accepted": ("Failed",), "rejected": ("Failed",)}},
     {"line": None}, {"reason": "Why"}],
)  # fmt: skip
def test_a_profile_that_cannot_tell_journals_lines_or_outcomes_is_refused(given: dict[str, Any]) -> None:
    table = {key: value for key, value in {**PROFILE, **given}.items() if value is not None}
    with pytest.raises(ConfigurationError, match=r"ledgers\.NAME\.options\.answer"):
        SPEC.factory(LayoutOptions(answer=table))
