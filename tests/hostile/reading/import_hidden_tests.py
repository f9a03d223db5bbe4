"""Tries: to import a hidden test file as a module, from where the checkout lies.
Must: the file is not there.
Control: no wall
"""

import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path


def attack():
    import autograder.check

    root = Path(autograder.check.__file__).parents[2]
    sys.path += [str(root), str(root / "student_template")]
    loader = SourceFileLoader("hidden", str(root / "assignment" / "hidden_tests" / "lookup.py"))
    module = module_from_spec(spec_from_loader("hidden", loader))
    loader.exec_module(module)
    return module.name
