"""A student's file behind the wall, used as a test uses it: as if its functions were here."""

from __future__ import annotations

import copy
import gc
import textwrap
import types
import weakref
from dataclasses import replace

import numpy as np
import pytest
import torch
from gensim.models import KeyedVectors
from torch import nn

from autograder.check.testing import call_text
from autograder.grading import budget
from autograder.grading.connection import Connection, InternalError, Stopped
from autograder.grading.session import Session
from autograder.result import Outcome
from autograder.sandbox.wire import MAX_STATEMENTS

from .conftest import LIMITS

FUNCTIONS = """
import torch
from torch import nn

def identity(value): return value
def both(a, b): return a, b
def add(x, y=1): return x + y
def first_row(table): return table[0]
def double_in_place(x):
    x.mul_(2)
def add_in_place(x, y):
    x += y
    return x
def append(words, word):
    words.append(word)
def forget(counts):
    counts.clear()
def draw(n, generator=None): return torch.randn(n, generator=generator)
def products(a, b): return a * b, a.detach(), [a + b, {"sum": (a * a).sum()}]
def shout(text):
    print(text)
    return text.upper()
def freeze(x):
    x.requires_grad_(False)
def table_of(vectors): return torch.from_numpy(vectors.vectors)
def keep(x):
    global kept
    kept = x
def kept_value(): return kept
def defaults(): return torch.get_default_dtype(), torch.is_grad_enabled()
def spoil():
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
def train(table, steps):
    losses = []
    for _ in range(steps):
        table.grad = None
        loss = (table ** 2).sum()
        loss.backward()
        with torch.no_grad():
            table -= 0.1 * table.grad
        losses.append(loss.item())
    return losses
def linear_of(table):
    linear = nn.Linear(table.shape[0], table.shape[1], bias=False)
    linear.weight = nn.Parameter(table.detach().T.clone())
    return linear
def matmul(a, b): return a @ b

NUMBER = 3
"""


@pytest.fixture
def functions(load):
    session = load(FUNCTIONS)
    return session.environment


def test_a_file_of_very_many_statements_is_loaded_to_its_end(load):
    session = load("x = 1\n" * (MAX_STATEMENTS + 10) + "def last(): return x\n")
    assert session.environment["last"]() == 1


# Calls -------------------------------------------------------------------------------------------


def test_a_function_is_called_with_and_without_keywords(functions):
    assert functions["add"](2) == 3
    assert functions["add"](y=4, x=2) == 6
    assert torch.equal(functions["add"](torch.ones(2), y=torch.ones(2)), torch.full((2,), 2.0))


def test_what_is_asked_for_is_told_with_its_kind(load):
    session = load(FUNCTIONS + "\nclass Thing(nn.Module): pass\n", "add", "NUMBER", "Thing", "missing")
    assert session.file.kinds == {"add": "function", "NUMBER": "int", "Thing": "class"}
    assert set(session.environment) == {"add", "Thing"}


def test_a_file_may_import_what_looks_for_the_main_program(load):
    session = load("import doctest, pdb\nimport __main__\ndef main(): return sorted(vars(__main__))", "main")
    assert session.file.problems == ()
    assert session.environment["main"]() == sorted(vars(types.ModuleType("__main__")))


def test_an_argument_that_is_returned_is_the_same_object(functions):
    for value in (torch.ones(2), [1], {"a": 1}, torch.Generator(), nn.Linear(1, 1)):
        assert functions["identity"](value) is value


def test_a_view_of_an_argument_shares_its_memory(functions):
    table = torch.zeros(2, 3)
    row = functions["first_row"](table)
    row.fill_(5)
    assert table[0].tolist() == [5, 5, 5]


def test_changed_arguments_are_seen(functions):
    x, words, counts = torch.ones(2), ["a"], {"a": 1}
    functions["double_in_place"](x)
    functions["append"](words, "b")
    functions["forget"](counts)
    assert x.tolist() == [2, 2] and words == ["a", "b"] and counts == {}


