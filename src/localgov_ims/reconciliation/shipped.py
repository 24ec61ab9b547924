"""The match rules that every council starts with, in order; settings replace them by name or add to them."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from localgov_ims.reconciliation.rules import LAST, Amount, MatchRule, Mode, Uniqueness

_SOURCE = {"source": "source"}

SHIPPED: tuple[MatchRule, ...] = (
    MatchRule(
        name="reference", version=3, order=10, left="line", right="receipt", window=(-3, 30),
        alternatives=({"end_to_end": "reference"}, {"structured": "reference"}),
        where={"right.banking": "singly"},
    ),
    MatchRule(
        name="settlement", version=2, order=20, left="named_line", right="settlement", window=(-3, 7),
        alternatives=({"source": "source", "payout": "reference"}, {"source": "source", "payout": ""}),
    ),
    MatchRule(
        name="settlement-line", order=21, left="settlement_line", right="receipt", window=(-3, 60),
        alternatives=({"source": "provider", "provider_reference": "provider_reference"},),
        where={"left.kind": "payment", "right.banking": "settlement"},
    ),
    MatchRule(
        name="income-file", version=2, order=30, left="named_line", right="income_file", window=(-3, 30),
        alternatives=(_SOURCE,),
    ),
    # By the number of the paying-in slip or sealed bag; the credits of one slip may be several receipts.
    MatchRule(
        name="ereturn", order=31, left="line", right="receipt", window=(-3, 30),
        alternatives=({"end_to_end": "provider_reference"}, {"structured": "provider_reference"}, {"customer": "provider_reference"}),
        where={"right.banking": "singly"}, uniqueness=Uniqueness.GROUP, group=("provider_reference",),
    ),
    MatchRule(
        name="other-list", order=40, left="named_line", right="list_item", window=(-5, 5),
        alternatives=({"source": "source", "run": "run"}, {"source": "source", "run": ""}),
    ),
    MatchRule(
        name="other-list-total", order=41, left="named_line", right="list_item", window=(-5, 5),
        alternatives=({"source": "source", "run": "run"},),
        uniqueness=Uniqueness.GROUP, group=("source", "run"),
    ),
    MatchRule(
        name="own-transfer", order=42, left="named_line", right="leg", window=(-3, 3), amount=Amount.NEGATED,
        alternatives=({"transfer": "account", "account": "transfer"},),
    ),
    MatchRule(
        name="reference-in-text", version=2, order=50, left="line", right="receipt", window=(0, 3),
        alternatives=({"text_reference": "account_reference"},),
        where={"right.banking": "singly"}, uniqueness=Uniqueness.FUNGIBLE, alike=("fund",),
    ),
    MatchRule(
        name="unpaid-item", order=60, left="named_line", right="unpaid", window=(-3, 10), amount=Amount.NEGATED,
        alternatives=({"source": "source", "original": "reference"},),
    ),
    MatchRule(
        name="unpaid-total", version=2, order=61, left="named_line", right="unpaid", window=(-3, 10), amount=Amount.NEGATED,
        alternatives=({"source": "source", "advice": "advice"}, {"source": "source", "sun": "sun", "original": ""}),
        uniqueness=Uniqueness.GROUP, group=("source", "sun", "advice"),
    ),
    # Singly, and naming nobody: only where one unpaid of the source and one debit have the amount.
    MatchRule(
        name="unpaid-amount", version=2, order=62, left="named_line", right="unpaid", window=(-3, 10),
        amount=Amount.NEGATED, alternatives=({"source": "source", "original": ""},),
    ),
    # An unpaid, a chargeback or a returned credit that names the receipt it takes back.
    MatchRule(
        name="unpaid", order=63, left="named_line", right="original", window=(0, 180), amount=Amount.NEGATED,
        alternatives=({"original": "reference"}, {"original": "provider_reference"}),
    ),
    MatchRule(
        name="blind-payout", order=70, left="named_line", right="receipt", window=(0, 4), less_tariff=True,
        alternatives=({"source": "provider", "merchant": "merchant"},),
        where={"right.banking": "settlement"}, uniqueness=Uniqueness.GROUP, group=("provider", "merchant", "day"),
    ),
    MatchRule(
        name="blind-payout-nearly", order=71, mode=Mode.SUGGEST, left="named_line", right="receipt", window=(0, 4),
        alternatives=({"source": "provider", "merchant": "merchant"},), tolerance=100, less_tariff=True,
        where={"right.banking": "settlement"}, uniqueness=Uniqueness.GROUP, group=("provider", "merchant", "day"),
    ),
    MatchRule(
        name="reference-nearly", order=80, mode=Mode.SUGGEST, left="line", right="receipt", window=(0, 3), near=1,
        alternatives=({"text_number": "account_reference"},), where={"right.banking": "singly"},
    ),
    # On a million lines it was wrong 5.6 times in a hundred though unique both ways: a person decides.
    MatchRule(
        name="amount-and-day", order=90, mode=Mode.SUGGEST, left="line", right="receipt", window=(0, 2),
        alternatives=({},), where={"right.banking": "singly"},
    ),
)  # fmt: skip


def in_order(own: Iterable[MatchRule]) -> tuple[MatchRule, ...]:
    """Return the shipped rules with a council's *own* among them by `order`.

    One of the name of a shipped rule replaces it, and takes its place unless it says another.
    """
    places = {rule.name: rule.order for rule in SHIPPED}
    placed = [evolve(rule, order=places.get(rule.name, LAST)) if rule.order == LAST else rule for rule in own]
    replaced = {rule.name for rule in placed}
    kept = (rule for rule in SHIPPED if rule.name not in replaced)
    return tuple(sorted((*kept, *placed), key=lambda rule: rule.order))
