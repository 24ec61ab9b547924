"""Walking XML along a tree of wanted elements; the rest is passed over by cheaper handlers."""

from __future__ import annotations

from collections.abc import Callable

from localgov_ims.files.limits import Limits, Refused, refuse
from localgov_ims.files.xml import local_name, new_parser
from localgov_ims_camt.tree import NO_SLOT, Node

Unknown = Callable[[Node, str, dict[str, str]], bool]
"""Asked about an element outside the tree; true where it was dealt with, false where it is skipped."""
_CODE = 3
"""Letters in a currency's code: what nearly every attribute is."""


class Walk:
    """Expat's handlers, the current element, and the pieces of text since the last tag.

    Pieces come straight from expat into a list, without a handler of ours: a text is nearly always one piece.
    """

    __slots__ = ("_depth", "_limits", "_unknown", "node", "parser", "texts", "within")

    def __init__(self, root: Node, limits: Limits, unknown: Unknown) -> None:
        """Make the parser; *unknown* is asked wherever the tree has no answer."""
        self.node = root
        self.within = 0
        self.texts: list[str] = []
        self._depth = 0
        self._limits = limits
        self._unknown = unknown
        self.parser = new_parser()
        self.parser.CharacterDataHandler = self.texts.append
        self._resume()

    def refused(self, code: str, message: str, *, field: str = "", value: str = "") -> Refused:
        """Make the refusal of what stands at the current line."""
        return refuse(code, f"line {self.parser.CurrentLineNumber}", message, field=field, value=value)

    def _resume(self) -> None:
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        node = self.node.get(name)
        if node is None:
            self._start_unknown(name, attributes)
            return
        self.node = node
        if self.texts:
            self._drop()
        if attributes:
            self._keep(node, attributes)

    def _end(self, _: str) -> None:
        node = self.node
        self.node = node.parent
        texts = self.texts
        slot = node.slot
        if slot >= 0:
            text = texts[0] if len(texts) == 1 else self._joined()
            texts.clear()
            into = node.into
            if into[slot] is None:
                into[slot] = text
            else:
                self._again(node, text)
            return
        if texts:
            self._drop()
        if node.close is not None:
            node.close()

    def _start_unknown(self, name: str, attributes: dict[str, str]) -> None:
        local = local_name(name)
        if local != name and local in self.node:
            self._start(local, attributes)
            return
        self._drop()
        self._measure(attributes)
        if self._unknown(self.node, local, attributes):
            return
        if self.node.slot != NO_SLOT and not self.node:
            message = (
                f"The element {self.node.name!r} holds a further element {local!r} where only text may stand."
            )
            raise self.refused("bad-field", message, field=self.node.name, value=local)
        self._depth = self.within + self.node.depth
        self.parser.StartElementHandler = self._skip_start
        self.parser.EndElementHandler = self._skip_end
        self._skip_start(name, attributes)

    def _skip_start(self, _: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self._limits.xml_depth:
            message = (
                f"Elements are nested more than {self._limits.xml_depth} deep. No bank file needs that: "
                "ask the sender."
            )
            raise self.refused("limit-exceeded", message)
        if attributes:
            self._measure(attributes)
        if self.texts:
            self._drop()

    def _skip_end(self, _: str) -> None:
        self._depth -= 1
        if self.texts:
            self._drop()
        if self._depth == self.within + self.node.depth:
            self._resume()

    def _again(self, node: Node, text: str) -> None:
        found = node.into[node.slot]
        if node.many and isinstance(found, str):
            node.into[node.slot] = [found, text]
        elif node.many and len(found) < self._limits.details:
            found.append(text)
        elif node.many:
            message = (
                f"The element {node.name!r} stands more than {self._limits.details} times in one payment."
            )
            raise self.refused("limit-exceeded", message, field=node.name)
        elif not node or text.strip():  # an element that is text in one version and holds a child in another
            message = (
                f"The element {node.name!r} stands twice where one is allowed; which one counts cannot be "
                "known."
            )
            raise self.refused("bad-field", message, field=node.name, value=text)

    def _keep(self, node: Node, attributes: dict[str, str]) -> None:
        currency = attributes.get("Ccy")
        if currency is None or len(attributes) > 1 or len(currency) != _CODE:
            self._measure(attributes)
        if node.attribute != NO_SLOT:
            node.into[node.attribute] = currency

    def _joined(self) -> str:
        text = "".join(self.texts)
        if len(text) > self._limits.text_bytes:
            raise self._too_long("text")
        return text

    def _drop(self) -> None:
        if len(self.texts) > 1:
            self._joined()
        self.texts.clear()

    def _measure(self, attributes: dict[str, str]) -> None:
        for value in attributes.values():
            if len(value) > self._limits.text_bytes:
                raise self._too_long("attribute")

    def _too_long(self, what: str) -> Refused:
        message = (
            f"One {what} is longer than {self._limits.text_bytes} bytes. No bank file needs that: ask the "
            "sender."
        )
        return self.refused("limit-exceeded", message)
