"""What a rule is refused for when it is loaded, rather than when the first row meets it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from localgov_ims.allocation.asking import refused
from localgov_ims.allocation.conditions import (
    ALWAYS,
    DEEPEST,
    REFERENCE_OPS,
    Condition,
    Group,
    conditions_in,
    depth,
)
from localgov_ims.allocation.rows import References
from localgov_ims.allocation.rules import Extract, Rule, Value
from localgov_ims.allocation.values import LONGEST, text_getter
from localgov_ims.errors import ConfigurationError


def check_rule(rule: Rule, references: References) -> None:
    """Refuse a rule that sets or asks for what is not there.

    Raises:
        ConfigurationError: It names a code that is none of the council's, sets a text that is too long, takes a
            reference from a field that does not exist, or its tree is too deep or has an empty group.
    """
    if depth(rule.when) > DEEPEST:
        raise refused(rule.name, f"its conditions are nested more than {DEEPEST} deep")
    if rule.when != ALWAYS and _empty_group(rule.when):
        raise refused(rule.name, "a group of conditions is empty")
    for given in rule.settings():
        _check_settings(rule.name, given, references)
    for condition in conditions_in(rule.when):
        if condition.op in REFERENCE_OPS and isinstance(condition.value, str) and condition.value:
            _check_code(rule.name, "fund", condition.value, references)
    if references.import_types is not None:
        for code in rule.import_types:
            if code not in references.import_types:
                raise _unknown(rule.name, "import type", code)


def unknown_codes(rule: Rule, references: References) -> Iterator[tuple[str, str]]:
    """Yield the field and code of conditions that compare with what is none of the council's codes.

    That is allowed, because a sender's codes need not be ours, but it may be a slip of the pen.
    """
    for condition in conditions_in(rule.when):
        known = references.codes(condition.field.removeprefix("original."))
        if condition.op.removeprefix("not_") in {"equals", "one_of"} and known is not None:
            for code in condition.operands:
                if code and code not in known:
                    yield condition.field, code


def _check_settings(rule: str, given: Mapping[str, Value], references: References) -> None:
    for name, value in given.items():
        if isinstance(value, Extract):
            _check_code(rule, "fund", value.reference_of, references)
            if text_getter(value.from_) is None:
                raise refused(rule, f"there is no field {value.from_!r} to take a reference from")
        elif len(value) > LONGEST[name]:
            message = (
                f"it sets {name} to {value!r}, which has {len(value)} characters; {LONGEST[name]} are allowed"
            )
            raise refused(rule, message)
        elif value:
            _check_code(rule, name, value, references)


def _check_code(rule: str, name: str, code: str, references: References) -> None:
    known = references.codes(name)
    if known is not None and code not in known:
        raise _unknown(rule, {"mop": "method of payment", "vat_code": "VAT code"}.get(name, name), code)


def _unknown(rule: str, what: str, code: str) -> ConfigurationError:
    message = f"Rule {rule!r} names {what} {code!r}, which is none of the council's."
    return ConfigurationError("bad_rule", message, rule=rule, value=code)


def _empty_group(tree: Condition | Group) -> bool:
    return isinstance(tree, Group) and (not tree.members or any(map(_empty_group, tree.members)))
