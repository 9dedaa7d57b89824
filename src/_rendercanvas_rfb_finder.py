"""Makes the backend importable as ``rendercanvas.rfb``.

rendercanvas and fastplotlib find a backend by importing the submodule of rendercanvas that has its name; there is no
registry to enter it in. This module is therefore called at every start of the interpreter (see ``rendercanvas_rfb.pth``
and, for Python 3.15 and newer, ``rendercanvas_rfb.start``), and imports nothing that is not already loaded by then.
"""

import sys

# Type checkers take this for typing.TYPE_CHECKING; importing typing itself costs milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

ALIAS = "rendercanvas.rfb"
TARGET = "rendercanvas_rfb.rfb"


class AliasLoader:
    """Fills the module ``rendercanvas.rfb`` with the public names of ``rendercanvas_rfb.rfb``."""

    def create_module(self, spec: "ModuleSpec") -> None:
        """Leave it to the import system to create the module."""

    def exec_module(self, module: "ModuleType") -> None:
        """Copy every name in the ``__all__`` of the real module.

        The real module keeps its own identity, so that the classes say truthfully where they are defined.

        Raises:
            ImportError: the real module cannot be imported.
        """
        from importlib import import_module

        target = import_module(TARGET)
        names = list(target.__all__)
        module.__doc__ = target.__doc__
        module.__dict__["__all__"] = names
        for name in names:
            module.__dict__[name] = getattr(target, name)


class AliasFinder:
    """A meta path finder that knows one module, ``rendercanvas.rfb``."""

    def find_spec(
        self,
        fullname: str,
        path: "Sequence[str] | None",
        target: "ModuleType | None" = None,
    ) -> "ModuleSpec | None":
        """Return the spec of ``rendercanvas.rfb``, and None for every other name."""
        if fullname != ALIAS:
            return None
        from importlib.machinery import ModuleSpec

        # Not a subclass of importlib.abc.Loader, whose import costs milliseconds; a loader need not be one.
        return ModuleSpec(fullname, AliasLoader(), origin=TARGET)  # type: ignore[arg-type]


def install() -> None:
    """Append the finder to ``sys.meta_path``, unless one is there already.

    It comes last: a ``rendercanvas/rfb.py`` in rendercanvas itself is found before it.
    """
    if not any(isinstance(finder, AliasFinder) for finder in sys.meta_path):
        sys.meta_path.append(AliasFinder())
