"""Allocation rules from the text that people write, TOML or JSON, and back: nothing is lost on the way."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

import cattrs
from cattrs.gen import make_dict_structure_fn, override

from localgov_ims.allocation.conditions import ALWAYS, Condition, Group, Join, joined
from localgov_ims.allocation.rules import Extract, Part, Rule, Value
from localgov_ims.domain.money import Money

_JOINS: Final = {join.value for join in Join}
_NUMBERED: Final = frozenset({"longer_than", "shorter_than", "day_of_month_in"})
_DATED: Final = frozenset({"on", "before", "after", "between"})


def register_rules(converter: cattrs.Converter) -> None:
    """Teach a converter of settings how rules are written: trees, flat lists, and values taken from the row."""
    converter.register_structure_hook(Condition | Group, lambda value, _: _tree(value, converter))
    converter.register_structure_hook(
        str | Extract,
        lambda value, _: value if isinstance(value, str) else converter.structure(value, Extract),
    )
    plain = make_dict_structure_fn(Condition, converter, _cattrs_forbid_extra_keys=True)
    converter.register_structure_hook(Condition, lambda value, kind: plain(_as_text(value), kind))
    rename = make_dict_structure_fn(
        Extract, converter, from_=override(rename="from"), _cattrs_forbid_extra_keys=True
    )
    converter.register_structure_hook(Extract, rename)


def rules_data(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """Return rules as plain tables of text, flags and whole numbers, as they stand under `rule` in TOML or JSON.

    Days are ISO text; what has its default is left out; trees stand as trees.
    """
    return [_table(rule) for rule in rules]


def stored_text(rules: Iterable[Rule]) -> str:
    """Return rules as the text that versions of them are kept as, alike for rules that are alike."""
    return json.dumps(rules_data(rules), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def rules_stored(text: str) -> tuple[Rule, ...]:
    """Return the rules that `stored_text` wrote."""
    made = cattrs.Converter(forbid_extra_keys=True)
    made.register_structure_hook(Money, lambda value, _: Money.parse(value))
    made.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
    made.register_structure_hook(
        str | tuple[str, ...], lambda value, _: tuple(value) if isinstance(value, list) else value
    )
    register_rules(made)
    return tuple(made.structure(table, Rule) for table in json.loads(text))


def _table(rule: Rule) -> dict[str, Any]:
    written: dict[str, Any] = {"name": rule.name, "order": rule.order, "description": rule.description}
    written["when"] = _written(rule.when) if rule.when != ALWAYS else None
    written["set"] = _settings(rule.set)
    written["split"] = [_part(part) for part in rule.split]
    written |= {"stop": rule.stop, "import_types": list(rule.import_types)}
    written |= {
        name: day.isoformat() for name in ("starts_on", "ends_on") if (day := getattr(rule, name)) is not None
    }
    table = {name: value for name, value in written.items() if value or name == "order"}
    # Empty words are refused when a rule is made, so none is the only blank here; and off is what must not be lost.
    table |= {"suspend": rule.suspend} if rule.suspend is not None else {}
    return table | ({} if rule.enabled else {"enabled": False})


def _written(tree: Condition | Group) -> dict[str, Any]:
    if isinstance(tree, Group):
        return {tree.join.value: [_written(member) for member in tree.members]}
    value = tree.value if isinstance(tree.value, str) else list(tree.value)
    table: dict[str, Any] = {"field": tree.field, "op": tree.op}
    table |= {"value": value} if value != "" else {}
    return table | {name: True for name in ("ignore_case", "search") if getattr(tree, name)}


def _settings(given: Mapping[str, Value]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str) else {"from": value.from_, "reference_of": value.reference_of}
        for name, value in given.items()
    }


def _part(part: Part) -> dict[str, Any]:
    share: dict[str, Any] = {"remainder": True}
    if part.percent is not None:
        share = {"percent": part.percent}
    elif part.amount is not None:
        share = {"amount": str(part.amount)}
    return share | ({"set": _settings(part.set)} if part.set else {})


def _tree(value: Any, converter: cattrs.Converter) -> Condition | Group:  # noqa: ANN401 - whatever TOML holds
    if isinstance(value, list):
        members = [_member(each) for each in value]
        return joined([(join, _tree(table, converter)) for join, table in members])
    if isinstance(value, dict) and len(value) == 1 and (join := next(iter(value))) in _JOINS:
        if not isinstance(value[join], list):
            message = f"{join} must hold a list of conditions"
            raise TypeError(message)
        return Group(join=Join(join), members=tuple(_tree(member, converter) for member in value[join]))
    return converter.structure(value, Condition)


def _member(value: Any) -> tuple[str | None, Any]:  # noqa: ANN401 - whatever TOML holds
    if not isinstance(value, dict):
        return None, value
    return value.get("join"), {name: each for name, each in value.items() if name != "join"}


def _as_text(value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
    """Return a condition with its numbers of characters and its days as text, which is how they are kept."""
    if not isinstance(value, dict) or "value" not in value:
        return value
    kind: type = int if value.get("op") in _NUMBERED else date if value.get("op") in _DATED else str
    given = value["value"]
    if isinstance(given, list):
        return value | {"value": [str(each) if type(each) is kind else each for each in given]}
    return value | {"value": str(given)} if type(given) is kind else value
