"""The script that finds a Python that is new enough."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tools import find_python


@pytest.fixture
def no_other_python(monkeypatch, tmp_path):
    """A machine with the Python that runs this, and no other; return a folder on its PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.delenv("UV_PYTHON", raising=False)
    return tmp_path


def a_program(path: Path, script: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_the_python_that_runs_it_will_do(no_other_python, capsys):
    assert find_python.main("3.11") == 0
    assert capsys.readouterr().out.strip() == sys.executable


def test_none_that_is_new_enough_is_one_line(no_other_python, capsys):
    assert find_python.main("3.20") == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="writes shell scripts")
def test_a_stand_in_that_runs_nothing_is_passed_over(no_other_python, capsys):
    a_program(no_other_python / "python3.20", "exit 127")
    real = a_program(no_other_python / "pyenv" / "versions" / "3.20.0" / "bin" / "python", "echo 3 20")
    assert find_python.main("3.20") == 0
    assert capsys.readouterr().out.strip() == real


@pytest.mark.skipif(os.name != "posix", reason="writes shell scripts")
def test_the_one_that_is_named_comes_first(no_other_python, monkeypatch, capsys):
    named = a_program(no_other_python / "elsewhere", "echo 3 20")
    monkeypatch.setenv("UV_PYTHON", named)
    assert find_python.main("3.11") == 0
    assert capsys.readouterr().out.strip() == named
