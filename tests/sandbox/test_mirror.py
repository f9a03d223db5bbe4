"""Two mirrors in one process, talking through frames: what one side does, the other side sees."""

from __future__ import annotations

import copy
import enum
import json
import math
import random
from collections import OrderedDict, defaultdict
from typing import Any

import numpy as np
import pytest
import torch
from gensim.models import KeyedVectors
from torch import nn

from autograder.sandbox.mirror import (
    DTYPES,
    MAX_OBJECTS,
    MAX_TEXT,
    SEED,
    Mirror,
    ModuleState,
    Opaque,
    checks,
)
from autograder.sandbox.wire import WireError, pack, parse, parse_prefix
from autograder.sandbox.worker import build_plain_module


def any_module(state: ModuleState, number: int) -> nn.Module:
    """A module of the kind that is told, without what its constructor does."""
    kind = getattr(nn, state.kind)
    module = kind.__new__(kind)
    nn.Module.__init__(module)
    vars(module).update(state.config)
    return module


class Pair:
    """A grader's mirror and a student's. Both live in one process, and so share its random state."""

    def __init__(self, exported: dict[str, type] | None = None) -> None:
        self.grader = Mirror(+1, any_module)
        self.student = Mirror(-1, build_plain_module, exported)

    def to_student(self, *values: Any) -> Any:
        return self._send(self.grader, self.student, values)

    def to_grader(self, *values: Any) -> Any:
        return self._send(self.student, self.grader, values)

    def _send(self, source: Mirror, target: Mirror, values: tuple) -> Any:
        header, pieces = told(source, values)
        self.computed = target.incoming(header, pieces)
        decoded = [target.decode(value) for value in header["values"]]
        return decoded[0] if len(decoded) == 1 else decoded


def told(source: Mirror, values: tuple = ()) -> tuple[dict[str, Any], list[memoryview]]:
    """What a mirror says, as the other side gets to read it."""
    encoded = [source.encode(value) for value in values]
    message = source.outgoing()
    frame = b"".join(pack({**message.sections, "values": encoded}, message.blobs))
    size, _ = parse_prefix(frame[:12])
    return parse(frame[12 : 12 + size], memoryview(frame)[12 + size :])


@pytest.fixture
def pair():
    return Pair()


