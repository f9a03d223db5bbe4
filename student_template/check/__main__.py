"""`python check`: checks your embeddings.py; `python check --help` tells more."""

import os
import sys

if not __package__:  # started as a folder: make it importable under its name, and none of its neighbours
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    import check  # type: ignore[import-not-found]  # noqa: F401

    del sys.path[0]  # a `token.py` beside it would else stand in the way of Python's own

from check.terminal.command import main  # type: ignore[import-not-found]

sys.exit(main())
