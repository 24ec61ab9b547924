"""Which rules do any work: what lines say of the rules that placed them."""

from __future__ import annotations

import sqlalchemy as sa
from attrs import frozen

from localgov_ims.allocation.rules import Rule
from localgov_ims.domain.money import Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.service.income.placing_rows import RULES_JOINED
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.storage.transactions import lines


@frozen(kw_only=True)
class RuleUsage:
    """How many lines name a rule of the version in force, and what they come to; nothing: it never did any work."""

    rule: Rule
    count: int
    amount: Money


def rule_usage(installation: Installation) -> list[RuleUsage]:
    """Return what each rule in force has done so far, under any version, in the order of the rules.

    Raises:
        NotPermitted: The permission rule.view is missing.
    """
    query = (
        sa.select(lines.c.rule, sa.func.count().label("placed"), sa.func.sum(lines.c.pence).label("pence"))
        .where(lines.c.rule.is_not(None))
        .group_by(lines.c.rule)
    )
    done: dict[str, tuple[int, int]] = {}
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.RULE_VIEW)
        for row in connection.execute(query):
            for name in row.rule.split(RULES_JOINED):
                count, pence = done.get(name, (0, 0))
                done[name] = (count + int(row.placed), pence + int(row.pence))
    ordered = sorted(installation.council.rules, key=lambda rule: (rule.order, rule.name))
    return [
        RuleUsage(rule=rule, count=count, amount=Money(pence))
        for rule in ordered
        for count, pence in [done.get(rule.name, (0, 0))]
    ]
