"""Tries: to leave a file in the folder for temporary files, for the next submission to find.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""

import tempfile


def attack():
    with tempfile.NamedTemporaryFile(mode="w", prefix="hostile-", delete=False) as file:
        file.write("hello, next one")
    return file.name
