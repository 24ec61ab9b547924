"""Secrets out of the environment, or out of files that it names."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from attrs import field, frozen

from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import ConfigurationError, InvalidValue
from localgov_ims.hooks.http import Secret

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")


@frozen
class EnvironmentSecrets:
    """Gives the secret `smtp_password` from `IMS_SECRET_SMTP_PASSWORD`, or the file that `..._FILE` names.

    Files are what container platforms mount; white space around what they hold does not count.
    """

    environment: Mapping[str, str] = field(factory=lambda: os.environ, repr=False)

    def get(self, name: str) -> Secret:
        """Return a secret by its name: small letters, digits, dashes and underscores.

        Raises:
            ConfigurationError: Neither variable is set, or both are, or the file cannot be read. It names
                the variable, never a value.
            InvalidValue: The name cannot be one.
        """
        if _NAME.fullmatch(name) is None:
            message = f"'{quoted(name)}' cannot name a secret: use small letters, digits, - and _, such as smtp_password."
            raise InvalidValue("bad_secret_name", message, value=name)
        variable = f"IMS_SECRET_{name.upper().replace('-', '_')}"
        value, path = self.environment.get(variable, ""), self.environment.get(f"{variable}_FILE", "")
        if value and path:
            message = f"Both {variable} and {variable}_FILE are set. Take one of them away."
            raise ConfigurationError("secret_twice", message, secret=name)
        text = _text(path, f"{variable}_FILE", name) if path else value
        if not text.strip():
            message = f"The secret {name!r} is not set: set {variable}, or {variable}_FILE to the path of a file that holds it."
            raise ConfigurationError("no_secret", message, secret=name)
        return Secret(text.strip())


def _text(path: str, variable: str, name: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        message = f"The file that {variable} names cannot be read: {error.strerror}."
        raise ConfigurationError("secret_unreadable", message, secret=name) from error
    except UnicodeDecodeError:
        # not chained: that error carries the file's bytes
        message = f"The file that {variable} names is not text in UTF-8."
        raise ConfigurationError("secret_unreadable", message, secret=name) from None
