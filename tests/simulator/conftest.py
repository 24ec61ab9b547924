"""Small Council's reference formats, from its own settings."""

import tomllib
from importlib import resources

import pytest

from localgov_ims.domain.check_digits import CheckDigits, Kind
from localgov_ims.domain.references import Characters, ReferenceFormat

_SETTINGS = resources.files("localgov_ims.simulator") / "small_council" / "council.toml"


@pytest.fixture(scope="session")
def settings() -> dict:
    """Return the settings as written."""
    return tomllib.loads(_SETTINGS.read_text())


@pytest.fixture(scope="session")
def formats(settings) -> dict[str, ReferenceFormat]:
    """Return the formats by name."""
    schemes = {name: _scheme(name, **given) for name, given in settings["check_digits"].items()}
    return {name: _format(name, schemes, **given) for name, given in settings["reference_formats"].items()}


def _scheme(name, *, kind, weights, results, **rest) -> CheckDigits:
    written = {int(result): text for result, text in results.items()}
    return CheckDigits(name=name, kind=Kind(kind), weights=tuple(weights), results=written, **rest)


def _format(name, schemes, *, characters, check_digit, valid, invalid, **rest) -> ReferenceFormat:
    return ReferenceFormat(
        name=name, characters=Characters(characters), check_digit=schemes[check_digit], valid=tuple(valid),
        invalid=tuple(invalid), **rest,
    )  # fmt: skip
