"""Twice is once: files, rows, decisions and reversals, repeated or raced."""

from __future__ import annotations

import io
import threading

import pytest
from attrs import evolve
from tests.service.incomes import a_file, balance, codes, history, imported, recorded, row, taking
from tests.service.money_in import employ

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.clearing import Giving
from localgov_ims.domain.import_types import SourceReferences
from localgov_ims.domain.money import Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.received_files import FileStatus
from localgov_ims.domain.roles import Role
from localgov_ims.errors import AlreadyDone, ImsError, NotFound, NotPermitted, RuleViolation
from localgov_ims.service.files.deciding import decide_file
from localgov_ims.service.files.importing import ImportResult, import_file
from localgov_ims.service.files.reversing import reverse_file
from localgov_ims.service.files.views import list_files, show_file
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.reallocations import reallocate_line
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.suspense.clearing import clear_items
from localgov_ims.service.suspense.clearing_undoing import undo_clearance
from localgov_ims.service.verifying import verify

TWO = [row("1.00"), row("2.00")]


@pytest.fixture
def pair(desk: Installation) -> tuple[Installation, Installation]:
    """Give the same council as its two administrators see it."""
    council = taking(desk)
    return council.acting("tester"), council.acting("second")


def test_the_same_bytes_again_are_seen_under_any_name_and_type(installation: Installation) -> None:
    council = taking(installation)
    first = imported(council, TWO)
    again = imported(council, TWO, name="another.csv", import_type="nobody")
    assert (again.status, again.file, again.report) == ("seen", first.file, first.report)
    assert len(recorded(council)) == 2


def test_equal_rows_of_one_file_are_two_receipts(installation: Installation) -> None:
    council = taking(installation)
    imported(council, [row("1.00"), row("1.00")])
    assert balance(council) == {"CT": 200}


def test_the_same_rows_in_other_bytes_are_held_until_a_person_decides(installation: Installation) -> None:
    council = taking(installation)
    imported(council, TWO)
    held = imported(council, list(reversed(TWO)), name="again.csv")
    assert (held.status, codes(held)) == ("held", ["suspected-duplicate"])
    assert history(council, held) == ["received", "held"]
    assert len(recorded(council)) == 2
    assert imported(council, list(reversed(TWO))).status == "held"
    accepted = decide_file(council, str(held.file), accept=True, reason="Two deliveries on one day")
    assert accepted.status == "recorded"
    assert history(council, held) == ["received", "held", "in_progress", "recorded"]
    assert balance(council) == {"CT": 600}
    with pytest.raises(RuleViolation, match="only a file that is held"):
        decide_file(council, str(held.file), accept=True, reason="Again")


def test_a_held_file_may_be_refused(installation: Installation) -> None:
    council = taking(installation)
    imported(council, TWO)
    held = imported(council, list(reversed(TWO)))
    assert decide_file(council, str(held.file), accept=False, reason="A repeat").status == "refused"
    assert history(council, held) == ["received", "held", "refused"]
    assert show_file(council, held.sha256).latest.reason == "A repeat"


def test_other_rows_are_nobodys_duplicate(installation: Installation) -> None:
    council = taking(installation)
    imported(council, TWO)
    assert imported(council, [*TWO, row("3.00")]).status == "recorded"
    assert imported(council, [row("1.00"), row("2.01")]).status == "recorded"


def test_equal_bytes_are_another_file_only_if_somebody_says_why(installation: Installation) -> None:
    council = taking(installation)
    first = imported(council, TWO)
    second = imported(council, TWO, again="Monday's and Tuesday's files are alike")
    assert second.status == "recorded"  # whoever said so of the bytes has said so of the rows
    assert second.file != first.file
    assert balance(council) == {"CT": 600}
    assert [file.occurrence for file, _ in list_files(council)] == [2, 1]


def test_a_refused_file_may_be_tried_again_with_what_was_wrong_put_right(installation: Installation) -> None:
    council = taking(installation)
    wrong = imported(council, TWO, rows=3)
    right = imported(council, TWO, rows=2)
    assert (wrong.status, right.status, right.file) == ("refused", "recorded", wrong.file)
    assert history(council, right) == ["received", "refused", "received", "in_progress", "recorded"]
    assert [event.attempt for event in show_file(council, str(right.file)).events] == [1, 1, 2, 2, 2]


def test_a_senders_reference_comes_once_for_ever_where_the_type_says_so(installation: Installation) -> None:
    council = taking(installation, source_reference=SourceReferences.UNIQUE)
    imported(council, [row("1.00", source="A")])
    again = imported(council, [row("2.00", source="B"), row("3.00", source="A")])
    (issue,) = again.issues
    assert (issue.code, issue.place, issue.value) == ("duplicate-id", "row 2, line 2", "A")
    assert "row 1 of file" in issue.message


