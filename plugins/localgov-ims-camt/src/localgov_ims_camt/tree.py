"""The tree of wanted elements, and the sections into which their texts go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, Generic, TypeVar

from localgov_ims_camt.elements import Paths

T = TypeVar("T")
NO_SLOT = -1


class Node(dict[str, "Node"]):
    """A wanted element: its wanted children by name, and where its text and its currency go.

    Attributes:
        into: The section's values; slot: the text's place in them; attribute: the `Ccy` attribute's place.
        many: Whether the element may repeat.
        close: What is called at its end.
    """

    __slots__ = ("attribute", "close", "depth", "into", "many", "name", "parent", "slot")

    def __init__(self, name: str = "", parent: Node | None = None) -> None:
        """Make an element without children; a root is its own parent."""
        super().__init__()
        self.name = name
        self.parent = self if parent is None else parent
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.into: list[Any] = []
        self.slot = NO_SLOT
        self.attribute = NO_SLOT
        self.many = False
        self.close: Callable[[], None] | None = None

    def at(self, path: str) -> Node:
        """Return the element at *path* below this one, made where it is not there yet."""
        node = self
        for name in path.split("/"):
            node = node[name] if name in node else node.setdefault(name, Node(name, node))
        return node

    def path(self, above: str = "") -> str:
        """Return the names from below the ancestor *above* down to this element."""
        if self.parent is self or self.name == above:
            return ""
        upper = self.parent.path(above)
        return f"{upper}/{self.name}" if upper else self.name

    def prune(self, depth: int) -> None:
        """Take out what lies deeper than *depth*."""
        if self.depth >= depth:
            self.clear()
        for child in self.values():
            child.prune(depth)


class Section(Generic[T]):
    """The fields of one part of a message, one slot each, filled while it is walked and taken at its end."""

    __slots__ = ("_blank", "_make", "values")

    def __init__(self, make: Callable[[Iterable[Any]], T], size: int) -> None:
        """Take how to make the record and how many fields it has."""
        self._make = make
        self._blank = (None,) * size
        self.values: list[Any] = [None] * size

    def bind(self, node: Node, paths: Paths, repeatable: Collection[str] = ()) -> None:
        """Let the elements at *paths* below *node* fill the slots, in the order of the paths' fields."""
        for slot, (field, places) in enumerate(paths.items()):
            for place in places:
                path, _, attribute = place.partition("@")
                element = node.at(path)
                element.into = self.values
                if attribute:
                    element.attribute = slot
                else:
                    element.slot = slot
                    element.many = field in repeatable

    def take(self) -> T:
        """Return what was filled and begin anew."""
        taken = self._make(self.values)
        self.values[:] = self._blank
        return taken
