"""The README's snippet and ten scripts, as users write them, pass ``mypy --strict``; the scripts run."""

import re
import runpy
from pathlib import Path

import pytest
from mypy import api

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted((ROOT / "tests" / "scripts").glob("*.py"))


def snippets() -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)


def test_the_readmes_snippets_and_user_scripts_pass_mypy_strict(tmp_path):
    assert len(SCRIPTS) == 10
    assert snippets()
    for number, text in enumerate(snippets()):
        (tmp_path / f"readme_{number}.py").write_text(text)
    # a user's own settings: none of ours
    files = map(str, [*SCRIPTS, *tmp_path.glob("*.py")])
    told, problems, code = api.run(["--strict", "--config-file=", f"--cache-dir={tmp_path / 'cache'}", *files])
    assert (code, problems) == (0, ""), told


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_users_script_runs(script, capsys):
    runpy.run_path(str(script))
    assert capsys.readouterr().out
