"""Settings that a student's code changes are put back, and named where they could change a result."""

from __future__ import annotations

import builtins
import decimal
import gc
import locale
import random
import signal
import sys
import warnings
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch.overrides import BaseTorchFunctionMode

from autograder.check.loading import source
from autograder.check.loading.defaults import Defaults


@pytest.fixture
def defaults() -> Iterator[Defaults]:
    made = Defaults()
    alarm = signal.alarm
    yield made
    made.put_back()
    signal.alarm = alarm


CHANGES = {
    "default dtype": lambda: torch.set_default_dtype(torch.float64),
    "default device": lambda: torch.set_default_device("meta"),
    "modes of functions": lambda: BaseTorchFunctionMode().__enter__(),
    "autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16).__enter__(),
    "grad mode": lambda: torch.set_grad_enabled(False),
    "anomaly detection": lambda: torch.autograd.set_detect_anomaly(True),
    "deterministic algorithms": lambda: torch.use_deterministic_algorithms(True, warn_only=True),
    "precision of products": lambda: torch.set_float32_matmul_precision("medium"),
    "torch.set_printoptions": lambda: torch.set_printoptions(precision=1),
    "np.set_printoptions": lambda: np.set_printoptions(precision=1),
    "np.seterr": lambda: np.seterr(all="raise"),
    "recursion limit": lambda: sys.setrecursionlimit(3000),
    "alarm": lambda: signal.alarm(1),
    "signals": lambda: signal.signal(signal.SIGALRM, lambda *_: None),
    "decimal": lambda: setattr(decimal.getcontext(), "prec", 3),
    "sys.stdout": lambda: setattr(sys, "stdout", None),
    "sys.path": lambda: sys.path.insert(0, "."),
    "warnings": lambda: warnings.simplefilter("error"),
    "builtins": lambda: setattr(builtins, "sum", max),
}


def test_a_block_with_a_device_that_never_ends_is_put_back(defaults):
    torch.device("meta").__enter__()
    assert [setting.name for setting in defaults.put_back()] == ["modes of functions"]
    assert torch.zeros(1).device.type == "cpu" and defaults.put_back() == []


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_setting_is_the_one_that_is_put_back(name, defaults):
    CHANGES[name]()
    changed = {setting.name for setting in defaults.put_back()}
    assert changed - {"warnings"} == {name} - {"warnings"} and name in changed  # torch warns of some
    assert defaults.put_back() == []


def test_inference_mode_is_left_for_good():
    mode = torch.inference_mode()
    for _ in range(2):
        made = Defaults()
        mode.__enter__()
        assert "inference mode" in [setting.name for setting in made.put_back()]
        assert not torch.is_inference_mode_enabled() and torch.is_grad_enabled()
        mode = torch.inference_mode()
        del made
        gc.collect()
        assert not torch.is_inference_mode_enabled() and torch.is_grad_enabled()


def test_a_call_starts_from_the_defaults_and_gives_back_what_a_test_had_set(defaults):
    with torch.no_grad():
        with defaults.in_force():
            assert torch.is_grad_enabled()
            torch.set_default_dtype(torch.float64)
        assert not torch.is_grad_enabled()
    assert torch.get_default_dtype() == torch.float32


def test_a_case_starts_from_the_same_random_numbers(defaults):
    def drawn() -> tuple[float, ...]:
        defaults.start_case()
        return random.random(), float(np.random.rand()), float(torch.rand(()))

    assert drawn() == drawn()


def problems(code: str, defaults: Defaults) -> list[tuple[int, str]]:
    loaded = source.load(code.encode(), "embeddings.py", defaults=defaults)
    return [(problem.line, problem.text) for problem in loaded.problems]


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("torch.set_default_dtype(torch.float64)", "torch.set_default_dtype(torch.float64)"),
        ("torch.set_default_tensor_type(torch.DoubleTensor)", "torch.set_default_tensor_type"),
        ("torch.set_grad_enabled(False)", "torch.set_grad_enabled(False)"),
        ("np.seterr(divide='raise')", "np.seterr(divide='raise')"),
        ("if True:\n    sys.setrecursionlimit(9999)", "sys.setrecursionlimit(9999)"),
        ("signal.alarm(2)", "signal.alarm(2)"),
    ],
)
def test_a_line_that_sets_something_is_named(line, call, defaults):
    code = f"import signal, sys\nimport numpy as np\nimport torch\n{line}\nDTYPE = torch.ones(1).dtype\n"
    ((number, text),) = problems(code, defaults)
    assert call in text and text.endswith("has no effect when graded: every check starts from the defaults.")
    assert call.partition("(")[0] in code.split("\n")[number - 1]
    assert torch.float32 == sys.modules["embeddings"].DTYPE


@pytest.mark.parametrize(
    "line",
    [
        "torch.manual_seed(0)",
        "warnings.filterwarnings('ignore')",
        "np.set_printoptions(precision=3)",
        "torch.set_num_threads(1)",
        "torch.set_grad_enabled(True)",
        "with torch.no_grad():\n    torch.ones(1)",
        "locale.getlocale()",
    ],
)
def test_a_line_that_can_change_no_result_is_not(line, defaults):
    assert locale
    code = f"import locale, warnings\nimport numpy as np\nimport torch\n{line}\n"
    assert problems(code, defaults) == []


def test_a_function_that_sets_something_and_does_not_put_it_back_is_named(defaults):
    code = """import torch
def f():
    torch.set_default_dtype(torch.float64)
    with torch.set_grad_enabled(False):
        pass
def g():
    torch.set_default_dtype(torch.float64)
    torch.set_default_dtype(torch.float32)
"""
    ((line, text),) = problems(code, defaults)
    assert line == 3
    assert "has no effect beyond `f` when graded" in text