@pytest.mark.parametrize("make", [lambda: torch.arange(6.0), lambda: torch.arange(8.0)[:6]], ids=["whole", "view"])
def test_an_argument_that_is_computed_into_is_given_back_as_it_was(load, make):
    session = load(FUNCTIONS)
    x, y = make(), torch.ones(6, requires_grad=True)
    assert session.environment["add_in_place"](x, y) is x
    assert x.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    session.begin_case()
    assert x.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0] and x.is_leaf and not x.requires_grad


def test_a_generator_advances_and_draws_as_here(functions):
    ours, theirs = torch.Generator().manual_seed(1), torch.Generator().manual_seed(1)
    for _ in range(2):
        assert torch.equal(functions["draw"](5, generator=theirs), torch.randn(5, generator=ours))
    assert torch.equal(ours.get_state(), theirs.get_state())


def test_the_global_random_state_is_shared(functions):
    torch.manual_seed(7)
    expected = torch.randn(5), torch.randn(5)
    for _ in range(2):
        torch.manual_seed(7)
        assert torch.equal(functions["draw"](5), expected[0])
        assert torch.equal(torch.randn(5), expected[1])


def test_word_vectors_cross_and_alias(functions):
    vectors = KeyedVectors(2)
    vectors.add_vectors(["a", "b"], np.eye(2, dtype=np.float32))
    table = functions["table_of"](vectors)
    table[0, 0] = 9
    assert vectors.vectors[0, 0] == 9


def test_a_result_that_is_kept_there_is_the_one_here(functions):
    x = functions["add"](torch.ones(2))
    functions["keep"](x)
    x.fill_(8)
    assert functions["kept_value"]() is x


def test_every_call_starts_with_default_settings(load):
    session = load("import torch\ntorch.set_default_dtype(torch.bfloat16)\n" + FUNCTIONS)
    assert session.environment["defaults"]() == (torch.float32, True)
    session.environment["spoil"]()
    assert session.environment["defaults"]() == (torch.float32, True)


def test_what_is_printed_is_kept_up_to_the_limit(load):
    session = load(FUNCTIONS)
    assert session.environment["shout"]("a\x1b[31m") == "A\x1b[31M"
    assert session.printed == "a\x1b[31m\n"
    session.begin_case()
    session.environment["shout"]("x" * 10_000)
    assert len(session.printed) == 4096 - len("a\x1b[31m\n")


# Gradients ---------------------------------------------------------------------------------------


def test_gradients_flow_through_several_results(functions):
    a = torch.tensor([1.0, 2.0], requires_grad=True)
    b = torch.tensor([3.0, 4.0], requires_grad=True)
    product, detached, (total, inner) = functions["products"](a, b)
    assert product.requires_grad and total.requires_grad and not detached.requires_grad
    (product.sum() + 10 * total.sum() + 100 * inner["sum"]).backward()
    assert torch.equal(a.grad, b.detach() + 10 + 200 * a.detach())
    assert torch.equal(b.grad, a.detach() + 10)


def test_gradients_flow_through_calls_of_calls_and_operations_between(functions):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = functions["matmul"](functions["add"](x * 3, 1) ** 2, torch.ones(2))
    y.backward()
    assert torch.equal(x.grad, 6 * (3 * x.detach() + 1))


def test_backward_runs_twice_and_adds_up(functions):
    x = torch.ones(2, requires_grad=True)
    y = functions["add"](x * 2, x)
    loss = y.sum()
    loss.backward(retain_graph=True)
    loss.backward()
    assert x.grad.tolist() == [6, 6]


def test_no_gradients_are_collected_under_no_grad(functions):
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        assert not functions["add"](x).requires_grad


def test_training_there_changes_the_table_here(functions):
    table = nn.Parameter(torch.ones(2))
    losses = functions["train"](table, 3)
    expected = torch.tensor(1.0) * 0.8**3
    assert torch.allclose(table.detach(), expected.expand(2))
    assert losses == pytest.approx([2.0, 2 * 0.64, 2 * 0.4096])
    assert torch.allclose(table.grad, torch.tensor(2 * 0.64).expand(2))


def test_a_tensor_frozen_there_is_frozen_here(functions):
    x = torch.ones(2, requires_grad=True)
    functions["freeze"](x)
    assert not x.requires_grad