def test_one_file_sent_by_twenty_hands_at_once_is_recorded_once(installation: Installation) -> None:
    council = taking(installation)
    data = a_file(TWO)
    bytes_ = data.stream.read()
    results: list[ImportResult | ImsError] = []

    def send() -> None:
        try:
            results.append(import_file(council, evolve(data, stream=io.BytesIO(bytes_))))
        except ImsError as error:
            results.append(error)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert balance(council) == {"CT": 300}
    statuses = sorted(result.status for result in results if isinstance(result, ImportResult))
    assert statuses == ["recorded"] + ["seen"] * 7


# --- Reversal ---------------------------------------------------------------------------------------------------


def test_a_reversed_file_nets_to_nothing_in_every_fund_and_may_be_recorded_anew(
    pair: tuple[Installation, Installation],
) -> None:
    sender, other = pair
    first = imported(sender, [*TWO, row("4.00", "889")])
    event = reverse_file(other, str(first.file), reason="Sent twice by the agency")
    assert (event.status, event.counts) == (FileStatus.REVERSED, {"reversed": 3})
    assert balance(sender) == {"CT": 0, "SUSP": 0}
    assert all(report.holds for report in verify(sender))
    again = imported(sender, [*TWO, row("4.00", "889")])
    assert (again.status, again.file) == ("recorded", first.file)
    assert balance(sender) == {"CT": 300, "SUSP": 400}
    assert show_file(sender, str(first.file)).latest.run == 2


def test_whoever_sent_a_file_does_not_take_it_back(pair: tuple[Installation, Installation]) -> None:
    sender, _ = pair
    first = imported(sender, TWO)
    with pytest.raises(NotPermitted, match="somebody else"):
        reverse_file(sender, str(first.file), reason="Mine")
    alone = evolve(sender.council, two_person=evolve(sender.council.two_person, import_reversal=False))
    assert reverse_file(evolve(sender, council=alone), str(first.file), reason="Alone here").run == 1


def test_a_file_is_reversed_once_and_only_when_it_is_recorded(
    pair: tuple[Installation, Installation],
) -> None:
    sender, other = pair
    first = imported(sender, TWO)
    reverse_file(other, str(first.file), reason="Once")
    with pytest.raises(RuleViolation, match="cannot become"):
        reverse_file(other, str(first.file), reason="Twice")
    with pytest.raises(NotFound):
        reverse_file(other, "0" * 64, reason="Nothing")
    with pytest.raises(RuleViolation, match="why"):
        reverse_file(other, str(first.file), reason=" ")


def test_a_row_taken_back_by_hand_before_is_left_as_it_is(pair: tuple[Installation, Installation]) -> None:
    sender, other = pair
    first = imported(sender, TWO)
    reverse_transaction(other, recorded(sender)[0].reference, reason="By hand")
    assert reverse_file(other, str(first.file), reason="The rest").counts == {"reversed": 1}
    assert balance(sender) == {"CT": 0}


def test_a_file_some_of_which_has_moved_on_is_not_taken_back_and_the_lines_are_named(
    pair: tuple[Installation, Installation],
) -> None:
    sender, other = pair
    first = imported(sender, TWO)
    line = recorded(sender)[0].lines[0]
    reallocate_line(other, line.reference, [BasketItem(fund="LB", account_reference="L1", amount=Money(50))])
    with pytest.raises(RuleViolation, match="moved on") as refused:
        reverse_file(other, str(first.file), reason="All of it")
    assert refused.value.data["lines"] == [f"{line.reference} (reallocation)"]
    assert history(sender, first)[-1] == "recorded"


def test_a_type_may_say_that_its_files_are_not_taken_back(desk: Installation) -> None:
    council = taking(desk, reversible=False)
    first = imported(council, TWO)
    with pytest.raises(RuleViolation, match="not taken back as a whole"):
        reverse_file(council.acting("second"), str(first.file), reason="All")


