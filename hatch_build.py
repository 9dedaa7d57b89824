"""Build hook: the web client is built into the package before a wheel, an sdist or an editable install is made."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebClientHook(BuildHookInterface[Any]):
    """Runs ``tools/web_bundle.py build``, which needs npm only where the bundle is missing or old."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bring the bundle up to date; end the build with a message where that is impossible."""
        script = Path(self.root, "tools", "web_bundle.py")
        # What it prints goes to stderr: the stdout of a build belongs to its frontend.
        status = subprocess.run([sys.executable, str(script), "build"], stdout=sys.stderr, check=False).returncode
        if status:
            self.app.abort("The web client could not be built: see the message above.")