def test_a_plain_module_that_comes_back_can_be_trained_and_read(functions):
    table = torch.arange(6.0).reshape(2, 3)
    linear = functions["linear_of"](table)
    assert isinstance(linear, nn.Linear) and linear.bias is None
    assert (linear.in_features, linear.out_features) == (2, 3)
    assert torch.equal(linear(torch.eye(2)[0:1]), table[0:1])
    optimizer = torch.optim.SGD(linear.parameters(), lr=1.0)
    linear(torch.eye(2)).sum().backward()
    optimizer.step()
    assert torch.equal(linear(torch.eye(2)), table - 1)


# Modules -----------------------------------------------------------------------------------------

MODULES = """
import torch
from torch import nn

class Positions(nn.Module):
    def __init__(self, rows, dim):
        super().__init__()
        if rows < 0:
            raise ValueError(f"{rows} rows")
        self.table = nn.Parameter(torch.ones(rows, dim))
        self.register_buffer("scale", torch.tensor(2.0))

    def forward(self, x):
        if self.training is None:
            raise RuntimeError
        return x + self.scale * self.table[: x.shape[1]]

class Tied(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.positions = Positions(4, size)
        self.tokens = nn.Embedding(3, size)
        self.head = nn.Linear(size, 3, bias=False)
        self.head.weight = self.tokens.weight

    def forward(self, ids):
        return self.head(self.positions(self.tokens(ids)))

class Better(Positions):
    pass

def better(rows, dim): return Better(rows, dim)
def extend(old, rows):
    new = Positions(rows, old.table.shape[1])
    with torch.no_grad():
        new.table[: old.table.shape[0]] = old.table
    return new
def total(module): return sum(p.sum() for p in module.parameters())
def same(module): return module
def mode(module): return module.training
"""


@pytest.fixture
def modules(load):
    session = load(MODULES, "Positions", "Tied", "better", "extend", "total", "same", "mode")
    return session.environment


def test_a_class_builds_modules_that_are_its_instances(modules):
    Positions = modules["Positions"]
    module = Positions(4, dim=3)
    assert isinstance(module, Positions) and isinstance(module, nn.Module)
    assert not isinstance(module, modules["Tied"])
    assert isinstance(modules["better"](1, 2), Positions)
    assert isinstance(modules["Tied"](2).positions, Positions)
    with pytest.raises(ValueError, match="-1 rows"):
        Positions(-1, 3)


def test_a_module_is_called_and_its_tensors_are_read(modules):
    module = modules["Positions"](4, 3)
    x = torch.zeros(2, 3, 3)
    assert torch.equal(module(x), torch.full((2, 3, 3), 2.0))
    assert torch.equal(module.forward(x), module(x))
    assert [(name, tuple(p.shape)) for name, p in module.named_parameters()] == [("table", (4, 3))]
    assert [name for name, _ in module.named_buffers()] == ["scale"]


def test_a_parameter_written_here_counts_there(modules):
    module = modules["Positions"](4, 3)
    with torch.no_grad():
        module.table.fill_(5)
    assert torch.equal(module(torch.zeros(1, 1, 3)), torch.full((1, 1, 3), 10.0))
    module.table = nn.Parameter(torch.zeros(4, 3))
    assert torch.equal(module(torch.zeros(1, 1, 3)), torch.zeros(1, 1, 3))


def test_a_module_is_converted_and_switched(modules):
    module = modules["Positions"](4, 3)
    for convert, dtype in [
        (module.double, torch.float64),
        (module.half, torch.float16),
        (module.float, torch.float32),
        (module.bfloat16, torch.bfloat16),
        (lambda: module.to(torch.float64), torch.float64),
        (lambda: module.to(dtype=torch.bfloat16), torch.bfloat16),
    ]:
        table = module.table
        assert convert() is module
        assert module.table is table and table.dtype == dtype
    assert module(torch.zeros(1, 1, 3).bfloat16()).dtype == torch.bfloat16
    assert module.eval() is module and not module.training and not modules["mode"](module)
    assert module.train().training and modules["mode"](module)


