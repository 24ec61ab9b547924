"""From a match rule to one SELECT, in the SQL that DuckDB and Spark share.

Days are whole numbers and amounts whole pence, so that nothing depends on a dialect's dates or decimals.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from localgov_ims.reconciliation.dialects import DUCKDB, Dialect
from localgov_ims.reconciliation.kinds import KINDS, Kind
from localgov_ims.reconciliation.rules import MOST_KEYS, Amount, MatchRule, Uniqueness
from localgov_ims.reconciliation.tariffs import WHOLE, FeeRounding, Tariff

CROWD = 200
"""How many open records may share an amount for it to be compared without a key."""

COLUMNS = (
    "alternative", "left_id", "right_id", "left_day", "right_day", "left_pence", "right_pence", "days",
    *(f"key{n}" for n in range(1, MOST_KEYS + 1)), "written", "bundle",
)  # fmt: skip
"""What every candidate has. `right_pence` is what the left amount was compared with; `key1` to `key3` are what was
equal; `bundle` is what makes pairs interchangeable, where they may be."""


@frozen(kw_only=True)
class Compiler:
    """What rules are compiled for: the engine, and the tariff of each source."""

    tariffs: Mapping[str, Tariff] = field(factory=dict)
    dialect: Dialect = DUCKDB

    def candidates(self, rule: MatchRule) -> str:
        """Return the SELECT that gives a rule's candidate pairs with their evidence: `COLUMNS`."""
        return "\nUNION ALL\n".join(self.alternative(rule, n) for n in range(len(rule.alternatives)))

    def alternative(self, rule: MatchRule, number: int) -> str:
        """Return the SELECT of one alternative of a rule."""
        left, keys = KINDS[rule.left], compared(rule.alternatives[number])
        said = [
            *(_side("l", left, ours) for ours in keys),
            *["CAST(NULL AS VARCHAR(1))"] * (MOST_KEYS - len(keys)),
        ]
        written = next(
            (f"l_{ours}.written" for ours in keys if ours in left.parts), "CAST(NULL AS VARCHAR(1))"
        )
        shown = ", ".join(f"{text} AS key{n}" for n, text in enumerate(said, start=1))
        conditions = [*_conditions(rule), *self._fits(rule, rule.alternatives[number])]
        return f"""
SELECT {number} AS alternative, l.id AS left_id, r.id AS right_id, l.day AS left_day, r.day AS right_day,
  l.pence AS left_pence, r.pence AS right_pence, l.day - r.day AS days,
  {shown}, {written} AS written, {self._bundle(rule, keys)} AS bundle
FROM {self._joined(rule, keys)}
WHERE {" AND ".join(conditions)}"""

    def nearest_misses(self, rule: MatchRule) -> str:
        """Return the SELECT that gives, for each left record, the right one that fails only by amount or day.

        Money that goes the other way is not near; `other_pence` is what was expected, with its sign.

        Columns: `left_id`, `pence`, `other_pence`, `days`, `key1` to `key3`, `written`.
        """
        left, keys = KINDS[rule.left], compared(rule.alternatives[0])
        said = [
            *(_side("l", left, ours) for ours in keys),
            *["CAST(NULL AS VARCHAR(1))"] * (MOST_KEYS - len(keys)),
        ]
        written = next(
            (f"l_{ours}.written" for ours in keys if ours in left.parts), "CAST(NULL AS VARCHAR(1))"
        )
        shown = ", ".join(f"{text} AS key{n}" for n, text in enumerate(said, start=1))
        other = _other(rule)
        near = [*_conditions(rule), *_silent(rule.alternatives[0]), f"(l.pence >= 0) = ({other} >= 0)"]
        return f"""
SELECT left_id, pence, other_pence, days, key1, key2, key3, written FROM (
  SELECT l.id AS left_id, l.pence AS pence, {other} AS other_pence, l.day - r.day AS days, {shown}, {written} AS written,
    ROW_NUMBER() OVER (
      PARTITION BY l.id ORDER BY ABS(l.pence - ({other})), ABS(l.day - r.day), r.id, {", ".join(said[: len(keys)])}
    ) AS place
  FROM {self._joined(rule, keys)}
  WHERE {" AND ".join(near)}
) AS ranked WHERE place = 1"""

    def members(self, rule: MatchRule) -> str:
        """Return the SELECT that gives of each group its `id` and its members with the pence that each brings.

        Columns: `group_id`, `right_id`, `right_pence`, and `gross` before the tariff.
        """
        columns = ", ".join(rule.group)
        return f"""
SELECT MIN(id) OVER (PARTITION BY {columns}) AS group_id, id AS right_id, {self._net(rule)} AS right_pence, pence AS gross
FROM {KINDS[rule.right].table} AS r
WHERE {" AND ".join(_grouped(rule))}"""

    def _joined(self, rule: MatchRule, keys: Mapping[str, str]) -> str:
        left, right = KINDS[rule.left], KINDS[rule.right]
        tables = [f"{left.table} AS l"]
        tables += [
            f"JOIN {left.base}_{ours} AS l_{ours} ON l_{ours}.id = l.id"
            for ours in keys
            if ours in left.parts
        ]
        parts = [theirs for theirs in keys.values() if theirs in right.parts]
        on = [f"{_side('l', left, ours)} = {_side('r', right, theirs)}" for ours, theirs in keys.items()]
        if rule.near or not keys:
            on = [self._same_amount(rule)]
        source = self._groups(rule) if rule.uniqueness is Uniqueness.GROUP else right.table
        if not parts:
            return "\n  ".join([*tables, f"JOIN {source} AS r ON {' AND '.join(on)}"])
        (part,) = parts
        joined = f"JOIN {right.base}_{part} AS r_{part}"
        if rule.near:
            return "\n  ".join(
                [*tables, f"JOIN {source} AS r ON {' AND '.join(on)}", f"{joined} ON r_{part}.id = r.id"]
            )
        # The part carries the key, so it is joined first and leads to its record.
        tables.append(f"{joined} ON {' AND '.join(on)}")
        tables.append(f"JOIN {source} AS r ON r.id = r_{part}.id")
        return "\n  ".join(tables)

    def _fits(self, rule: MatchRule, alternative: Mapping[str, str]) -> list[str]:
        keys = compared(alternative)
        fits = [
            *_silent(alternative),
            self._same_amount(rule),
            f"l.day - r.day BETWEEN {rule.window[0]} AND {rule.window[1]}",
        ]
        if rule.near or not keys:
            # An amount that a crowd shares tells nobody apart, and would be compared with a crowd of lines.
            alone = f"SELECT pence FROM {KINDS[rule.right].table} GROUP BY pence HAVING COUNT(*) <= {CROWD}"
            fits.append(f"r.pence IN ({alone})")
        if rule.near:
            left, right = KINDS[rule.left], KINDS[rule.right]
            fits += [
                f"{self.dialect.characters_wrong(_side('l', left, ours), _side('r', right, theirs))} <= {rule.near}"
                for ours, theirs in keys.items()
            ]
        return fits

    def _same_amount(self, rule: MatchRule) -> str:
        other = _other(rule)
        return f"ABS(l.pence - ({other})) <= {rule.tolerance}" if rule.tolerance else f"l.pence = {other}"

    def _groups(self, rule: MatchRule) -> str:
        day = "MAX(day) AS day, " if "day" not in rule.group else ""
        return f"""(
    SELECT {", ".join(rule.group)}, {day}MIN(id) AS id, CAST(SUM({self._net(rule)}) AS BIGINT) AS pence
    FROM {KINDS[rule.right].table} AS r
    WHERE {" AND ".join(_grouped(rule))}
    GROUP BY {", ".join(rule.group)}
  )"""

    def _net(self, rule: MatchRule) -> str:
        if not rule.less_tariff:
            return "pence"
        cases = " ".join(
            f"WHEN provider = {_quoted(source)} THEN {self._fee(tariff)}"
            for source, tariff in sorted(self.tariffs.items())
        )
        # Without a tariff nothing is known of the fee, so that nothing fits.
        return f"pence - CASE {cases} END" if cases else "CAST(NULL AS BIGINT)"

    def _fee(self, tariff: Tariff) -> str:
        """Compute a fee in whole numbers, as `Tariff.fee` does."""
        product = f"(pence * {tariff.millionths})"
        whole, rest = self.dialect.whole(product, WHOLE), f"{product} % {WHOLE}"
        more = {
            FeeRounding.HALF_UP: f"2 * ({rest}) >= {WHOLE}",
            FeeRounding.HALF_EVEN: f"2 * ({rest}) > {WHOLE} OR (2 * ({rest}) = {WHOLE} AND {whole} % 2 = 1)",
            FeeRounding.UP: f"{rest} > 0",
            FeeRounding.DOWN: "1 = 0",
        }[tariff.rounding]
        return f"({whole} + CASE WHEN {more} THEN 1 ELSE 0 END + {tariff.fixed})"

    def _bundle(self, rule: MatchRule, keys: Mapping[str, str]) -> str:
        if rule.uniqueness is not Uniqueness.FUNGIBLE:
            return "CAST(NULL AS VARCHAR(1))"
        left = KINDS[rule.left]
        same = [_side("l", left, ours) for ours in keys] + [
            f"COALESCE(r.{column}, '')" for column in rule.alike
        ]
        return f"CONCAT_WS('|', {', '.join(same)}, CAST(l.pence AS VARCHAR(20)))"


