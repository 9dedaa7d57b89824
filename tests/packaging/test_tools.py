"""The scripts that prepare a machine, and the lock files."""

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tools import bootstrap, system_packages

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bare_system(monkeypatch, tmp_path):
    """A Linux with no Vulkan driver, no X11, no Chromium and no apt; return the folder that is its PATH."""
    commands = tmp_path / "bin"
    commands.mkdir()
    monkeypatch.setenv("PATH", str(commands))
    for variable in system_packages.DRIVER_VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(system_packages, "DRIVER_FOLDERS", (str(tmp_path / "icd.d"),))
    monkeypatch.setattr(system_packages, "X11_LIBRARY", "libabsent.so.6")
    monkeypatch.setattr(sys, "platform", "linux")
    return commands


def add_command(folder, name, script):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_what_is_there_is_not_installed_again(bare_system, monkeypatch, tmp_path, capfd):
    monkeypatch.setattr(system_packages, "X11_LIBRARY", None)  # this process itself
    add_command(bare_system, "chromium", "")
    add_command(bare_system, "apt-get", "echo called")
    (tmp_path / "icd.d").mkdir()
    (tmp_path / "icd.d" / "driver.json").write_text("{}")
    assert system_packages.main(["vulkan", "x11", "chromium"]) == 0
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("variable", system_packages.DRIVER_VARIABLES)
@pytest.mark.parametrize("name", ["driver.json", ""], ids=["file", "folder"])
def test_a_driver_named_by_a_variable_counts(bare_system, monkeypatch, tmp_path, variable, name):
    (tmp_path / "driver.json").write_text("{}")
    assert not system_packages.has_vulkan_driver()
    monkeypatch.setenv(variable, os.pathsep.join([str(tmp_path / "absent.json"), str(tmp_path / name)]))
    assert system_packages.has_vulkan_driver()


def test_root_on_debian_gets_what_is_missing(bare_system, monkeypatch, capfd):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    add_command(bare_system, "apt-get", 'echo "$DEBIAN_FRONTEND: $*"')
    assert system_packages.main(["vulkan", "x11", "chromium"]) == 0
    assert capfd.readouterr().out.splitlines() == [
        "noninteractive: -q update",
        "noninteractive: -q install --yes --no-install-recommends mesa-vulkan-drivers libxext6 chromium",
    ]


def test_a_failing_apt_is_reported(bare_system, monkeypatch, capfd):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    add_command(bare_system, "apt-get", "exit 100")
    assert system_packages.main(["vulkan"]) == 1
    assert "Missing a Vulkan driver, and installing it failed" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("has_apt", "expected"),
    [
        (
            True,
            "Missing a Vulkan driver, the X11 client libraries, the Chromium browser. "
            "Install with: sudo apt-get update && sudo apt-get install mesa-vulkan-drivers libxext6 chromium\n",
        ),
        (
            False,
            "Missing a Vulkan driver, the X11 client libraries, the Chromium browser. "
            "Install with this system's package manager (Debian calls it: mesa-vulkan-drivers libxext6 chromium)\n",
        ),
    ],
)
def test_anybody_else_gets_one_line_with_the_command(bare_system, monkeypatch, capfd, has_apt, expected):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    if has_apt:
        add_command(bare_system, "apt-get", "echo called")
    assert system_packages.main(["vulkan", "x11", "chromium"]) == 1
    assert capfd.readouterr() == ("", expected)


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_systems_need_nothing(bare_system, monkeypatch, platform):
    monkeypatch.setattr(sys, "platform", platform)
    assert system_packages.main(["vulkan", "x11", "chromium"]) == 0


@pytest.mark.parametrize("names", [[], ["vulcan"]])
def test_an_unknown_requirement_is_a_usage_error(names):
    assert system_packages.main(names) == 2


@pytest.fixture
def installations(monkeypatch, tmp_path):
    """Let the bootstrap work in a temporary folder; return the list of its calls of pip."""
    calls: list[list[str]] = []
    lock = tmp_path / "bootstrap.txt"
    lock.write_text("nox==1")
    monkeypatch.setattr(bootstrap, "REQUIREMENTS", lock)
    monkeypatch.setattr(bootstrap, "ENVIRONMENT", tmp_path / "environment")
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "environment" / "stamp")
    monkeypatch.setattr(venv, "create", lambda path, **options: path.mkdir(exist_ok=True))
    monkeypatch.setattr(subprocess, "run", lambda command, check: calls.append(command))
    return calls


def test_nox_is_installed_once_for_each_lock_file(installations):
    bootstrap.ensure_environment()
    bootstrap.ensure_environment()
    assert len(installations) == 1
    assert "--require-hashes" in installations[0]
    bootstrap.REQUIREMENTS.write_text("nox==2")
    bootstrap.ensure_environment()
    assert len(installations) == 2


def test_an_interrupted_installation_is_repeated(installations, monkeypatch):
    def fail(command, check):
        raise subprocess.CalledProcessError(1, command)

    with monkeypatch.context() as interrupted:
        interrupted.setattr(subprocess, "run", fail)
        assert bootstrap.main(["--version"]) == 1
    bootstrap.ensure_environment()
    assert len(installations) == 1


@pytest.mark.parametrize("name", ["bootstrap.txt", "dev.txt", "peers.txt"])
def test_python_locks_name_no_addresses_and_no_paths(name):
    assert re.findall(r"\w+://\S*|(?<!\S)/\S+", (ROOT / "requirements" / name).read_text()) == []


def test_the_lock_of_the_web_client_leaves_the_registry_to_npm():
    assert '"resolved"' not in (ROOT / "web-client" / "package-lock.json").read_text()