def test_gradients_flow_through_a_module_and_an_optimizer_trains_it(modules):
    module = modules["Positions"](4, 3)
    x = torch.zeros(2, 2, 3, requires_grad=True)
    module(x).sum().backward()
    assert torch.equal(module.table.grad, torch.tensor([4.0, 4, 0, 0])[:, None].expand(4, 3))
    assert torch.equal(x.grad, torch.ones(2, 2, 3))
    optimizer = torch.optim.Adam(module.parameters(), lr=0.5)
    optimizer.step()
    assert torch.allclose(module(x)[0, 0], torch.full((3,), 1.0))
    optimizer.zero_grad()
    module(x)
    assert module.table.grad is None


def test_a_state_dict_is_read_copied_and_loaded(modules):
    module = modules["Positions"](2, 2)
    state = module.state_dict()
    assert list(state) == ["table", "scale"]
    state["table"].zero_()
    assert module.table.sum() == 0  # as in torch, it shares the module's memory
    module.load_state_dict({"table": torch.ones(2, 2) * 3, "scale": torch.tensor(1.0)})
    assert torch.equal(module(torch.zeros(1, 2, 2)), torch.full((1, 2, 2), 3.0))
    with pytest.raises(RuntimeError, match="size mismatch"):
        module.load_state_dict({"table": torch.ones(5, 2), "scale": torch.tensor(1.0)})


def test_a_deep_copy_is_independent(modules):
    module = modules["Tied"](2)
    copied = copy.deepcopy(module)
    assert isinstance(copied, modules["Tied"])
    assert copied.head.weight is copied.tokens.weight and copied.head.weight is not module.head.weight
    with torch.no_grad():
        copied.tokens.weight.zero_()
        module.tokens.weight.fill_(1)
    assert copied(torch.tensor([[0]])).abs().sum() == 0
    assert module(torch.tensor([[0]])).abs().sum() > 0


def test_children_and_tied_parameters_are_there(modules):
    module = modules["Tied"](2)
    assert isinstance(module.tokens, nn.Embedding) and module.tokens.num_embeddings == 3
    assert module.head.weight is module.tokens.weight
    assert len(list(module.parameters())) == 2
    assert torch.equal(module.tokens(torch.tensor([1])), module.tokens.weight[1:2])
    assert torch.equal(
        module(torch.tensor([[1, 2]])),
        module.head(module.positions(module.tokens(torch.tensor([[1, 2]])))),
    )


def test_a_module_passed_back_is_the_same(modules):
    module = modules["Positions"](2, 2)
    longer = modules["extend"](module, 3)
    assert longer.table[:2].equal(module.table)
    assert modules["total"](module).item() == 4
    assert modules["same"](module) is module


def test_a_test_that_hands_over_what_cannot_cross_is_our_fault(modules):
    with pytest.raises(InternalError, match="LayerNorm"):
        modules["same"](nn.LayerNorm(2))
    with pytest.raises(InternalError, match="cannot cross"):
        modules["same"](lambda: 0)


# Errors ------------------------------------------------------------------------------------------

ERRORS = """
class OutOfVocabulary(KeyError): pass
class Strange(OutOfVocabulary):
    def __str__(self): raise ValueError("no text for you")
class Two(ValueError, IndexError):
    def __init__(self, a, b): super().__init__(a, b)

def plain(): raise ValueError("7 is odd")
def key(): raise KeyError("mauve")
def quoted(): raise KeyError("it's \\"this\\"")
def number(): raise KeyError(5)
def custom(): raise OutOfVocabulary("mauve")
def strange(): raise Strange()
def two(): raise Two(3, 4)
def decode(): return b"\\xff".decode()
def system(): raise OSError(17, "It is there", "x")
def todo(): raise NotImplementedError("still to be written")
def surrogate(): raise ValueError("a\\ud800b")
def long(): raise ValueError("x" * 10**6)
def group(): raise ExceptionGroup("several", [ValueError(1)])
def chained():
    try:
        {}["a"]
    except KeyError as error:
        raise IndexError("id 9") from error
def recurse(n=0): return recurse(n + 1)
def fine(): return 1
"""


