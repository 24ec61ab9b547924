"""The house keeps its shape: sizes that read well, words that mean something, nothing public undescribed."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import localgov_ims

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for folder in ("src", "plugins")
    for path in (ROOT / folder).rglob("*.py")
    if "tests" not in path.parts and "versions" not in path.parts and "build" not in path.parts
)
LONGEST_MODULE, LONGEST_FUNCTION = 260, 45
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "misc", "manager"}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_no_module_is_too_long_to_read_in_one_sitting() -> None:
    sizes = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {name: lines for name, lines in sizes.items() if lines > LONGEST_MODULE} == {}


def test_no_function_is_too_long_to_read_at_a_glance() -> None:
    long = {
        f"{_name(path)}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for path in SOURCES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    }
    assert long == {}


def test_no_module_is_named_for_being_left_over() -> None:
    assert [_name(path) for path in SOURCES if path.stem.lower() in FORBIDDEN_NAMES] == []


def test_no_class_is_a_manager_or_helper() -> None:
    named = [
        f"{_name(path)}: {node.name}"
        for path in SOURCES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ClassDef) and re.search(r"(Manager|Helper|Utils?)$", node.name)
    ]
    assert named == []


def _floats(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"{_name(path)}:{node.lineno} {node.value}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
            yield f"{_name(path)}:{node.lineno} float()"


def test_no_float_comes_near_money() -> None:
    near = [path for path in SOURCES if not {"cli", "simulator", "testing"} & set(path.parts)]
    assert [found for path in near for found in _floats(path)] == []


def test_nothing_swallows_every_exception() -> None:
    bare = [
        f"{_name(path)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert bare == []


@pytest.mark.parametrize("name", [name for name in localgov_ims.__all__ if name != "__version__"])
def test_every_public_name_is_there_and_described(name: str) -> None:
    public = getattr(localgov_ims, name)
    assert public.__doc__
    assert public.__name__ == name


def test_the_root_imports_nothing_until_asked() -> None:
    import subprocess
    import sys

    program = "import sys, localgov_ims; print([n for n in sys.modules if n.startswith('localgov_ims.')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        localgov_ims.Nothing  # noqa: B018


def test_every_package_of_the_tree_says_what_it_is() -> None:
    packages = [path for path in SOURCES if path.name == "__init__.py"]
    assert [_name(path) for path in packages if not ast.get_docstring(_tree(path))] == []


def test_every_issue_code_is_used_or_reserved_for_a_reader() -> None:
    """A code nobody can raise would be a promise; the list grows with what raises it."""
    from localgov_ims.domain.issues import CODES, NOTICES

    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES if path.name != "issues.py")
    assert [code for code in sorted(CODES) if f'"{code}"' not in text] == []
    assert NOTICES <= CODES


def test_every_error_class_is_drawn_in_the_tree() -> None:
    errors = importlib.import_module("localgov_ims.errors")
    classes = [name for name, value in vars(errors).items() if isinstance(value, type)]
    assert errors.__doc__ is not None
    assert [name for name in classes if name not in errors.__doc__] == []
