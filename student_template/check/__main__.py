"""`python check`: checks your embeddings.py; `python check --help` tells more."""

import sys
from pathlib import Path

if not __package__:  # started as a folder: make it importable under its name
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from check.command import main  # type: ignore[import-not-found]

sys.exit(main())
