"""Strategies of rules and rows that meet often: few codes, few words, every kind of question."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st
from tests.builders import row

from localgov_ims.allocation.conditions import ALWAYS, DEEPEST, Condition, Group, Join, depth
from localgov_ims.allocation.rules import Extract, Part, Rule
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.money import Money

CODES = st.sampled_from(["", "23", "05", "2R", "13", "99"])
REFERENCES = st.sampled_from(
    ["", "612345674", "612345670", "FP20000050", "fp20000050", "77a", "771", "7", "x" * 31]
)
WORDS = st.sampled_from(["", "RENT", "rent", "Rent 612345674", "TAX", "TAX 77", "x"])
_TEXTS = st.sampled_from(["RENT", "rent", "TAX", "77", "7", "x", "23", "05", "612345674", "-", "1"])
_FIELDS = [
    "account_reference", "fund", "mop", "office", "vat_code", "narrative", "source_reference", "import_type", "source",
    "file_name", "amount_text", "extra.Ward", "original.fund", "original.narrative", "original.amount_text",
]  # fmt: skip
_PATTERNS = st.sampled_from(
    [r"7\d", r"[76]\d{8}", r"\d{3}", "(?:RENT|TAX).*", "R.*T", "[A-Z]+", "77[a-c]?", "", "6.*4", r"x{31}"]
)
_DAYS = st.sampled_from([date(2026, 5, n) for n in (11, 12, 13)])
AMOUNTS = st.sampled_from([-100, 0, 1, 10, 99, 100, 101, 15_001]).map(Money)

_plain = st.builds(
    Condition, field=st.sampled_from(_FIELDS), value=_TEXTS, ignore_case=st.booleans(),
    op=st.sampled_from(["contains", "starts_with", "ends_with", "equals", "one_of"]).flatmap(
        lambda op: st.sampled_from([op, f"not_{op}"])
    ),
)  # fmt: skip
_several = st.builds(
    Condition, field=st.sampled_from(_FIELDS), op=st.sampled_from(["one_of", "not_one_of"]),
    value=st.lists(_TEXTS, min_size=1, max_size=3).map(tuple),
)  # fmt: skip
_blank = st.builds(Condition, field=st.sampled_from(_FIELDS), op=st.sampled_from(["blank", "not_blank"]))
_sized = st.builds(
    Condition, field=st.sampled_from(_FIELDS), op=st.sampled_from(["longer_than", "shorter_than"]),
    value=st.sampled_from(["0", "2", "9"]),
)  # fmt: skip
_matching = st.builds(
    Condition, field=st.sampled_from(_FIELDS), op=st.sampled_from(["matches", "not_matches"]),
    value=_PATTERNS.filter(bool), search=st.booleans(), ignore_case=st.booleans(),
)  # fmt: skip
_money = st.builds(
    Condition, field=st.sampled_from(["amount", "original.amount"]),
    op=st.sampled_from(["equals", "not_equals", "greater_than", "at_most"]), value=AMOUNTS.map(str),
)  # fmt: skip
_dated = st.builds(
    Condition, field=st.sampled_from(["taken_on", "received_on"]), op=st.sampled_from(["on", "before", "after"]),
    value=_DAYS.map(date.isoformat),
)  # fmt: skip
_reference = st.builds(
    Condition, field=st.sampled_from(["account_reference", "narrative"]), value=st.sampled_from(["23", "2R"]),
    op=st.sampled_from(["valid_for_fund", "contains_reference_of", "account_in_fund"]),
)  # fmt: skip
conditions = st.one_of(_plain, _several, _blank, _sized, _matching, _money, _dated, _reference)
trees = st.recursive(
    conditions,
    lambda inner: st.builds(
        Group, join=st.sampled_from(Join), members=st.lists(inner, min_size=1, max_size=3).map(tuple)
    ),
    max_leaves=5,
).filter(lambda tree: depth(tree) <= DEEPEST)

_settings = st.dictionaries(
    st.sampled_from(["fund", "account_reference", "mop", "narrative"]), st.just(""), min_size=1, max_size=3
).flatmap(
    lambda names: st.fixed_dictionaries({
        name: {
            "fund": st.sampled_from(["23", "05", "2R", "13", ""]),
            "mop": st.sampled_from(["12", "90"]),
            "narrative": WORDS,
            "account_reference": st.one_of(
                st.sampled_from(["612345674", "FP20000050", ""]),
                st.builds(Extract, from_=st.just("narrative"), reference_of=st.sampled_from(["23", "2R"])),
            ),
        }[name]
        for name in names
    })
)  # fmt: skip
_percents = st.sampled_from(
    [("50", "50"), ("33.3", "33.3", "33.4"), ("0.0001", "99.9999"), ("10", "20", "30", "40")]
)
_by_percent = _percents.flatmap(
    lambda percents: st.tuples(*(st.builds(Part, percent=st.just(p), set=_settings) for p in percents))
)
_by_amount = st.builds(
    lambda fixed, first, rest: (Part(amount=fixed, set=first), Part(remainder=True, set=rest)),
    AMOUNTS.filter(lambda amount: amount.pence > 0), _settings, _settings,
)  # fmt: skip
splits = st.one_of(_by_percent, _by_amount)
_acts = st.one_of(
    st.fixed_dictionaries({"set": _settings}), st.fixed_dictionaries({"set": _settings}),
    st.fixed_dictionaries({"split": splits}), st.fixed_dictionaries({"suspend": st.just("Ask")}),
)  # fmt: skip
_whens = st.one_of(trees, trees, st.just(ALWAYS))
_more = st.fixed_dictionaries(
    {"order": st.integers(1, 4), "stop": st.sampled_from([False, False, True])},
    optional={
        "starts_on": st.just(date(2026, 5, 12)), "enabled": st.booleans(), "description": WORDS,
        "import_types": st.sampled_from([("agency",), ("till", "agency"), ()]),
    },
)  # fmt: skip
rule_sets = st.lists(st.tuples(_acts, _whens, _more), max_size=6).map(
    lambda made: tuple(
        Rule(name=f"rule {n}", when=when, **act, **more) for n, (act, when, more) in enumerate(made)
    )
)
rows: st.SearchStrategy[IncomeRow] = st.builds(
    row, account_reference=REFERENCES, fund=CODES, narrative=WORDS, amount=AMOUNTS, taken_on=_DAYS,
    mop=st.sampled_from(["12", "", "98"]), source_reference=WORDS,
    extra=st.sampled_from([{}, {"Ward": "RENT"}, {"Ward": "x"}]),
)  # fmt: skip
