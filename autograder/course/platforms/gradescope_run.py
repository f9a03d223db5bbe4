#!/usr/bin/env python3
"""Runs on Gradescope: hands a submission the results that were graded elsewhere, and runs nothing of it."""

import json
import shutil
import sys
from pathlib import Path


def main(home: Path) -> None:
    source = home / "source"
    index = json.loads((source / "index.json").read_text(encoding="utf-8"))
    told = json.loads((home / "submission_metadata.json").read_text(encoding="utf-8"))
    keys = [f"submission {told.get('id')}"]
    for user in told.get("users", []):
        keys += [f"{what} {str(user.get(what) or '').strip().casefold()}" for what in ("email", "sid")]
    found = [index[key] for key in keys if key in index]
    if not found:
        sys.exit("This submission has no grade yet. Please tell your instructor.")
    (home / "results").mkdir(exist_ok=True)
    shutil.copy(source / found[0], home / "results" / "results.json")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "/autograder"))