def test_ten_reversals_of_one_file_at_once_take_it_back_once(pair: tuple[Installation, Installation]) -> None:
    sender, other = pair
    first = imported(sender, TWO)
    done: list[object] = []

    def go() -> None:
        try:
            done.append(reverse_file(other, str(first.file), reason="Raced"))
        except (RuleViolation, AlreadyDone) as error:
            done.append(error)

    threads = [threading.Thread(target=go) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([each for each in done if not isinstance(each, ImsError)]) == 1
    assert balance(sender) == {"CT": 0}


def test_clearances_stand_in_the_way_unless_they_are_to_be_undone_with_the_file(
    pair: tuple[Installation, Installation],
) -> None:
    sender, other = pair
    first = imported(sender, [row("1.00"), row("4.00", "889")])
    item = next(t.lines[0] for t in recorded(sender) if t.lines[0].fund == "SUSP")
    target = BasketItem(fund="LB", account_reference="L1", amount=Money(300))
    clear_items(other, [Giving(line=item.reference, amount=Money(300))], [target])
    with pytest.raises(RuleViolation, match="clearances to be undone") as refused:
        reverse_file(other, str(first.file), reason="All of it")
    assert refused.value.data["lines"] == [f"{item.reference} (clearance)"]
    reverse_file(other, str(first.file), reason="All of it", undo_clearances=True)
    assert balance(sender) == {"CT": 0, "SUSP": 0, "LB": 0}
    assert all(law.holds for law in verify(sender))


def test_a_clearance_that_was_undone_before_stands_in_nobodys_way(
    pair: tuple[Installation, Installation],
) -> None:
    sender, other = pair
    first = imported(sender, [row("4.00", "889")])
    item = recorded(sender)[0].lines[0]
    target = BasketItem(fund="LB", account_reference="L1", amount=Money(400))
    made = clear_items(other, [Giving(line=item.reference)], [target])
    undo_clearance(other, made.reference, reason="Wrong account")
    assert reverse_file(other, str(first.file), reason="All of it").counts == {"reversed": 1}
    assert balance(sender) == {"SUSP": 0, "LB": 0}


def test_a_row_without_money_or_a_method_written_out_makes_no_other_file_of_it(
    installation: Installation,
) -> None:
    council = taking(installation)
    imported(council, TWO)
    assert imported(council, [*TWO, row("0.00")]).status == "held"
    assert imported(council, [row("1.00", mop="12"), row("2.00")]).status == "held"


def test_the_same_rows_in_other_bytes_sent_at_once_are_recorded_once(installation: Installation) -> None:
    council = taking(installation)
    files = [a_file(order).stream.read() for order in (TWO, [*reversed(TWO)], [TWO[0], row("0.00"), TWO[1]])]
    statuses: list[str] = []

    def send(data: bytes) -> None:
        given = a_file([])
        statuses.append(import_file(council, evolve(given, stream=io.BytesIO(data))).status)

    threads = [threading.Thread(target=send, args=(data,)) for data in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == ["held", "held", "recorded"]
    assert balance(council) == {"CT": 300}


def test_whoever_decided_about_a_file_does_not_take_it_back_either_however_the_name_is_written(
    pair: tuple[Installation, Installation],
) -> None:
    sender, other = pair
    imported(sender, TWO)
    held = imported(sender, list(reversed(TWO)))
    decide_file(other, str(held.file), accept=True, reason="Both are real")
    for hand in (sender, other, other.acting("SECOND")):
        with pytest.raises(NotPermitted, match="somebody else"):
            reverse_file(hand, str(held.file), reason="All")


def test_what_a_sender_says_of_a_file_that_is_recorded_already_is_told_and_changes_nothing(
    installation: Installation,
) -> None:
    council = taking(installation)
    imported(council, TWO)
    seen = imported(council, TWO, rows=9, faults=("Two rows are missing",))
    assert (seen.status, [(issue.code, issue.stops) for issue in seen.issues]) == (
        "seen", [("provider-error", False), ("count-mismatch", False)],
    )  # fmt: skip


def test_a_held_file_is_decided_as_the_type_it_was_sent_as(installation: Installation) -> None:
    council = taking(installation)
    imported(council, TWO)
    held = imported(council, list(reversed(TWO)), rows=2)
    types = {
        **council.council.import_types,
        "other": evolve(council.council.import_types["agency"], code="other"),
    }
    two = evolve(council, council=evolve(council.council, import_types=types))
    assert decide_file(two, str(held.file), accept=True, reason="Both").status == "recorded"


def test_files_are_sent_by_those_who_have_been_given_their_type(desk: Installation) -> None:
    sending = Role(name="import-clerk", permissions=frozenset({Permission.IMPORT_SEND}))
    council = taking(desk)
    roles = {**council.council.roles, sending.name: sending}
    council = evolve(council, council=evolve(council.council, roles=roles))
    employ(council, "with", "import-clerk", import_types=["agency"])
    employ(council, "without", "import-clerk")
    assert import_file(council.acting("with"), a_file(TWO)).status == "recorded"
    with pytest.raises(NotPermitted, match="not one of the senders"):
        import_file(council.acting("without"), a_file([row("9.00")]))
