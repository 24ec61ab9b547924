"""Account references: formats as data, and `parse` as the only way to an `AccountReference`.

A person or program that sends a bad reference is refused. Money that has already arrived never is: its
text is searched with `find`, and what fits nothing goes to suspense.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from string import ascii_letters, digits

from attrs import field, frozen

from localgov_ims.domain.check_digits import CheckDigits
from localgov_ims.domain.contradictions import contradictions
from localgov_ims.domain.finding import Finder
from localgov_ims.domain.masks import ALPHANUMERIC, CHECK, admitted, one_of
from localgov_ims.domain.patterns import Pattern, compile_pattern
from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import ConfigurationError, InvalidValue

_ASCII = frozenset(map(chr, range(128)))
_PLAIN = {"alpha": frozenset(ascii_letters), "numeric": frozenset(digits), "alphanumeric": ALPHANUMERIC}


class Characters(enum.Enum):
    """The characters a reference may hold."""

    ALPHA = "alpha"
    ALPHA_WITH_SPACES = "alpha-with-spaces"
    NUMERIC = "numeric"
    NUMERIC_WITH_SPACES = "numeric-with-spaces"
    ALPHANUMERIC = "alphanumeric"
    ALPHANUMERIC_WITH_SPACES = "alphanumeric-with-spaces"

    @classmethod
    def numbered(cls, number: int) -> Characters:
        """Return the class by its number, 1 to 6, in the income management system that councils have had.

        Raises:
            InvalidValue: There is no such class.
        """
        classes = dict(enumerate(cls, start=1))
        if number not in classes:
            message = f"There is no class {number!r} of characters; there are 1 to {len(classes)}."
            raise InvalidValue("unknown_class", message, value=number)
        return classes[number]

    @property
    def allowed(self) -> frozenset[str]:
        """The characters of the class."""
        plain, _, spaces = self.value.partition("-with-")
        return _PLAIN[plain] | {" "} if spaces else _PLAIN[plain]


class Case(enum.Enum):
    """What becomes of small letters."""

    UPPER = "upper"
    KEEP = "keep"


@frozen
class AccountReference:
    """Whose income it is, in the canonical form of its format.

    Made by `ReferenceFormat`; `text` is what is stored, compared and fed to other systems.
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
        name: Text of 30 characters at most.
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
    _shape: re.Pattern[str] = field(init=False, repr=False, eq=False)
    _regex: Pattern = field(init=False, repr=False, eq=False)
    _checked_at: int = field(init=False, repr=False, eq=False)
    _finder: Finder = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Compile the patterns, and refuse what contradicts itself."""
        for fault in contradictions(self):
            raise ConfigurationError(
                "bad_reference_format", f"Reference format {self.name}: {fault}.", format=self.name
            )
        object.__setattr__(self, "_shape", self._compiled_shape())
        object.__setattr__(self, "_regex", compile_pattern(self.regex) if self.regex is not None else None)
        # Not found is -1: the last character, which is checked where there is no mask.
        object.__setattr__(self, "_checked_at", (self.mask or "").find(CHECK))
        for example, wanted in [*((e, True) for e in self.valid), *((e, False) for e in self.invalid)]:
            if self.accepts(self.compact(example)) is not wanted:
                message = f"Reference format {self.name}: its example {example!r} is {'refused' if wanted else 'accepted'}."
                raise ConfigurationError("bad_reference_format", message, format=self.name, value=example)
        object.__setattr__(self, "_finder", Finder((self,)))

    @property
    def any_case(self) -> bool:
        """Whether small letters count as capitals."""
        return self.case is Case.UPPER

    @property
    def allowed(self) -> frozenset[str]:
        """The characters that may stand in a reference somewhere, by its class."""
        return self.characters.allowed if self.characters is not None else _ASCII

    def compact(self, text: str | None) -> str:
        """Return the canonical form: trimmed, and in capitals unless `case` keeps them."""
        canonical = (text or "").strip()
        # Only ASCII is folded: elsewhere capitals can be longer, or another letter's (the dotless i).
        return canonical.upper() if self.case is Case.UPPER and canonical.isascii() else canonical

    def parse(self, text: str | None) -> AccountReference:
        """Turn *text* into a reference; parsing its canonical form again changes nothing.

        Raises:
            InvalidValue: It is not one. The code is that of the first check that fails:
                `reference_missing`, `_length`, `_characters`, `_pattern`, `_mask` or `_check_digit`.
        """
        reference = self.read(text)
        if reference is None:
            code, why = self._fault(self.compact(text))
            message = f"'{quoted(text or '')}' is not a {self.name} reference: {why}."
            raise InvalidValue(code, message, value=text, format=self.name)
        return reference

    def read(self, text: str | None) -> AccountReference | None:
        """Return the reference that *text* is, as `parse` does; none where it is not one."""
        canonical = self.compact(text)
        return AccountReference(canonical, self.name) if self.accepts(canonical) else None

    def accepts(self, canonical: str) -> bool:
        """Tell whether *canonical* passes every check."""
        # The dearest check comes last: which one fails does not matter here.
        return (
            self._shape.fullmatch(canonical) is not None
            and (self.check_digit is None or self.check_digit.passes(canonical, self._checked_at))
            and (self._regex is None or self._regex.fullmatch(canonical) is not None)
        )

    def fault(self, canonical: str) -> tuple[str, str] | None:
        """Return code and reason of the first check that *canonical* fails, or none."""
        return None if self.accepts(canonical) else self._fault(canonical)

    def find(self, text: str) -> Iterator[tuple[str, AccountReference]]:
        """Yield each reference in free *text*, as written and as read; see `Finder`, which searches many at once."""
        return ((found.written, found.reference) for found in self._finder.find(text))

    def mask_places(self) -> tuple[frozenset[str], ...]:
        """Return what the mask admits at each place; nothing without a mask."""
        checks = self.check_digit.characters if self.check_digit is not None else ALPHANUMERIC
        return tuple(admitted(s, any_case=self.any_case, checks=checks) for s in self.mask or "")

    def places(self) -> tuple[frozenset[str], ...] | None:
        """Return what may stand at each place, by class and mask; none where the length varies."""
        if self.mask is not None:
            return tuple(place & self.allowed for place in self.mask_places())
        return (self.allowed,) * self.max_length if self.min_length == self.max_length else None

    def _fault(self, canonical: str) -> tuple[str, str]:
        return next(self._faults(canonical))

    def _faults(self, canonical: str) -> Iterator[tuple[str, str]]:
        if not canonical:
            yield "reference_missing", "it is empty"
        if not self.min_length <= len(canonical) <= self.max_length:
            span = (
                str(self.min_length)
                if self.min_length == self.max_length
                else f"{self.min_length} to {self.max_length}"
            )
            yield "reference_length", f"it has {len(canonical)} characters instead of {span}"
        if not (canonical.isascii() and canonical.isprintable()):
            yield "reference_characters", "only plain letters, digits and signs (ASCII) may stand in it"
        if self.characters is not None and not self.characters.allowed.issuperset(canonical):
            named = self.characters.value.replace("-", " ")
            yield "reference_characters", f"only {named} characters may stand in it"
        if self._regex is not None and self._regex.fullmatch(canonical) is None:
            yield "reference_pattern", f"it has not the shape {self.regex}"
        if self._shape.fullmatch(canonical) is None:
            yield "reference_mask", f"it does not fit {self.mask}"
        yield "reference_check_digit", "it is probably mistyped, for its check character does not fit"

    def _compiled_shape(self) -> re.Pattern[str]:
        # Length, class and mask at once. Each place is one set of characters, so that nothing can backtrack.
        if self.mask is not None:
            return re.compile("".join(map(one_of, self.places() or ())))
        return re.compile(f"{one_of(self.allowed)}{{{self.min_length},{self.max_length}}}")
