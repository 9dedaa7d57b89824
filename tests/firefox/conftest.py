"""Leaves the tests of this folder out where there need not be a Firefox: ``nox -s tests_firefox`` brings one."""

import os

collect_ignore_glob = [] if os.environ.get("WITH_FIREFOX") == "1" else ["test_*.py"]
