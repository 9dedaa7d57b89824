"""Makes sure of system packages that this project needs: ``python tools/system_packages.py vulkan x11 chromium``.

On Debian and its relatives they are installed when this runs as root. Elsewhere on Linux what is missing is named,
with a command that installs it. macOS brings its own graphics driver, as does every Windows machine with a screen.
Standard library only.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

# Where the Vulkan loader looks for drivers, and the variables that replace or extend it
# (the loader's documentation, "LoaderDriverInterface.md", "Driver Discovery on Linux").
DRIVER_FOLDERS = ("/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/usr/share/vulkan/icd.d")
DRIVER_VARIABLES = ("VK_DRIVER_FILES", "VK_ADD_DRIVER_FILES", "VK_ICD_FILENAMES")

# imgui-bundle is linked to it and to libX11, which its Debian package depends on, and brings neither along.
X11_LIBRARY = "libXext.so.6"

CHROMIUM_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Requirement:
    """Something that must be on the system: what it is, its Debian package, and how to tell that it is there."""

    title: str
    package: str
    is_present: Callable[[], bool]


def has_vulkan_driver() -> bool:
    """Tell whether a manifest of a Vulkan driver lies where the loader looks; none is loaded."""
    return next(_driver_manifests(), None) is not None


def _driver_manifests() -> Iterator[Path]:
    for variable in DRIVER_VARIABLES:
        for name in filter(None, os.environ.get(variable, "").split(os.pathsep)):
            path = Path(name)
            yield from path.glob("*.json") if path.is_dir() else filter(Path.is_file, [path])
    for folder in DRIVER_FOLDERS:
        yield from Path(folder).glob("*.json")


def has_x11() -> bool:
    """Tell whether the X11 client library can be loaded; no display is needed."""
    try:
        ctypes.CDLL(X11_LIBRARY)
    except OSError:
        return False
    return True


def has_chromium() -> bool:
    """Tell whether a Chromium or Chrome can be started by one of its usual names."""
    return any(shutil.which(command) for command in CHROMIUM_COMMANDS)


def has_firefox() -> bool:
    """Tell whether a Firefox can be started by one of its usual names."""
    return any(shutil.which(command) for command in ("firefox-esr", "firefox"))


REQUIREMENTS = {
    "vulkan": Requirement("a Vulkan driver", "mesa-vulkan-drivers", has_vulkan_driver),
    "x11": Requirement("the X11 client libraries", "libxext6", has_x11),
    "chromium": Requirement("the Chromium browser", "chromium", has_chromium),
    "firefox": Requirement("the Firefox browser", "firefox-esr", has_firefox),
}


def install_with_apt(packages: list[str]) -> None:
    """Install Debian packages, showing what apt does.

    Raises:
        subprocess.CalledProcessError: apt failed.
    """
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        print(f"Running apt-get {' '.join(arguments)}", file=sys.stderr, flush=True)
        subprocess.run(["apt-get", "-q", *arguments], env=environment, stdin=subprocess.DEVNULL, check=True)


def ensure(names: list[str]) -> str | None:
    """Make sure the named requirements are there; return one line about what is missing, or None."""
    missing = [REQUIREMENTS[name] for name in names if not REQUIREMENTS[name].is_present()]
    if not missing:
        return None
    titles = ", ".join(requirement.title for requirement in missing)
    packages = [requirement.package for requirement in missing]
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        try:
            install_with_apt(packages)
        except subprocess.CalledProcessError as error:
            return f"Missing {titles}, and installing it failed: {error}"
        return None
    if apt:
        return f"Missing {titles}. Install with: sudo apt-get update && sudo apt-get install {' '.join(packages)}"
    return f"Missing {titles}. Install with this system's package manager (Debian calls it: {' '.join(packages)})"


def main(names: list[str]) -> int:
    """Check the named requirements; return the exit status."""
    unknown = sorted(set(names) - set(REQUIREMENTS))
    if unknown or not names:
        print(f"Expected some of {', '.join(REQUIREMENTS)}, got {' '.join(names) or 'nothing'}", file=sys.stderr)
        return 2
    if not sys.platform.startswith("linux"):
        return 0
    problem = ensure(names)
    if problem is None:
        return 0
    print(problem, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
