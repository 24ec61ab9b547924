"""The documentation is true: its links lead somewhere, its code runs, and it names everything there is."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from localgov_ims.cli.root import COMMANDS, EXIT_CODES
from localgov_ims.domain.issues import CODES
from localgov_ims.hooks import specs

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *ROOT.glob("plugins/*/README.md"),
        *ROOT.glob("benchmarks/*.md"),
    ]
)
DOCS = ROOT / "docs"


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def _anchors(page: Path) -> set[str]:
    return {
        _anchor(line.lstrip("#"))
        for line in page.read_text(encoding="utf-8").splitlines()
        if line.startswith("#")
    }


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in _anchors(target)):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_python_block_runs_as_written(page: Path, tmp_path: Path) -> None:
    """A page's blocks are one program, in order, run in an empty folder."""
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    if blocks:
        program = tmp_path / f"{page.stem}.py"
        program.write_text("\n".join(blocks), encoding="utf-8")
        command = [sys.executable, "-W", "error", str(program)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_no_page_names_a_machine_or_a_registry(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"/(work|root|home|tmp)/", text)
    assert not re.search(r"pypi\.org|pythonhosted|npmjs|debian\.org", text)


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_issue_code_is_explained(code: str) -> None:
    assert f"`{code}`" in (DOCS / "reference" / "issues.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name in vars(specs) if name.startswith("ims_")])
def test_every_hook_is_documented_with_its_signature(name: str) -> None:
    text = (DOCS / "reference" / "hooks.md").read_text(encoding="utf-8")
    assert f"{name}{inspect.signature(getattr(specs, name), eval_str=False)}".replace("'", "") in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert f"ims {command}" in (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")


def test_every_exit_code_is_documented() -> None:
    text = (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")
    assert [
        code for _, code in EXIT_CODES if not re.search(rf"^\| `?{code}`? \|", text, flags=re.MULTILINE)
    ] == []


def test_every_section_of_the_settings_is_documented() -> None:
    import attrs

    from localgov_ims.bootstrap.settings import Settings

    text = (DOCS / "reference" / "settings.md").read_text(encoding="utf-8")
    assert [f.name for f in attrs.fields(Settings) if f"\n## {f.name}\n" not in text] == []


def test_the_readme_has_one_command_to_try_it_and_one_to_test_it() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (trying,) = re.findall(r"<!-- try command -->\n+```sh\n(.*)\n```", text)
    (testing,) = re.findall(r"<!-- test command -->\n+```sh\n(.*)\n```", text)
    assert trying.endswith('pip install ".[reference]" ./plugins/* && ims demo')
    assert testing.endswith("pip install tox && tox")


def test_every_page_is_reached_from_the_index() -> None:
    reached, waiting = set[Path](), [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or not page.is_file():
            continue
        reached.add(page)
        links = re.findall(r"\]\(([^)#\s]+\.md)", page.read_text(encoding="utf-8"))
        waiting += [(page.parent / link).resolve() for link in links if not re.match(r"[a-z]+:", link)]
    assert [
        _name(page) for page in DOCS.rglob("*.md") if page.resolve() not in {p.resolve() for p in reached}
    ] == []