@pytest.mark.parametrize(
    "name, error, text",
    [
        ("plain", ValueError, "7 is odd"),
        ("key", KeyError, "'mauve'"),
        ("quoted", KeyError, repr('it\'s "this"')),
        ("number", KeyError, "'5'"),
        ("custom", KeyError, "'mauve'"),
        ("strange", KeyError, "'(its message could not be read)'"),
        ("two", ValueError, "(3, 4)"),
        ("decode", UnicodeError, "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        ("system", FileExistsError, "[Errno 17] It is there: 'x'"),
        ("todo", NotImplementedError, "still to be written"),
        ("surrogate", ValueError, "a\\ud800b"),
        ("long", ValueError, "x" * 2000),
        ("group", Exception, "several (1 sub-exception)"),
        ("chained", IndexError, "id 9"),
    ],
)
def test_an_error_arrives_as_the_nearest_built_in_with_its_text(load, name, error, text):
    session = load(ERRORS)
    with pytest.raises(error) as caught:
        session.environment[name]()
    assert type(caught.value) is error
    assert str(caught.value) == text
    assert session.environment["fine"]() == 1  # and the process goes on


def test_an_error_tells_the_line_and_the_trace(load):
    session = load(ERRORS)
    with pytest.raises(IndexError) as caught:
        session.environment["chained"]()
    assert caught.value.student_line == 'line 25: raise IndexError("id 9") from error'
    assert "IndexError: id 9" in caught.value.student_trace
    assert "autograder" not in caught.value.student_trace


def test_endless_recursion_is_an_error(load):
    with pytest.raises(RecursionError):
        load(ERRORS).environment["recurse"]()


# Processes that end, hang or lie -----------------------------------------------------------------

VIOLENT = """
import os, sys, time, ctypes, threading
import torch

def sys_exit(): sys.exit(3)
def os_exit(): os._exit(0)
def interrupt(): raise KeyboardInterrupt
def spin():
    while True: pass
def sleep(): time.sleep(1000)
def stubborn():
    while True:
        try:
            while True: pass
        except BaseException: pass
def segfault(): ctypes.string_at(0)
def deep_in_c():
    x = []
    for _ in range(3_000_000): x = [x]
    return repr(x)
def close_everything(): os.closerange(0, 64)
def memory(): return torch.ones(2**40)
def memory_of_python(): return [0] * 10**12
def gigabyte():
    for _ in range(1024): print("x" * 2**20)
    return "done"
def huge_result(): return torch.zeros(80 * 2**20)
def long_list(): return list(range(2_000_000))
def many_lists(): return [[] for _ in range(30_000)]
def many_tensors(): return [torch.ones(1) for _ in range(10_000)]
def threads():
    threading.Thread(target=lambda: time.sleep(1000)).start()
    return 1
def fine(): return 1
def counted():
    global n
    n = globals().get("n", 0) + 1
    return n
"""


@pytest.mark.parametrize(
    "name, outcome, sentence",
    [
        ("os_exit", Outcome.CRASHED, "os_exit ended the program."),
        ("segfault", Outcome.CRASHED, "segfault crashed Python."),
        ("close_everything", Outcome.CRASHED, "close_everything ended the program."),
    ],
)
def test_what_ends_the_process_stops_the_call_and_no_other(load, name, outcome, sentence):
    expect_one_stop(load(VIOLENT), name, outcome, sentence)


@pytest.mark.parametrize("name", ["spin", "stubborn"])
def test_what_computes_for_ever_stops_the_call_and_no_other(load_hurried, name):
    expect_one_stop(load_hurried(VIOLENT), name, Outcome.TIMED_OUT, f"{name} was still running after 1 s.")


def test_what_sleeps_stops_the_call_and_no_other(load):
    session = load(VIOLENT, limits=replace(LIMITS, wall_seconds_per_call=6))
    expect_one_stop(session, "sleep", Outcome.TIMED_OUT, "sleep had not answered after 6 s.")


def expect_one_stop(session: Session, name: str, outcome: Outcome, sentence: str) -> None:
    """A call is stopped, the next one of the same function is not even tried, another one works."""
    assert session.environment["counted"]() == 1
    with pytest.raises(Stopped) as caught:
        session.environment[name]()
    assert (caught.value.outcome, caught.value.reason) == (outcome, sentence)
    session.begin_case()
    with pytest.raises(Stopped) as caught:
        session.environment[name]()
    blocked = (Outcome.BLOCKED, f"not run again, because before, {sentence}")
    assert (caught.value.outcome, caught.value.reason) == blocked
    session.begin_case()
    assert session.environment["fine"]() == 1


@pytest.mark.parametrize("name", ["sys_exit", "interrupt"])
def test_what_only_tries_to_end_the_process_stops_the_call_each_time(load, name):
    session = load(VIOLENT)
    assert session.environment["counted"]() == 1
    for _ in range(2):
        with pytest.raises(Stopped, match=f"{name} tried to end the program.") as caught:
            session.environment[name]()
        assert caught.value.outcome is Outcome.CRASHED
        session.begin_case()
    assert session.environment["counted"]() == 2


def test_a_new_process_takes_the_place_of_one_that_ended(load):
    session = load(VIOLENT)
    assert [session.environment["counted"]() for _ in range(2)] == [1, 2]
    with pytest.raises(Stopped):
        session.environment["os_exit"]()
    session.begin_case()
    assert session.environment["counted"]() == 1


@pytest.mark.parametrize("name", ["memory", "memory_of_python", "deep_in_c"])
def test_too_much_memory_or_depth_is_an_error_or_a_stop(load, name):
    session = load(VIOLENT)
    with pytest.raises((MemoryError, RuntimeError, Stopped)):
        session.environment[name]()
    session.begin_case()
    assert session.environment["fine"]() == 1


@pytest.mark.parametrize(
    "name, text",
    [
        ("huge_result", "this is too large to be handed over"),
        ("long_list", "this is too large to be handed over"),
        ("many_lists", "too many objects have crossed"),
        ("many_tensors", "this is too large to be handed over"),
    ],
)
def test_a_result_beyond_all_bounds_is_an_error(load, name, text):
    session = load(VIOLENT)
    with pytest.raises(Exception, match=text):
        session.environment[name]()
    session.begin_case()
    assert session.environment["fine"]() == 1


def test_a_gigabyte_of_prints_is_cut(load):
    session = load(VIOLENT)
    assert session.environment["gigabyte"]() == "done"
    assert session.printed == "x" * 4096


def test_a_thread_left_behind_disturbs_nothing(load):
    session = load(VIOLENT)
    assert session.environment["threads"]() == 1
    session.begin_case()
    assert session.environment["fine"]() == 1


BURNING = """
import time

def burn():
    end = time.process_time() + 0.5
    while time.process_time() < end:
        pass
"""


def test_a_file_that_has_used_up_its_time_is_given_up(load, monkeypatch):
    monkeypatch.setattr(budget, "BY_THE_CLOCK", 1000)  # else a busy machine uses that up before the first call ends
    session = load(BURNING, limits=replace(LIMITS, seconds_per_submission=3))
    calls = 0
    with pytest.raises(Stopped, match="used up the submission's time"):
        while calls < 20:
            session.environment["burn"]()
            calls += 1
    assert 1 <= calls <= 6
    with pytest.raises(Stopped) as caught:
        session.begin_case()
    assert caught.value.outcome is Outcome.BLOCKED
    assert "used up the submission's time" in caught.value.reason


def test_a_process_that_is_killed_early_leaves_the_submission_its_time(load):
    session = load("def asked(): return 1\ndef fine(): return 1\n")
    session._connection._process.kill(60)  # as the kernel does where memory gives out
    with pytest.raises(Stopped, match="or the machine's memory"):
        session.environment["asked"]()
    session.begin_case()
    assert session.environment["fine"]() == 1


# The file itself ---------------------------------------------------------------------------------


def problems(session: Session) -> list[tuple[int, str]]:
    return list(session.file.problems)


def test_an_error_at_the_top_level_costs_one_statement(load):
    session = load("def f(): return 1\n1 / 0\ndef g(): return 2\n")
    assert problems(session) == [(2, "this raised ZeroDivisionError: division by zero")]
    assert session.environment["f"]() + session.environment["g"]() == 3


@pytest.mark.parametrize(
    "statement, reason",
    [
        ("import os; os._exit(0)", "the file's top-level code ended the program."),
        ("import ctypes; ctypes.string_at(0)", "the file's top-level code crashed Python."),
    ],
)
def test_a_top_level_statement_that_ends_the_process_is_left_out(load, statement, reason):
    expect_left_out(load, statement, reason)


def test_a_top_level_statement_that_computes_for_ever_is_left_out(load_hurried):
    expect_left_out(load_hurried, "while True: pass", "the file's top-level code was still running after 1 s.")


def expect_left_out(load, statement: str, reason: str) -> None:
    block = textwrap.indent(statement, "    ")
    session = load(f"def f(): return 1\nif True:\n{block}\ndef g(): return 2\n")
    assert problems(session) == [(2, f"{reason} It is left out.")]
    assert session.environment["f"]() + session.environment["g"]() == 3


def test_a_file_that_exits_goes_on(load):
    session = load("import sys\nsys.exit()\ndef f(): return 1\n")
    assert problems(session) == [(2, "the file ends the program here (SystemExit). What follows was still read.")]
    assert session.environment["f"]() == 1


def test_a_file_with_too_many_crashing_statements_is_given_up(load):
    with pytest.raises(Stopped) as caught:
        load("import os\n" + "os._exit(0)\n" * 5, "f")
    assert caught.value.reason == "the file's top-level code ended the program."


def test_an_empty_file_and_noise_define_nothing(load):
    for source in ("", "\x00\x01", "def f(:", "'" * 1001):
        assert load(source, "f").environment == {}


# Lies on the wire --------------------------------------------------------------------------------

FORGING = """
import json, os, socket, stat, struct, gc

def sockets():
    found = []
    for fd in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode): found.append(fd)
        except OSError: pass
    return found

def frame(header, body=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<IQ", len(text), len(body)) + text + body

def forge(*frames):
    for fd in sockets():
        for data in frames: os.write(fd, data)

def number_of_sockets(): return len(sockets())
def garbage(): forge(os.urandom(1000))
def zeros(): forge(bytes(100))
def bomb(): forge(struct.pack("<IQ", 2**32 - 1, 2**64 - 1))
def slow():
    forge(b"\\x01")
    while True: pass
def early(seq): forge(frame({"seq": seq, "value": 42, "printed": "", "blobs": []}))
def reply(seq, **extra): forge(frame({"seq": seq, "printed": "", "blobs": [], **extra}))
def raw(text): forge(frame(text.encode("latin-1")))
def endless_lines(seq):
    while True: forge(frame({"seq": seq, "at": 3, "blobs": []}))
def fine(): return 1
"""

LIES = {
    "no value": {},
    "value and error": {"value": 1, "error": {}},
    "an error that is a text": {"error": "x"},
    "an error without a trace": {"error": {"text": "t", "line": "", "bases": []}},
    "an error of numbers": {"error": {"text": 2, "line": 3, "trace": 4, "bases": ["ValueError"]}},
    "prints that are a number": {"value": 1, "printed": 3},
    "a malformed value": {"value": {"a": 1}},
    "an unknown tensor": {"value": ["tensor", -9]},
    "a list nested in itself": {"value": ["tuple", [["tuple", [["tuple", "x"]]]]]},
    "a line instead of a reply": {"at": 3, "value": ["x"]},
    "a tensor beyond its storage": {"value": 1, "tensors": [[-1, [-1, "float32", [4], [1], 0, 0]]]},
    "a storage without bytes": {"value": 1, "storages": [[-1, 4, 0]]},
    "a random state of noise": {"value": 1, "random": 0},
    "sections of a wrong type": {"value": 1, "modules": 5},
}


@pytest.mark.parametrize("extra", LIES.values(), ids=LIES)
def test_a_forged_reply_stops_the_call_and_no_other(load, extra):
    session = load(FORGING)
    assert session.environment["number_of_sockets"]() == 1
    with pytest.raises(Stopped) as caught:
        session.environment["reply"](session._connection.sequence + 1, **{"printed": "", **extra})
        session.environment["fine"]()  # a forged reply in form is only found out by the one behind it
    assert caught.value.outcome is Outcome.CRASHED
    assert caught.value.reason == "the answer of your code could not be read."
    session.begin_case()
    assert session.environment["fine"]() == 1


@pytest.mark.parametrize("name", ["garbage", "zeros", "bomb"])
def test_forged_bytes_stop_the_call_and_no_other(load, name):
    session = load(FORGING)
    with pytest.raises(Stopped) as caught:
        session.environment[name]()
    assert caught.value.outcome in (Outcome.CRASHED, Outcome.TIMED_OUT)
    session.begin_case()
    assert session.environment["fine"]() == 1


@pytest.mark.parametrize(
    "text",
    ["[]", "{", '{"seq":1}', '{"seq":true,"value":1,"printed":"","blobs":[]}', "\xff", "[" * 90_000],
    ids=["a list", "half of one", "no blobs", "a sequence number that is true", "no UTF-8", "brackets"],
)
def test_a_forged_header_stops_the_call_and_no_other(load, text):
    session = load(FORGING)
    with pytest.raises(Stopped) as caught:
        session.environment["raw"](text)
    assert caught.value.reason == "the answer of your code could not be read."
    session.begin_case()
    assert session.environment["fine"]() == 1


def test_a_reply_forged_for_the_next_call_is_found_out(load):
    session = load(FORGING)
    with pytest.raises(Stopped) as caught:
        session.environment["early"](session._connection.sequence + 2)
    assert caught.value.reason == "the answer of your code could not be read."


def test_a_flood_of_progress_ends_with_the_call(load):
    session = load(FORGING)
    with pytest.raises(Stopped):
        session.environment["endless_lines"](session._connection.sequence + 1)


def test_a_slow_drip_ends_with_the_call(load_hurried):
    session = load_hurried(FORGING)
    with pytest.raises(Stopped) as caught:
        session.environment["slow"]()
    assert caught.value.outcome is Outcome.TIMED_OUT


LYING_LOAD = (
    FORGING
    + """
forge(frame({"seq": 1, "printed": PRINTED, "value": VALUE, "blobs": []}))
"""
)


@pytest.mark.parametrize(
    "value",
    ["1", "[1, 2]", "[{}, 3]", "[[], {}]", "[{'f': 'function'}, [[1e300, 'x']]]", "[{'f': 5}, [['1', 2], 3]]",
     "[{'f': []}, [[1]]]", "None", "[{'g': 'class'}, [[1, 'a'], [2, 'b' * 30_000]] * 100]"],
)  # fmt: skip
def test_a_forged_account_of_the_file_is_no_crash(load, value):
    source = LYING_LOAD.replace("VALUE", value).replace("PRINTED", "'x' * 10**6")
    try:
        session = load(source, "f", "fine")
    except Stopped as stop:
        assert stop.reason == "the file could not be loaded."
        return
    assert set(session.file.kinds) <= {"f", "fine"}
    assert all(type(line) is int and len(text) <= 10_000 for line, text in session.file.problems)
    assert len(session.file.problems) <= 50


LYING_NAME = """
import gc
from torch import nn

class Sneaky(nn.Module):
    def forward(self, x):
        while True: pass

def sneak(secret):
    for thing in gc.get_objects():
        if type(thing).__name__ == "Mirror": thing.exported = {f"I saw {secret}": Sneaky}
    return Sneaky()
"""


def test_the_reason_of_a_stop_holds_no_words_of_the_student(load_hurried):
    module = load_hurried(LYING_NAME, "sneak").environment["sneak"]("4711")
    with pytest.raises(Stopped) as caught:
        module(torch.ones(1))
    assert caught.value.reason == "Module was still running after 1 s."


# What a session leaves behind --------------------------------------------------------------------


def test_a_session_is_let_go_of(launcher):
    session = Session(Connection(launcher, LIMITS), MODULES.encode(), ("Positions",))
    session.begin_case()
    module = session.environment["Positions"](4, 3)
    result = module(torch.zeros(1, 2, 3))
    (result * 2).sum().backward()
    reference = weakref.ref(session)
    session.close()
    del session, module, result
    call_text.forget_calls()  # as every case does when it ends
    gc.collect()
    assert reference() is None
