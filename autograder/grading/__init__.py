"""Outside the wall: runs the tests on proxies for the student's functions and decides.

Raises a GraderError when imported on a system where no wall can be built.
"""

import sys

from ..errors import GraderError

if not sys.platform.startswith("linux"):
    raise GraderError(
        "Submissions can only be graded on Linux, where student code can be confined. "
        "Grade on a Linux machine, in WSL 2 or in a Linux container; "
        "`autograder check FOLDER` works here, too."
    )
