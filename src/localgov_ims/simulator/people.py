"""The people who pay Small Council: their accounts, what they owe, and what they write.

Every narrative is searched with the council's own formats while it is made, and made again until it names
exactly the accounts that it is meant to name: what is said of a line is true for every seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random

from attrs import frozen

from localgov_ims.domain.money import Money
from localgov_ims.domain.references import ReferenceFormat

COUNCIL_TAX, RENTS, PENALTIES, GARDEN = "23", "05", "2R", "13"
_FORMATS: Mapping[str, str] = {
    COUNCIL_TAX: "council-tax", RENTS: "rent", PENALTIES: "penalty", GARDEN: "garden",
}  # fmt: skip
_PENALTIES, _SUBSCRIPTIONS = (2_500, 3_500, 5_000, 7_000), (4_500, 5_500, 6_250)  # pence
_SHARES = (50, 28, 12, 10)  # how often each fund is paid into, in the order of _FORMATS
_INITIALS = "ABCDEGHJKLMNPRSTW"
_SURNAMES = (
    "SMITH", "JONES", "TAYLOR", "BROWN", "PATEL", "WILSON", "KHAN", "EVANS", "BEGUM", "WALKER", "HUGHES",
    "GREEN", "COOPER", "WARD", "MORRIS", "NOWAK", "OKAFOR", "LEWIS", "BAKER", "SINGH", "COX", "HILL",
    "MURPHY", "ALI",
)  # fmt: skip
_WORDS: Mapping[str, tuple[str, ...]] = {
    COUNCIL_TAX: ("COUNCIL TAX", "CTAX", "C TAX"),
    RENTS: ("RENT", "HOUSE RENT", "RENT FLAT"),
    PENALTIES: ("PARKING FINE", "PCN", "PENALTY"),
    GARDEN: ("GARDEN WASTE", "BROWN BIN", "GARDEN BIN"),
}
_UNNAMED = (
    "COUNCIL TAX MAY",
    "RENT",
    "PAYMENT",
    "FROM MUM",
    "BILL",
    "COUNCIL",
    "THANK YOU",
    "STANDING ORDER",
    "FEES",
)
_SYMBOLS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = _SYMBOLS[:10]


@frozen
class Account:
    """Whose income it is: the fund, and the canonical account reference."""

    fund: str
    reference: str


@frozen
class Narrative:
    """What a payment says of itself: the payer's name, and what the payer wrote."""

    name: str
    text: str


class People:
    """Payers without end, none of whose accounts is given out twice."""

    def __init__(
        self, random: Random, formats: Mapping[str, ReferenceFormat], given: set[str] | None = None
    ) -> None:
        """Draw from *random*, with the council's *formats* by name, and add to the accounts *given* out."""
        self._random, self._named = random, formats
        self._formats = {fund: formats[name] for fund, name in _FORMATS.items()}
        self._given = given if given is not None else set[str]()

    def beside(self, random: Random) -> People:
        """Return people of another source of chance, with none of the accounts given out here, nor the other way round."""
        return People(random, self._named, self._given)

    def account(self, fund: str | None = None) -> Account:
        """Return an account that nobody has had before, in *fund* or in any."""
        fund = fund or self._random.choices(tuple(_FORMATS), _SHARES)[0]
        while True:
            for reference in self._candidates(self._formats[fund]):
                if reference not in self._given:
                    self._given.add(reference)
                    return Account(fund, reference)

    def owed(self, account: Account) -> Money:
        """Return an amount such as its fund is paid."""
        if account.fund == COUNCIL_TAX:
            return Money(self._random.randrange(9_500, 28_500))
        if account.fund == RENTS:
            return Money(self._random.randrange(8_800, 14_500) * self._random.choice((1, 1, 4)))
        return Money(self._random.choice(_PENALTIES if account.fund == PENALTIES else _SUBSCRIPTIONS))

    def names(self, account: Account) -> Narrative:
        """Return a narrative that names exactly this account, written as people write."""
        styles = (self._plain, self._apart, self._dashed, self._small, self._among_words)
        return self._meaning({account}, lambda: self._random.choice(styles)(account))

    def names_both(self, first: Account, second: Account) -> Narrative:
        """Return a narrative that names two accounts."""
        return self._meaning({first, second}, lambda: f"{first.reference} AND {second.reference}")

    def mistypes(self, account: Account) -> Narrative:
        """Return a narrative in which a digit of the account's reference is wrong."""
        styles = (self._plain, self._among_words)
        return self._meaning(set(), lambda: self._random.choice(styles)(self._slipped(account)))

    def names_nobody(self) -> Narrative:
        """Return a narrative without a reference."""
        return self._meaning(set(), lambda: self._random.choice(_UNNAMED))

    def named_in(self, text: str) -> set[Account]:
        """Return the accounts of all funds that free *text* names."""
        return {
            Account(fund, found.text) for fund, form in self._formats.items() for _, found in form.find(text)
        }

    def _meaning(self, accounts: set[Account], write: Callable[[], str]) -> Narrative:
        while True:
            name = f"{self._random.choice(_INITIALS)} {self._random.choice(_SURNAMES)}"
            text = write()
            # Banks print name and text each in a line, or both in one.
            if self.named_in(f"{name} {text}\n{text}") == accounts:
                return Narrative(name, text)

    def _candidates(self, form: ReferenceFormat) -> Iterator[str]:
        mask = form.mask or "#" * form.max_length
        body = "".join(self._random.choice(_DIGITS) if symbol == "#" else symbol for symbol in mask)
        # The formats know the check digit's arithmetic: try each symbol rather than do it here again.
        tried = (body.replace("@", symbol) for symbol in _SYMBOLS)
        return (text for text in tried if form.fault(text) is None and not text.startswith("0"))

    def _slipped(self, account: Account) -> Account:
        reference = account.reference
        at = self._random.choice([i for i, symbol in enumerate(reference) if symbol in _DIGITS])
        return Account(account.fund, reference[:at] + self._random.choice(_DIGITS) + reference[at + 1 :])

    def _plain(self, account: Account) -> str:
        return account.reference

    def _apart(self, account: Account, joiner: str = " ") -> str:
        at = self._random.randrange(3, 6)
        return account.reference[:at] + joiner + account.reference[at:]

    def _dashed(self, account: Account) -> str:
        return self._apart(account, "-")

    def _small(self, account: Account) -> str:
        return self._among_words(account).lower()

    def _among_words(self, account: Account) -> str:
        before, after = (
            self._random.choice(_WORDS[account.fund]),
            self._random.choice(("", " MAY", " THANKS", " HOME")),
        )
        return f"{before} {account.reference}{after}"