def compared(alternative: Mapping[str, str]) -> dict[str, str]:
    """Return the columns of an alternative that must be equal."""
    return {ours: theirs for ours, theirs in alternative.items() if theirs}


def _other(rule: MatchRule) -> str:
    """Return what the left record's pence must be, by the right one's."""
    return "-r.pence" if rule.amount is Amount.NEGATED else "r.pence"


def _silent(alternative: Mapping[str, str]) -> list[str]:
    """Return the conditions that the left record says nothing of what an alternative takes to be unsaid."""
    return [f"l.{ours} IS NULL" for ours, theirs in alternative.items() if not theirs]


def _conditions(rule: MatchRule) -> list[str]:
    conditions = _fixed(rule, "left")
    if rule.uniqueness is not Uniqueness.GROUP:
        conditions += _fixed(rule, "right")
    if rule.right == "leg":
        # A transfer has its money going out on the left, so that no pair of legs is found twice.
        conditions.append("l.pence < 0")
    return conditions or ["1 = 1"]


def _grouped(rule: MatchRule) -> list[str]:
    own = [name.replace("r.", "") for name in _fixed(rule, "right")]
    # What is in no group is no group.
    return own + [f"{column} IS NOT NULL" for column in rule.group if column != "day"]


def _fixed(rule: MatchRule, side: str) -> list[str]:
    given = ((*name.partition("."), value) for name, value in rule.where.items())
    return [f"{own[0]}.{column} = {_quoted(value)}" for own, _, column, value in given if own == side]


def _quoted(value: str) -> str:
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


def _side(alias: str, kind: Kind, column: str) -> str:
    return f"{alias}_{column}.{column}" if column in kind.parts else f"{alias}.{column}"
