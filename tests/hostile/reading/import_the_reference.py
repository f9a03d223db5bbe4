"""Tries: to import the reference as the grader does.
Must: no such module is found.
Control: no wall
"""

import sys
from pathlib import Path


def attack():
    import autograder.check

    sys.path.insert(0, str(Path(autograder.check.__file__).parents[2]))
    from solutions import embeddings

    return embeddings.embedding_lookup
