"""What Gradescope's documentation says of results.json, as a check.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

from typing import Any

VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}
NUMBER = (int, float)

TOP = {
    "score": NUMBER,
    "execution_time": NUMBER,
    "output": str,
    "output_format": FORMATS,
    "test_output_format": FORMATS,
    "test_name_format": FORMATS,
    "visibility": VISIBILITIES,
    "stdout_visibility": VISIBILITIES,
    "extra_data": dict,
    "tests": list,
    "leaderboard": list,
}
TEST = {
    "score": NUMBER,
    "max_score": NUMBER,
    "status": {"passed", "failed"},
    "name": str,
    "name_format": FORMATS,
    "number": str,
    "output": str,
    "output_format": FORMATS,
    "tags": list,
    "visibility": VISIBILITIES,
    "extra_data": dict,
}


def complaints(results: dict[str, Any]) -> list[str]:
    """What Gradescope would not take or not understand."""
    found = _of("results", results, TOP)
    for index, test in enumerate(results.get("tests", [])):
        found += _of(f"tests[{index}]", test, TEST)
    if "score" not in results and not any("score" in test for test in results.get("tests", [])):
        found.append("neither the results nor a test has a score")
    return found


def _of(where: str, told: dict[str, Any], known: dict[str, Any]) -> list[str]:
    found = [f"{where}.{key} is no field" for key in told if key not in known]
    for key, kind in known.items():
        if key not in told:
            continue
        right = told[key] in kind if isinstance(kind, set) else isinstance(told[key], kind)
        if not right or isinstance(told[key], bool):
            found.append(f"{where}.{key} cannot be {told[key]!r}")
    return found