def alike(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Equal in everything that a caller can see, NaN included."""
    same_form = a.shape == b.shape and a.dtype == b.dtype and a.stride() == b.stride()
    same_bits = a.reshape(-1).clone().untyped_storage().tolist() == b.reshape(-1).clone().untyped_storage().tolist()
    return same_form and same_bits


# Tensors -----------------------------------------------------------------------------------------

BASE = torch.arange(24.0).reshape(4, 6)
TENSORS = {
    "a scalar": torch.tensor(3.5),
    "empty": torch.zeros(0, dtype=torch.int64),
    "empty with dimensions": torch.zeros(3, 0, 2),
    "a matrix": BASE.clone(),
    "transposed": BASE.clone().T,
    "every other column": BASE.clone()[:, ::2],
    "a part in the middle": BASE.clone()[1:3, 2:5],
    "an empty part": BASE.clone()[4:],
    "expanded": torch.tensor([[1.0], [2.0]]).expand(2, 5),
    "a diagonal": BASE.clone().diagonal(),
    "NaN and infinities": torch.tensor([math.nan, math.inf, -math.inf, -0.0, 1e-45]),
    "sixteen dimensions": torch.ones([1] * 15 + [2]),
}


@pytest.mark.parametrize("tensor", TENSORS.values(), ids=TENSORS)
def test_a_tensor_arrives_as_it_is(pair, tensor):
    assert alike(pair.to_student(tensor), tensor)
    assert alike(pair.to_grader(tensor), tensor)


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=DTYPES)
def test_every_dtype_arrives(pair, dtype):
    tensor = torch.tensor([0, 1, 1, 0, 1]).to(dtype)
    assert alike(pair.to_student(tensor), tensor)
    assert pair.to_student(dtype) is dtype


def test_a_conjugate_arrives_with_its_values(pair):
    tensor = torch.tensor([1 + 2j, 3 - 4j])
    assert torch.equal(pair.to_student(tensor.conj()), torch.tensor([1 - 2j, 3 + 4j]))
    assert torch.equal(pair.to_student(tensor.conj().imag), torch.tensor([-2.0, 4.0]))


def test_views_of_one_memory_share_it_on_the_other_side(pair):
    table = torch.zeros(4, 3)
    there, row, column = pair.to_student(table, table[1], table[:, 2])
    row.fill_(1)
    column.fill_(2)
    assert torch.equal(there, torch.tensor([[0, 0, 2], [1, 1, 2], [0, 0, 2], [0, 0, 2.0]]))
    pair.to_grader()
    assert torch.equal(table, there)


def test_a_view_that_the_other_side_makes_shares_memory_here(pair):
    table = torch.zeros(4, 3)
    there = pair.to_student(table)
    row = pair.to_grader(there[2])
    row.fill_(7)
    assert torch.equal(table[2], torch.full((3,), 7.0))
    copied = pair.to_grader(there[0].clone())
    copied.fill_(8)
    assert table[0].sum() == 0


def test_a_change_in_place_is_seen_on_either_side(pair):
    here = torch.ones(5)
    there = pair.to_student(here)
    there.mul_(3)
    pair.to_grader()
    assert here.tolist() == [3.0] * 5
    here[0] = -1
    pair.to_student()
    assert there.tolist() == [-1.0, 3, 3, 3, 3]


def test_what_did_not_change_is_not_told_again(pair):
    module = nn.Embedding(3, 2)
    values = [torch.ones(5), [1, 2], {"a": 1}, torch.Generator(), module, word_vectors()]
    there = pair.to_student(values)
    assert told(pair.grader)[0] == {"values": []}
    assert told(pair.student)[0] == {"values": []}
    pair.to_grader(there)
    assert told(pair.grader)[0] == {"values": []}
    assert told(pair.student)[0] == {"values": []}


def test_a_module_of_the_students_is_told_once():
    class Mine(nn.Embedding):
        pass

    pair = Pair({"Mine": Mine})
    pair.to_grader(Mine(3, 2))
    assert told(pair.grader)[0] == {"values": []}
    assert told(pair.student)[0] == {"values": []}


def test_an_object_comes_back_as_itself(pair):
    values = [torch.ones(2), [1], {"a": 1}, torch.Generator(), nn.Linear(2, 2), word_vectors()]
    there = [pair.to_student(value) for value in values]
    for value, its_mirror in zip(values, there, strict=True):
        assert pair.to_grader(its_mirror) is value


def test_another_dtype_in_place_arrives(pair):
    here = torch.ones(3)
    there = pair.to_student(here)
    there.data = there.data.double()
    pair.to_grader()
    assert here.dtype == torch.float64
    here.data = torch.tensor([1, 2])
    pair.to_student()
    assert there.tolist() == [1, 2] and there.dtype == torch.int64


def test_memory_that_was_resized_arrives_anew(pair):
    here = torch.ones(3)
    there = pair.to_student(here)
    there.resize_(4000).fill_(5)
    pair.to_grader()
    assert here.shape == (4000,) and bool((here == 5).all())
    here[0] = 6
    pair.to_student()
    assert there[0] == 6 and there[1] == 5


# Gradients ---------------------------------------------------------------------------------------


def test_gradients_of_leaves_arrive_change_and_go(pair):
    here = torch.ones(3, requires_grad=True)
    there = pair.to_student(here)
    assert there.requires_grad and there.is_leaf
    (there * 2).sum().backward()
    pair.to_grader()
    assert here.grad is not None and here.grad.tolist() == [2.0] * 3
    here.grad += 1
    pair.to_student()
    assert there.grad.tolist() == [3.0] * 3
    there.grad = None
    pair.to_grader()
    assert here.grad is None


def test_a_sparse_gradient_arrives_dense(pair):
    embedding = nn.Embedding(4, 2, sparse=True)
    there = pair.to_student(embedding)
    there(torch.tensor([1, 1])).sum().backward()
    assert there.weight.grad.is_sparse
    pair.to_grader()
    assert embedding.weight.grad.tolist() == [[0, 0], [2, 2], [0, 0], [0, 0]]


def test_whether_a_tensor_collects_gradients_is_told(pair):
    here = torch.ones(3)
    there = pair.to_student(here)
    there.requires_grad_()
    pair.to_grader()
    assert here.requires_grad
    here.requires_grad_(False)
    pair.to_student()
    assert not there.requires_grad


def test_what_was_computed_from_leaves_is_named(pair):
    here = torch.ones(3, requires_grad=True)
    there = pair.to_student(here)
    _, product, plain = pair.to_grader(there, there * 2, there.detach() * 2)
    numbers = {id(tensor): number for number, tensor in pair.grader.tensors.items()}
    assert pair.computed == [numbers[id(product)]]
    assert not plain.requires_grad


def test_a_computed_tensor_of_the_graders_is_no_leaf_there_either_and_has_a_gradient(pair):
    weight = torch.ones(3, requires_grad=True)
    there = pair.to_student(weight * 2)
    assert there.requires_grad and not there.is_leaf
    (gradient,) = torch.autograd.grad((there * 3).sum(), there)
    assert torch.equal(gradient, torch.full((3,), 3.0))


# Modules -----------------------------------------------------------------------------------------


def test_plain_modules_work_on_the_other_side(pair):
    for module, argument in [
        (nn.Embedding(5, 3, padding_idx=1), torch.tensor([[1, 4]])),
        (nn.Linear(4, 2), torch.ones(3, 4)),
        (nn.Linear(4, 2, bias=False).double(), torch.ones(3, 4).double()),
    ]:
        there = pair.to_student(module)
        assert type(there) is type(module)
        assert torch.equal(there(argument), module(argument))
        assert there.extra_repr() == module.extra_repr()


def test_parameters_stay_parameters_and_frozen_ones_frozen(pair):
    module = nn.Embedding.from_pretrained(torch.ones(2, 2))
    there = pair.to_student(module)
    assert isinstance(there.weight, nn.Parameter) and not there.weight.requires_grad
    loose = pair.to_student(nn.Parameter(torch.ones(2)))
    assert isinstance(loose, nn.Parameter) and loose.requires_grad


def test_a_step_of_an_optimizer_is_seen(pair):
    module = nn.Linear(2, 1)
    there = pair.to_student(module)
    optimizer = torch.optim.SGD(there.parameters(), lr=0.1)
    there(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    pair.to_grader()
    assert torch.equal(module.weight, there.weight)
    assert torch.equal(module.weight.grad, torch.ones(1, 2))


def test_a_module_converted_in_place_keeps_its_parameters(pair):
    module = nn.Linear(2, 2)
    before = module.weight
    there = pair.to_student(module)
    there.double()
    pair.to_grader()
    assert module.weight is before and before.dtype == torch.float64
    module.bfloat16()
    pair.to_student()
    assert there.weight.dtype == torch.bfloat16


def test_tied_parameters_stay_tied(pair):
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens = nn.Embedding(3, 2)
            self.head = nn.Linear(2, 3, bias=False)
            self.head.weight = self.tokens.weight

    model = pair.to_grader(Model())
    assert model.head.weight is model.tokens.weight
    assert len(list(model.parameters())) == 1


def test_a_child_told_before_its_parent_arrives(pair):
    class Model(nn.Module):
        def __init__(self, child):
            super().__init__()
            self.child = child

    child = nn.Embedding(3, 2)
    got_child, got_parent = pair.to_grader(child, Model(child))
    assert got_parent.child is got_child
    shared = nn.Linear(1, 1)
    left, right = pair.to_grader(Model(Model(shared)), Model(shared))
    assert left.child.child is right.child


def test_buffers_children_and_training_mode_are_followed(pair):
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("table", torch.ones(2))
            self.register_buffer("none", None)
            self.child = nn.Linear(1, 1)

    model = Model()
    here = pair.to_grader(model)
    assert dict(here.named_buffers())["table"].tolist() == [1, 1] and here.training
    model.eval()
    model.table = torch.zeros(3)
    model.other = nn.Embedding(2, 2)
    del model.child
    pair.to_grader()
    assert not here.training and here.table.shape == (3,)
    assert list(here._modules) == ["other"] and here.none is None


def test_the_nearest_class_that_tests_know_is_named():
    class Known(nn.Module):
        pass

    class Hidden(Known):
        pass

    pair = Pair({"Known": Known})
    assert pair.student.describe(Hidden()).exported == "Known"
    assert pair.student.describe(nn.Linear(1, 1)).exported == ""
    assert pair.student.describe(Hidden()).kind == "Module"


def test_a_module_that_holds_itself_is_refused(pair):
    module = nn.Module()
    module.child = nn.Module()
    module.child.parent = module
    with pytest.raises(WireError):
        pair.to_grader(module)


# Random states, word vectors, arrays -------------------------------------------------------------


def test_a_generator_advances_on_both_sides(pair):
    here, same = torch.Generator().manual_seed(3), torch.Generator().manual_seed(3)
    there = pair.to_student(here)
    assert torch.equal(torch.randn(5, generator=there), torch.randn(5, generator=same))
    pair.to_grader()
    assert torch.equal(torch.randn(5, generator=here), torch.randn(5, generator=same))
    pair.to_student()
    assert torch.equal(torch.randn(5, generator=there), torch.randn(5, generator=same))


def test_a_new_case_begins_with_one_random_state_on_both_sides(pair):
    torch.randn(3)
    expected = torch.randn(4, generator=torch.Generator().manual_seed(SEED))
    for mirror in (pair.grader, pair.student):
        mirror.reset()
        assert told(mirror)[0] == {"values": []}  # there is nothing to tell of it
        assert torch.equal(torch.randn(4), expected)
        assert "random" in told(mirror)[0]


@pytest.mark.parametrize("with_tensors", [False, True], ids=["alone", "with tensors"])
def test_the_global_random_state_is_followed(pair, with_tensors):
    values = [torch.ones(2)] if with_tensors else []
    for _ in range(2):  # the second time, too, though the state is one that was told before
        torch.manual_seed(5)
        header, blobs = told(pair.grader, tuple(values))
        expected = torch.randn(4)
        pair.student.incoming(header, blobs)
        assert torch.equal(torch.randn(4), expected)
        pair.to_grader()


def word_vectors() -> KeyedVectors:
    vectors = KeyedVectors(2)
    vectors.add_vectors(["the", "café", "\udcff"], np.array([[1, 0], [0, 1], [1, 1]], dtype=np.float32))
    return vectors


def test_word_vectors_arrive_and_are_followed(pair):
    here = word_vectors()
    there = pair.to_student(here)
    assert there.index_to_key == ["the", "café", "\\udcff"]
    assert there.most_similar("the", topn=1)[0][1] == here.most_similar("the", topn=1)[0][1]
    there.vectors[0, 1] = 9
    pair.to_grader()
    assert here.vectors[0, 1] == 9
    assert there.vector_size == 2 and len(there) == 3


def test_arrays_and_tensors_of_one_memory_share_it(pair):
    vectors = word_vectors()
    weight = torch.from_numpy(vectors.vectors)
    there, tensor, row = pair.to_student(vectors, weight, vectors.vectors[1:])
    tensor.fill_(4)
    assert row.tolist() == [[4, 4], [4, 4]] and there.vectors[0, 0] == 4
    pair.to_grader()
    assert vectors.vectors.tolist() == [[4, 4]] * 3


# Plain values ------------------------------------------------------------------------------------


class Word(str):
    pass


class Whole(int):
    pass


class Real(float):
    pass


class Colour(enum.IntEnum):
    RED = 3


PLAIN = [
    None, True, False, 0, -1, 2**63 - 1, -(2**63) + 1, 0.1, -0.0, 1e308, 5e-324, math.inf, -math.inf, "",
    "café €\U0001f600\0", (), (1, ("a", None)), (True, 1, 1.0), set(), {1, "a"},
    [], {}, [1, [2, [3, {}]]], {"a": {"b": [1, (2, [3])]}}, {1: "a", "b": None, 1.5: True}, [[]] * 3,
]  # fmt: skip


def shown(value):
    """Its `repr`, but for a set, whose order follows the process's hash seed."""
    return sorted(map(repr, value)) if isinstance(value, set) else repr(value)


@pytest.mark.parametrize("value", PLAIN, ids=lambda value: str(shown(value)))
def test_a_plain_value_arrives(pair, value):
    for got in (pair.to_student(value), pair.to_grader(value)):
        assert shown(got) == shown(value)  # so that True is not 1 and -0.0 is not 0.0


def test_nan_arrives(pair):
    assert math.isnan(pair.to_grader(math.nan))


SIMPLIFIED = {
    "a str's subclass": (Word("a"), "a"),
    "an int's subclass": (Whole(3), 3),
    "an enum": (Colour.RED, 3),
    "a float's subclass": (Real(0.5), 0.5),
    "NumPy's int": (np.int64(3), 3),
    "NumPy's float": (np.float32(0.5), 0.5),
    "NumPy's True": (np.True_, True),
    "NumPy's str": (np.str_("a"), "a"),
    "a size": (torch.ones(2, 3).shape, (2, 3)),
    "half a character": ("a\ud800b", "a\\ud800b"),
    "a frozen set": (frozenset({1}), {1}),
}


@pytest.mark.parametrize("value, arrives", SIMPLIFIED.values(), ids=SIMPLIFIED)
def test_a_value_of_a_special_type_arrives_as_the_plain_one(pair, value, arrives):
    for got in (pair.to_student(value), pair.to_grader(value)):
        assert got == arrives and type(got) is type(arrives)


def test_a_long_text_is_cut(pair):
    assert pair.to_grader("é" * 300_000) == "é" * MAX_TEXT


OPAQUE = {
    "a lambda": lambda: 0,
    "a class": Word,
    "bytes": b"a",
    "a complex number": 1j,
    "a Python generator": (x for x in "a"),
    "a huge int": 10**400,
    "a sparse tensor": torch.eye(2).to_sparse(),
    "a tensor on no device": torch.ones(2, device="meta"),
    "an array of objects": np.array([object()]),
    "a reversed array": np.arange(3)[::-1],
}


@pytest.mark.parametrize("value", OPAQUE.values(), ids=OPAQUE)
def test_what_tests_have_no_use_for_arrives_opaque(pair, value):
    got = pair.to_grader([value])[0]
    assert isinstance(got, Opaque) and repr(got).startswith("<a value of type ")
    assert isinstance(pair.to_student(got), Opaque)  # and may be passed on


def test_python_says_of_an_opaque_value_what_it_says_at_the_desk(pair):
    for value in (type("Thing", (), {})(), object()):
        for use in (lambda it: it(), len, lambda it: it[0], lambda it: it + 1, iter, lambda it: it.weight):
            said = []
            for it in (value, pair.to_grader(value)):
                with pytest.raises((TypeError, AttributeError)) as error:
                    use(it)
                said.append(str(error.value))
            assert said[0] == said[1]


@pytest.mark.parametrize("value", OPAQUE.values(), ids=OPAQUE)
def test_a_test_that_hands_over_what_cannot_cross_is_told(pair, value):
    with pytest.raises(WireError, match="cannot cross"):
        pair.to_student([value])


def test_a_test_that_hands_over_a_module_of_its_own_is_told(pair):
    for module in (nn.Sequential(), nn.LayerNorm(2)):
        with pytest.raises(WireError, match="cannot cross"):
            pair.to_student(module)


def test_deep_nesting_ends_in_an_opaque_value(pair):
    deep: Any = ()
    for _ in range(500):
        deep = (deep,)
    got = pair.to_grader(deep)
    while isinstance(got, tuple):
        (got,) = got
    assert isinstance(got, Opaque)


def test_changes_of_lists_and_dicts_are_seen_on_either_side(pair):
    words, counts = ["a", "b"], {"a": 1, "inner": [1]}
    both = {"words": words, "counts": counts}
    there = pair.to_student(both)
    there["words"].append("c")
    there["counts"]["inner"].clear()
    del there["counts"]["a"]
    there["new"] = {"x": [torch.ones(1)]}
    pair.to_grader()
    assert words == ["a", "b", "c"] and counts == {"inner": []}
    assert both["new"]["x"][0].tolist() == [1]
    words.sort(reverse=True)
    counts["z"] = words
    pair.to_student()
    assert there["words"] == ["c", "b", "a"] and there["counts"]["z"] is there["words"]


def test_an_equal_value_of_another_type_is_seen(pair):
    numbers = [1, 0]
    there = pair.to_student(numbers)
    there[0] = True
    pair.to_grader()
    assert numbers[0] is True


def test_a_list_that_holds_itself_is_refused(pair):
    loop: list = [1]
    loop.append(loop)
    with pytest.raises(WireError):
        pair.to_grader(loop)


@pytest.mark.parametrize("special", [OrderedDict(), defaultdict(int)], ids=["ordered", "default"])
def test_a_special_dict_of_ours_that_is_made_to_hold_itself_is_refused(pair, special):
    there = pair.to_student([special])
    there[0]["a"] = there
    with pytest.raises(WireError):
        pair.to_grader()


def test_lists_that_double_with_each_level_are_refused(pair):
    laughs: list = []
    for _ in range(40):  # printed, this has a million times a million items
        laughs = [laughs, laughs]
    with pytest.raises(WireError):
        pair.to_grader(laughs)


def test_tuples_are_no_keys(pair):
    same_hash = [tuple(-1 - (n >> bit & 1) for bit in range(8)) for n in range(256)]
    assert len(set(map(hash, same_hash))) == 1
    for value in (set(same_hash), dict.fromkeys(same_hash)):
        assert not any(isinstance(key, tuple) for key in pair.to_grader(value))
    with pytest.raises(WireError):
        pair.grader.decode(["set", [["tuple", [-1]], ["tuple", [-2]]]])


def test_a_deep_list_arrives(pair):
    deep: list = []
    for _ in range(5_000):
        deep = [deep]
    got = pair.to_grader(deep)
    for _ in range(5_000):
        (got,) = got
    assert got == []


def test_tensors_in_lists_are_the_ones_beside_them(pair):
    tensor = torch.ones(2)
    got, inside = pair.to_student(tensor, [tensor, (tensor,)])
    assert inside[0] is got and inside[1][0] is got


# Bounds ------------------------------------------------------------------------------------------


def test_too_many_objects_are_refused(pair):
    with pytest.raises(WireError):
        pair.to_grader([[] for _ in range(MAX_OBJECTS)])


def test_too_much_memory_is_refused_on_both_sides(pair, monkeypatch):
    monkeypatch.setattr(checks, "MAX_MEMORY", 1000)
    pair.to_grader(torch.zeros(200, dtype=torch.uint8))
    with pytest.raises(WireError, match="too large"):
        pair.to_grader(torch.zeros(900, dtype=torch.uint8))
    blobs = [memoryview(bytes(600))] * 2
    with pytest.raises(WireError, match="too large"):
        Mirror(+1, any_module).incoming({"storages": [[-1, 600, 0], [-2, 600, 1]]}, blobs)


@pytest.mark.parametrize("shape", [(2**16 + 1,), (2**10, 2**10 + 1), (4, 2**22)])
def test_a_result_that_a_test_would_drown_in_is_refused_on_both_sides(pair, shape):
    few_bytes = torch.zeros(1).expand(shape)
    with pytest.raises(WireError, match="too large"):
        pair.to_grader(few_bytes)
    state = [-1, "float32", list(shape), [0] * len(shape), 0, 0]
    sections = {"storages": [[-1, 4, 0]], "tensors": [[-1, state]]}
    with pytest.raises(WireError, match="too large"):
        Mirror(+1, any_module).incoming(sections, [memoryview(bytes(4))])


def test_what_a_module_holds_may_be_longer_than_a_result(pair):
    layer = nn.Embedding(2**17, 1)
    assert pair.to_grader(layer).weight.shape == (2**17, 1)


def test_a_new_case_forgets_what_crossed(pair):
    pair.to_grader([torch.ones(2), nn.Linear(1, 1)])
    pair.grader.reset()
    pair.student.reset()
    assert not pair.grader.tensors and not pair.grader.containers and not pair.grader.storages
    assert pair.to_grader([1]) == [1]


# Hostile sections --------------------------------------------------------------------------------

STORAGE = [[-1, 16, 0]]


def tensor_section(number=-2, storage=-1, dtype="float32", shape=(4,), stride=(1,), start=0, flags=0) -> dict:
    shape, stride = (list(x) if isinstance(x, tuple) else x for x in (shape, stride))
    return {"storages": STORAGE, "tensors": [[number, [storage, dtype, shape, stride, start, flags]]]}


def module_section(kind="Module", exported="", config=None, parameters=None, buffers=None, children=None):
    state = [kind, exported, True, config or {}, parameters or {}, buffers or {}, children or {}]
    return {**tensor_section(), "modules": [[-5, state]]}


HOSTILE = {
    "a storage larger than its bytes": {"storages": [[-1, 17, 0]]},
    "a storage smaller than its bytes": {"storages": [[-1, 15, 0]]},
    "a storage of a huge size": {"storages": [[-1, 2**62, 0]]},
    "a storage of a negative size": {"storages": [[-1, -16, 0]]},
    "a storage of a float size": {"storages": [[-1, 16.0, 0]]},
    "a storage without bytes": {"storages": [[-1, 16, 7]]},
    "a storage whose bytes are a text": {"storages": [[-1, 16, "0"]]},
    "a storage with a number of ours": {"storages": [[1, 16, 0]]},
    "a storage with number 0": {"storages": [[0, 16, 0]]},
    "a storage with a number beyond the bound": {"storages": [[-MAX_OBJECTS - 1, 16, 0]]},
    "a storage with a text for a number": {"storages": [["-1", 16, 0]]},
    "a storage with a float for a number": {"storages": [[-1.0, 16, 0]]},
    "a storage with True for a number": {"storages": [[True, 16, 0]]},
    "a storage that changes its size": {"storages": [[-1, 16, 0], [-1, 8, 1]]},
    "a section that is a text": {"storages": "abc"},
    "a section that is a number": {"tensors": 3},
    "a section that is None": {"tensors": None},
    "a section that is an object": {"modules": {"a": 1}},
    "an entry too short": {"storages": [[-1]]},
    "an entry too long": {"storages": [[-1, 16, 0, 0]]},
    "a tensor on no storage": tensor_section(storage=-9),
    "a tensor on a list for a storage": tensor_section(storage=[1]),
    "a tensor over the end": tensor_section(shape=(5,)),
    "a tensor over the end by its stride": tensor_section(shape=(2, 2), stride=(3, 2)),
    "a tensor over the end by its start": tensor_section(start=4),
    "a tensor that starts beyond the end": tensor_section(start=2**30, shape=(0,)),
    "a tensor that starts off its numbers": tensor_section(start=2, shape=(1,)),
    "a tensor with a negative start": tensor_section(start=-4, shape=(1,)),
    "a tensor with a negative stride": tensor_section(stride=(-1,), start=12),
    "a tensor with a negative shape": tensor_section(shape=(-1,)),
    "a tensor with a float shape": tensor_section(shape=(4.0,)),
    "a tensor with a bool shape": tensor_section(shape=(True,)),
    "a tensor with a text for a shape": tensor_section(shape="4"),
    "a tensor with a huge shape": tensor_section(shape=(2**62,), stride=(0,)),
    "a tensor with a huge product": tensor_section(shape=(2**39, 2**39), stride=(0, 0)),
    "a tensor that would fill the memory": tensor_section(shape=(2**34,), stride=(0,)),
    "an empty tensor of a huge width": tensor_section(shape=(0, 2**39), stride=(0, 0)),
    "a tensor with more strides than sizes": tensor_section(stride=(1, 1)),
    "a tensor of rank 17": tensor_section(shape=(1,) * 17, stride=(1,) * 17),
    "a tensor of an unknown dtype": tensor_section(dtype="quint8"),
    "a tensor of a dtype with a dot": tensor_section(dtype="nn.Module"),
    "a tensor of a list for a dtype": tensor_section(dtype=[]),
    "a tensor with a text for flags": tensor_section(flags="7"),
    "a tensor with None for flags": tensor_section(flags=None),
    "a tensor of ints that needs gradients": tensor_section(dtype="int32", flags=1),
    "a parameter of ints that needs gradients": tensor_section(dtype="int32", flags=5),
    "a tensor with a number of ours": tensor_section(number=7),
    "a gradient of no tensor": {"gradients": [[-2, "none"]]},
    "a gradient that is a number": {**tensor_section(flags=1), "gradients": [[-2, 3]]},
    "a gradient that is itself": {**tensor_section(flags=1), "gradients": [[-2, ["tensor", -2]]]},
    "a gradient of another shape": {
        "storages": STORAGE,
        "tensors": [[-2, [-1, "float32", [4], [1], 0, 1]], [-3, [-1, "float32", [2], [1], 0, 0]]],
        "gradients": [[-2, ["tensor", -3]]],
    },
    "a generator's state of a wrong size": {"generators": [[-1, 0]]},
    "the random state of a wrong size": {"random": 0},
    "the random state that is not a number": {"random": [0]},
    "a generator with a number of ours": {"generators": [[4, 3]]},
    "a generator's state that reads beyond its table": {"generators": [[-1, 4]]},
    "the random state that reads beyond its table": {"random": 4},
    "a generator's state of noise": {"generators": [[-1, 5]]},
    "a module of no kind": module_section(kind="NoSuchThing"),
    "a module whose kind is a list": module_section(kind=[]),
    "a module whose parameter is none": module_section(parameters={"a": ["tensor", -2]}),
    "a module whose parameter is a number": module_section(parameters={"a": 3}),
    "a module whose parameter is unknown": module_section(parameters={"a": ["tensor", -77]}),
    "a module whose buffer is a text": module_section(buffers={"a": "x"}),
    "a module whose buffer has a dotted name": module_section(buffers={"a.b": ["tensor", -2]}),
    "a module whose buffer has no name": module_section(buffers={"": ["tensor", -2]}),
    "a module whose child is unknown": module_section(children={"a": -6}),
    "a module whose child is a tensor": module_section(children={"a": ["tensor", -2]}),
    "a module that is its own child": module_section(children={"a": -5}),
    "a module whose parameters are a list": module_section(parameters=[1]),
    "a module whose config is a text": module_section(config="abc"),
    "a module whose state is too short": {"modules": [[-1, ["Module", ""]]]},
    "modules that hold one another": {
        "modules": [
            [-1, ["Module", "", True, {}, {}, {}, {"a": -2}]],
            [-2, ["Module", "", True, {}, {}, {}, {"a": -1}]],
        ]
    },
    "word vectors without an array": {"vectors": [[-1, [["a"], 3]]]},
    "word vectors with a tensor": {**tensor_section(shape=(2, 2), stride=(2, 1)),
                                   "vectors": [[-3, [["a", "b"], ["tensor", -2]]]]},
    "word vectors of one dimension": {"storages": STORAGE,
                                      "vectors": [[-3, [["a"], ["array", [-1, "float32", [1], [1], 0, 0]]]]]},
    "fewer words than vectors": {"storages": STORAGE, "vectors": [
        [-3, [["a"], ["array", [-1, "float32", [2, 2], [2, 1], 0, 0]]]]]},
    "words that are numbers": {"storages": STORAGE, "vectors": [
        [-3, [[1, 2], ["array", [-1, "float32", [2, 2], [2, 1], 0, 0]]]]]},
    "a list with a number of ours": {"containers": [[3, ["list", []]]]},
    "a list that turns into a dict": {"containers": [[-1, ["list", []]], [-1, ["dict", []]]]},
    "a dict with an odd number of items": {"containers": [[-1, ["dict", [1]]]]},
    "a dict with a list for a key": {"containers": [[-1, ["dict", [["container", -1], 1]]]]},
    "a list of an unknown object": {"containers": [[-1, ["list", [["container", -4]]]]]},
    "a list of a malformed value": {"containers": [[-1, ["list", [{"a": 1}]]]]},
}  # fmt: skip


def state_with(left: int, following: int) -> bytes:
    state = bytearray(torch.Generator().manual_seed(1).get_state().numpy().tobytes())
    state[8:12], state[16:24] = left.to_bytes(4, "little"), following.to_bytes(8, "little")
    return bytes(state)


BLOBS = [
    memoryview(blob)
    for blob in (bytes(16), bytes(8), b"", torch.Generator().get_state().numpy().tobytes(),
                 state_with(624, 624), random.Random(1).randbytes(5056))
]  # fmt: skip


@pytest.fixture
def grader():
    """A mirror that has already told the other side of a few things."""
    mirror = Mirror(+1, any_module)
    told(mirror, (torch.ones(3), [1, 2], nn.Linear(2, 2)))
    return mirror


@pytest.mark.parametrize("sections", HOSTILE.values(), ids=HOSTILE)
def test_what_no_mirror_says_is_refused(grader, sections):
    with pytest.raises(WireError):
        grader.incoming(copy.deepcopy(sections), BLOBS)


BAD_VALUES = [
    [], [1], ["tuple"], ["tuple", 1], ["tuple", "ab"], ["tuple", {}], ["tuple", [1], 2], ["nothing", 1], {},
    {"a": 1}, ["float", "0x1p3"], ["float", 1], ["float", None], ["tensor", 99], ["tensor", []],
    ["tensor", "1"], ["dtype", "float31"], ["dtype", {}], ["array", []], ["array", 5], ["opaque", 3],
    ["opaque", "\ud800"], "\ud800", ["set", [["container", 2]]], [["tuple"], []], [None, None],
    2**63, -(10**30),
    "a" * (10 * MAX_TEXT + 1),
]  # fmt: skip


@pytest.mark.parametrize("value", BAD_VALUES, ids=lambda value: repr(value)[:30])
def test_a_malformed_value_is_refused(grader, value):
    with pytest.raises(WireError):
        grader.decode(value)


def test_a_value_nested_too_deep_is_refused(grader):
    value: Any = 1
    for _ in range(60):
        value = ["tuple", [value]]
    with pytest.raises(WireError):
        grader.decode(value)


def test_more_objects_than_allowed_are_refused(grader):
    many = [[-number, ["list", []]] for number in range(1, MAX_OBJECTS + 1)]
    grader.incoming({"containers": many}, [])
    with pytest.raises(WireError):
        grader.incoming({"containers": [[-MAX_OBJECTS - 1, ["list", []]]]}, [])


def test_the_random_state_survives_a_refusal(grader):
    before = torch.get_rng_state()
    for blob in (0, 4, 5):
        with pytest.raises(WireError):
            grader.incoming({"random": blob}, BLOBS)
    assert torch.equal(torch.get_rng_state(), before)


# Mutated real messages ---------------------------------------------------------------------------


class Everything(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(3, 2)
        self.head = nn.Linear(2, 3)
        self.head.weight = self.tokens.weight
        self.register_buffer("table", torch.ones(2, 2))


def real_sections() -> tuple[dict[str, Any], list[memoryview]]:
    """A message of a student's mirror with something of every kind in it."""
    student = Mirror(-1, build_plain_module, {"Everything": Everything})
    weight = torch.ones(3, requires_grad=True)
    (weight * 2).sum().backward()
    base = torch.arange(12.0)
    return told(student, (
        Everything(), weight, weight * 3, base, base[3:9].view(2, 3).T, word_vectors(), torch.Generator(),
        {"a": [1, "b", (0.5, None, True)], 3: {math.nan, "x"}}, torch.float64, len, base.numpy()[2:],
    ))  # fmt: skip


ATOMS = [
    None, True, -1, 0, 1, -2, 3, 16, 2**31, 2**63, -(2**63), 0.5, "", "a", "list", "float32", "int64",
    "tensor", "module", "container", "none", "Module", "Embedding", "a.b", [], {}, [[]], ["tensor", -1],
    ["container", -1],
]  # fmt: skip


def mutate(data: Any, rng: random.Random) -> Any:
    """Change one place somewhere in nested lists and dicts, in place where possible."""
    if not isinstance(data, list | dict) or not data or rng.random() < 0.15:
        if isinstance(data, int) and not isinstance(data, bool) and rng.random() < 0.5:
            return rng.choice([data + 1, data - 1, -data, data * 4, data * 2**20])
        return copy.deepcopy(rng.choice(ATOMS))
    keys = list(data) if isinstance(data, dict) else range(len(data))
    key = rng.choice(list(keys))
    action = rng.random()
    if action < 0.05:
        del data[key]
    elif action < 0.1 and isinstance(data, list):
        data.insert(key, copy.deepcopy(rng.choice(data)))
    elif action < 0.15 and isinstance(data, list):
        rng.shuffle(data)
    else:
        data[key] = mutate(data[key], rng)
    return data


def hear_mutants(count: int, seed: int) -> int:
    """Let a grader's mirror hear that many mutants; how many of them it refused."""
    rng = random.Random(seed)
    header, blobs = real_sections()
    values = header.pop("values")
    text = json.dumps([header, values])
    refused = 0
    before = torch.get_rng_state()
    for _ in range(count):
        sections, encoded = json.loads(text)
        for _ in range(rng.choice([1, 1, 2, 4])):
            if rng.random() < 0.85:
                mutate(sections, rng)
            else:
                mutate(encoded, rng)
        mirror = Mirror(+1, any_module)
        told(mirror, (torch.ones(3), [1, 2]))
        try:
            mirror.incoming(sections, blobs)
            for value in encoded:
                use(mirror.decode(value))
            mirror.outgoing()
        except WireError:
            refused += 1
    torch.set_rng_state(before)
    return refused


def use(value: Any) -> None:
    """Read all memory of what was heard, so that a tensor beyond its bounds would show."""
    if isinstance(value, torch.Tensor) and value.numel() < 2**20:
        value.detach().clone()
    elif isinstance(value, nn.Module):
        list(value.named_parameters())
        list(value.named_buffers())
        list(value.named_modules())


def test_the_message_that_is_mutated_is_accepted():
    mirror = Mirror(+1, any_module)
    header, blobs = real_sections()
    mirror.incoming(header, blobs)
    for value in header["values"]:
        use(mirror.decode(value))


def test_mutated_real_messages_give_a_wire_error_at_worst():
    refused = hear_mutants(3_000, seed=1)
    assert 1_000 < refused < 3_000  # the mutants reach both the refusals and what lies behind them


@pytest.mark.soak
def test_a_hundred_thousand_mutated_messages_give_a_wire_error_at_worst():
    hear_mutants(100_000, seed=2)


def test_what_the_student_changes_of_the_tests_own_is_put_back_after_the_case(pair):
    table, words, state = torch.arange(6.0).reshape(2, 3), ["a", "b"], {"a": 0}
    draws, layer, vectors = torch.Generator().manual_seed(1), nn.Linear(2, 2), KeyedVectors(2)
    vectors.add_vectors(["x"], np.ones((1, 2), dtype=np.float32))
    table.requires_grad_()
    before = table.detach().clone(), draws.get_state(), layer.weight.detach().clone()
    there = [pair.to_student(value) for value in (table, words, state, draws, layer, vectors)]
    with torch.no_grad():
        there[0].zero_()
        there[0].grad = torch.ones(2, 3)
        there[1].clear()
        there[2]["b"] = 1
        torch.rand(3, generator=there[3])
        there[4].weight.zero_()
        there[4].eval()
        there[5].index_to_key[0] = "y"
        there[5].vectors[:] = 0
    pair.to_grader(None)
    assert not table.any() and words == [] and not layer.training and vectors.index_to_key == ["y"]
    pair.grader.reset()
    assert torch.equal(table, before[0]) and table.grad is None and table.requires_grad
    assert words == ["a", "b"] and state == {"a": 0}
    assert torch.equal(draws.get_state(), before[1])
    assert torch.equal(layer.weight, before[2]) and layer.training
    assert vectors.index_to_key == ["x"] and vectors.vectors.all()


class _Derived(torch.autograd.Function):
    """Gives a tensor a history, as results of a student's call get one."""

    @staticmethod
    def forward(ctx: Any, result: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
        ctx.mark_dirty(result)
        return result

    @staticmethod
    def backward(ctx: Any, weight: torch.Tensor) -> tuple[None, torch.Tensor]:
        return None, weight


@pytest.mark.parametrize("flags", [0, 1, 2])
@pytest.mark.parametrize("derived", [False, True])
def test_a_tensor_that_was_told_to_be_of_another_kind_is_given_back_as_it_was(flags, derived):
    mirror = Mirror(+1, any_module)
    ids = torch.tensor([1, 2])
    mirror.encode(ids)
    mirror.outgoing()
    sections = {"storages": [[-1, 8, 0]], "tensors": [[1, [-1, "float32", [2], [1], 0, flags]]]}
    mirror.incoming(sections, [memoryview(bytes(8))])
    assert ids.dtype == torch.float32 and ids.requires_grad == bool(flags & 1)
    if derived and not ids.requires_grad:
        _Derived.apply(ids, torch.zeros(2, requires_grad=True))
        assert not ids.is_leaf
    mirror.reset()
    assert ids.dtype == torch.int64 and ids.tolist() == [1, 2]
    assert ids.is_leaf and not ids.requires_grad
