"""Account references: formats as data, and `parse` as the only way to an `AccountReference`.

A person or program that sends a bad reference is refused. Money that has already arrived never is: its
text is searched with `find`, and what fits nothing goes to suspense.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator

from attrs import field, frozen

from localgov_ims.domain.check_digits import CheckDigits
from localgov_ims.domain.contradictions import contradictions
from localgov_ims.domain.masks import mask_pattern
from localgov_ims.domain.patterns import Pattern, compile_pattern
from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import ConfigurationError, InvalidValue

LONGEST_COMPILED = 1000  # a mask of 30 symbols, each written out as a class
_RUN = re.compile(r"[A-Za-z0-9]+", re.ASCII)
_JOINERS = frozenset(" -/.")
_MOST_RUNS = 4  # written apart at most as 123 456 789 0


class Characters(enum.Enum):
    """The characters a reference may hold."""

    ALPHA = "alpha"
    NUMERIC = "numeric"
    ALPHANUMERIC = "alphanumeric"
    ALPHA_WITH_SPACES = "alpha-with-spaces"
    NUMERIC_WITH_SPACES = "numeric-with-spaces"
    ALPHANUMERIC_WITH_SPACES = "alphanumeric-with-spaces"

    @property
    def pattern(self) -> str:
        """The class as a regular expression for one character."""
        plain = {"alpha": "A-Za-z", "numeric": "0-9", "alphanumeric": "A-Za-z0-9"}[self.value.split("-")[0]]
        return f"[{plain} ]" if self.value.endswith("spaces") else f"[{plain}]"


class Case(enum.Enum):
    """What becomes of small letters."""

    UPPER = "upper"
    KEEP = "keep"


@frozen
class AccountReference:
    """Whose income it is, in the canonical form of its format.

    Made by `ReferenceFormat.parse`; `text` is what is stored, compared and fed to other systems.
    """

    text: str
    format: str

    def __str__(self) -> str:
        """Return the canonical text."""
        return self.text


@frozen(kw_only=True)
class ReferenceFormat:
    r"""How the references of a fund look, as data.

    Attributes:
        min_length: Shortest canonical reference, in characters, itself included.
        max_length: Longest, itself included; 30 at most.
        characters: The class of its characters, where there is one.
        regex: RE2 pattern that the whole reference must match.
        mask: A symbol a character: `$` letter, `#` digit, `?` either, `*` letter, digit, space, `/` or
            `-`, `@` check character; any other stands for itself.
        check_digit: The scheme, where there is one; without a mask it checks the last character.
        valid: Examples that must pass, proved whenever the format is loaded.
        invalid: Examples that must fail.

    Raises:
        ConfigurationError: The format contradicts itself or one of its examples.
    """

    name: str
    min_length: int
    max_length: int
    characters: Characters | None = None
    regex: str | None = None
    mask: str | None = None
    check_digit: CheckDigits | None = None
    case: Case = Case.UPPER
    valid: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    _tests: tuple[tuple[str, Pattern, str], ...] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Compile the patterns, and refuse what contradicts itself."""
        for fault in contradictions(self):
            raise ConfigurationError(
                "bad_reference_format", f"Reference format {self.name}: {fault}.", format=self.name
            )
        object.__setattr__(self, "_tests", tuple(self._compile()))
        for example, wanted in [*((e, True) for e in self.valid), *((e, False) for e in self.invalid)]:
            if (self.fault(self.compact(example)) is None) is not wanted:
                message = f"Reference format {self.name}: its example {example!r} is {'refused' if wanted else 'accepted'}."
                raise ConfigurationError("bad_reference_format", message, format=self.name, value=example)

    @property
    def any_case(self) -> bool:
        """Whether small letters count as capitals."""
        return self.case is Case.UPPER

    def compact(self, text: str) -> str:
        """Return the canonical form: trimmed, and in capitals unless `case` keeps them."""
        canonical = text.strip(" ")
        # Only ASCII is folded: elsewhere capitals can be longer, or another letter's (the dotless i).
        return canonical.upper() if self.case is Case.UPPER and canonical.isascii() else canonical

    def parse(self, text: str) -> AccountReference:
        """Turn *text* into a reference; parsing its canonical form again changes nothing.

        Raises:
            InvalidValue: It is not one. The code is that of the first check that fails:
                `reference_missing`, `_length`, `_characters`, `_pattern`, `_mask` or `_check_digit`.
        """
        canonical = self.compact(text)
        fault = self.fault(canonical)
        if fault is not None:
            code, why = fault
            raise InvalidValue(
                code, f"'{quoted(text)}' is not a {self.name} reference: {why}.", value=text, format=self.name
            )
        return AccountReference(canonical, self.name)

    def fault(self, canonical: str) -> tuple[str, str] | None:
        """Return code and reason of the first check that *canonical* fails, or none."""
        if not canonical:
            return "reference_missing", "it is empty"
        if not self.min_length <= len(canonical) <= self.max_length:
            span = (
                str(self.min_length)
                if self.min_length == self.max_length
                else f"{self.min_length} to {self.max_length}"
            )
            return "reference_length", f"it has {len(canonical)} characters instead of {span}"
        if not canonical.isascii():
            return "reference_characters", "only plain letters, digits and signs (ASCII) may stand in it"
        for code, pattern, why in self._tests:
            if pattern.fullmatch(canonical) is None:
                return code, why
        if self.check_digit is not None and not self.check_digit.passes(
            canonical, self._checked_at(canonical)
        ):
            return "reference_check_digit", "it is probably mistyped, for its check character does not fit"
        return None

    def find(self, text: str) -> Iterator[tuple[str, AccountReference]]:
        """Yield each reference in free *text*, as written and as read.

        A reference may be written in up to four runs joined by a space, dash, slash or full stop:
        `12345678-9`, `123 456 789`. A run that is a reference by itself is never joined to its neighbours.
        """
        runs = [(run.start(), run.end()) for run in _RUN.finditer(text)]
        taken: set[int] = {i for i, run in enumerate(runs) if self._reads(text[slice(*run)])}
        for i in sorted(taken):
            written = text[slice(*runs[i])]
            yield written, AccountReference(self.compact(written), self.name)
        for first in range(len(runs)):
            for last in range(first + 1, min(first + _MOST_RUNS, len(runs))):
                if (
                    last - 1 in taken
                    or last in taken
                    or not self._joined(text, runs[last - 1][1], runs[last][0])
                ):
                    break
                written = text[runs[first][0] : runs[last][1]]
                joined = "".join(symbol for symbol in written if symbol not in _JOINERS)
                if len(joined) > self.max_length:
                    break
                if self._reads(joined):
                    taken.update(range(first, last + 1))
                    yield written, AccountReference(self.compact(joined), self.name)
                    break

    def _reads(self, text: str) -> bool:
        return self.min_length <= len(text) <= self.max_length and self.fault(self.compact(text)) is None

    @staticmethod
    def _joined(text: str, end: int, start: int) -> bool:
        return start - end == 1 and text[end] in _JOINERS

    def _checked_at(self, canonical: str) -> int:
        return self.mask.index("@") if self.mask is not None else len(canonical) - 1

    def _compile(self) -> Iterator[tuple[str, Pattern, str]]:
        if self.characters is not None:
            why = f"only {self.characters.value.replace('-', ' ')} characters may stand in it"
            yield "reference_characters", compile_pattern(f"{self.characters.pattern}*"), why
        if self.regex is not None:
            yield "reference_pattern", compile_pattern(self.regex), f"it has not the shape {self.regex}"
        if self.mask is not None:
            yield (
                "reference_mask",
                compile_pattern(mask_pattern(self.mask, any_case=self.any_case), longest=LONGEST_COMPILED),
                f"it does not fit {self.mask}",
            )
