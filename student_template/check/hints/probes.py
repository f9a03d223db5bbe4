"""Small calls of the functions that students write, chosen so that different mistakes show differently.

A probe takes a function or class and gives whatever tells one mistake from another: results, errors,
gradients, what a call left behind. What the conventions leave free must not be in it, so that all
right programs give the same.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch import nn

from ..testing.comparison import quotes
from ..testing.operation_counts import count_operations
from .signatures import kind as kind_of_error
from .signatures import raised, signature

Probe = Callable[..., Any]

# Inputs -------------------------------------------------------------------------------------------


def numbers(*shape: int, start: float = 1.0) -> torch.Tensor:
    """Irregular numbers between -1.5 and 1.5, the same on every machine."""
    return _irregular(math.prod(shape), start).clone().reshape(shape)


@cache
def _irregular(count: int, start: float) -> torch.Tensor:
    return (1.5 * (start + 2.4 * torch.arange(count, dtype=torch.float64)).sin()).to(torch.float32)


def ids(*rows: Any) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.int64)


def filled(module: nn.Module) -> nn.Module:
    """The module, its parameters overwritten with numbers that depend on their shapes alone."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(numbers(*parameter.shape, start=len(parameter) if parameter.dim() else 1))
    return module


WORDS = {"fig": 2, "Apple": 5, "pear": 0, "apple": 3, "plum": 6, "kiwi": 1, "date": 4}
"""Seven words, in another order than their rows."""

ROWS = [[2, 1, 0.5], [0.1, 0.3, -0.2], [-3, 2, 1], [1, 1.5, -1], [0.5, -2, 0.4], [4, 0.6, 3], [-1, -1, 2.5]]
"""Vectors of very different lengths, none of them near any other."""


def fruit(dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.tensor(ROWS, dtype=dtype)


def word_vectors(kind_of_number: str = "float32") -> Any:
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(vector_size=3, dtype=kind_of_number)
    vectors.add_vectors(sorted(WORDS, key=WORDS.__getitem__), fruit().numpy().astype(kind_of_number))
    return vectors


def two_tables() -> list[nn.Embedding]:
    return [nn.Embedding.from_pretrained(numbers(5, 3, start=s), freeze=False) for s in (1.0, 2.0)]


def pairs() -> torch.Tensor:
    return ids([2, 4], [0, 1], [2, 4], [3, 2], [1, 1])


# What is told of a call -----------------------------------------------------------------------------


def refusal(expected: type[Exception], call: Callable[[], Any], *quoted: Any) -> Any:
    """What a call gives that should be refused, or how: as expected, and quoting which of the values."""
    try:
        return ["accepted", call()]
    except NotImplementedError:
        raise
    except expected as error:
        return ["refused", *(quotes(str(error), value) for value in quoted)]
    except Exception as error:
        return ["refused", kind_of_error(error)]


def bad_ids(vocab_size: int, call: Probe) -> Any:
    """What becomes of an id below 0, of one that is too large, and of one in the first place."""

    def told(bad: int, *given: int) -> Any:
        return refusal(IndexError, lambda: call(ids(*given)), bad, vocab_size)

    return told(-2, 1, -2), told(8, 1, 8), told(8, 8, 1)


ERRORS = {
    form.record: name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception)
    for form in (raised(name), signature(["refused", name]), signature((["refused", name],) * 3))
}
"""For the record of every outcome that is nothing but an error of one kind: which."""


def gradients(result: torch.Tensor, *leaves: torch.Tensor) -> Any:
    """The gradients of some leaves for uneven weights: None where none arrives."""
    wanted = [leaf for leaf in leaves if leaf.requires_grad]
    if not result.requires_grad or not wanted:
        return "no gradient"
    return torch.autograd.grad(result, wanted, numbers(*result.shape, start=5).to(result), allow_unused=True)


def kind_of(tensor: Any) -> Any:
    """Shape and dtype, where rounding makes the numbers themselves uncertain."""
    return [list(tensor.shape), str(tensor.dtype)] if isinstance(tensor, torch.Tensor) else "no tensor"


def dtypes(call: Probe) -> Any:
    """What comes of tables of several dtypes."""
    return [kind_of(call(numbers(5, 3).to(kind))) for kind in (torch.float32, torch.float64, torch.bfloat16)]


def draw(table: torch.Tensor, std: float) -> Any:
    """How numbers were drawn, in coarse classes: powers of two of the wanted spread, tails, mean."""
    scaled = table.detach().double() / std
    spread = float(scaled.std(correction=0))
    if not spread:
        return "all alike"
    tails = float((scaled.abs() > 2 * spread).double().mean())  # 0.046 of normal draws, none of even ones
    return [list(table.shape), round(math.log2(spread)), tails > 0.02, abs(float(scaled.mean())) > spread / 4]


def tables_of(module: nn.Module) -> Any:
    """Shape, dtype and whether it learns, of each parameter."""
    return sorted(f"{kind_of(p)} {p.requires_grad}" for p in module.parameters())


def only(module: nn.Module) -> torch.Tensor:
    """A module's one parameter."""
    (table,) = module.parameters()
    return table


# Probes ---------------------------------------------------------------------------------------------


def _left(function: Probe, *inputs: Any) -> Any:
    """What becomes of a call's inputs."""
    function(*inputs)
    return inputs


def _gradient_of_lookup(lookup: Probe) -> Any:
    table = numbers(5, 3).requires_grad_()
    return gradients(lookup(table, ids(3, 0, 3)), table)


def _draws_alike(new_embedding_table: Probe) -> Any:
    """Which draws are alike: with equal seeds, one generator twice, and no generator around another's."""

    def seeded() -> torch.Generator:
        return torch.Generator().manual_seed(3)

    one = seeded()
    with_generator = [new_embedding_table(4, 3, generator=g).tolist() for g in (one, one, seeded())]
    without = [new_embedding_table(4, 3).tolist()]
    new_embedding_table(4, 3, generator=seeded())
    without.append(new_embedding_table(4, 3).tolist())
    first, second, again = with_generator
    return [first == again, first == second, without[0] == without[1], without[1] == first]


def _aliases_of_linear(linear_from_table: Probe) -> Any:
    table = numbers(5, 3)
    linear = linear_from_table(table)
    table[1] = 7.0
    with torch.no_grad():
        linear.weight[0] = 9.0
    return [linear.weight, table]


def _aliases_of_embedding(embedding_from_word_vectors: Probe) -> Any:
    vectors = word_vectors()
    embedding, vocabulary = embedding_from_word_vectors(vectors, trainable=True)
    with torch.no_grad():
        embedding.weight[1] += 5.0
    vocabulary["fig"] = 100
    return [vectors.vectors.tolist(), embedding_from_word_vectors(vectors)[1]]


def _rows_that_learn(embedding_from_word_vectors: Probe) -> Any:
    embedding, _ = embedding_from_word_vectors(word_vectors(), trainable=True)
    return gradients(embedding(ids(0, 3, 6, 0)), embedding.weight)


def _trained(train_embeddings: Probe, **chosen: Any) -> Any:
    centre, context = two_tables()
    losses = train_embeddings(centre, context, pairs(), **{"steps": 3, "learning_rate": 0.7, **chosen})
    return losses, centre.weight, context.weight


def _old_parameters(train_embeddings: Probe) -> Any:
    """What becomes of the parameters that an optimizer may hold, and of `pairs`."""
    centre, context = two_tables()
    before, given = (centre.weight, context.weight), pairs()
    train_embeddings(centre, context, given, steps=1, learning_rate=0.7)
    kept = [now is then for now, then in zip((centre.weight, context.weight), before, strict=True)]
    return [*kept, centre.weight.requires_grad, context.weight.requires_grad, given]


def _after_old_gradients(train_embeddings: Probe) -> Any:
    centre, context = two_tables()
    (3.0 * centre.weight.sum() - 2.0 * context.weight.sum()).backward()
    train_embeddings(centre, context, pairs(), steps=1, learning_rate=0.7)
    return [centre.weight, context.weight]


def _lines_grow(sinusoidal_encoding: Probe) -> bool:
    few, many = (count_operations(sinusoidal_encoding, rows, 8) for rows in (50, 400))
    return many.calls + many.lines - few.calls - few.lines > 100


def _sinusoids_in_16_bits(SinusoidalPositions: Any) -> Any:
    """Dtypes, and whether 16 bits of the input are taken for the angles, too."""
    x = numbers(1, 300, 4) / 10
    exact = SinusoidalPositions(4)(x.clone())
    short = SinusoidalPositions(4).bfloat16()(x.bfloat16())
    double = SinusoidalPositions(4).double()(x.double())
    return [
        kind_of(exact),
        kind_of(short),
        kind_of(double),
        float((short.float() - exact).detach().abs().max()) > 0.05,
    ]


def _sinusoid_twice(SinusoidalPositions: Any) -> Any:
    """Whether a short text, then a long one, then the short one again work out; what calls leave."""
    module = SinusoidalPositions(4)
    before = sorted(module.state_dict())
    shapes = {name: list(value.shape) for name, value in module.state_dict().items()}
    short, long, again = (module(numbers(1, length, 4)) for length in (2, 7, 2))
    left = {name: list(value.shape) for name, value in module.state_dict().items()}
    return [before == sorted(left), shapes == left, short, long[0, 6], again]


def _learned(LearnedPositions: Any, shape: tuple[int, ...], rows: int = 7) -> Any:
    return filled(LearnedPositions(rows, 5))(numbers(*shape))


def _gradients_of_learned(LearnedPositions: Any) -> Any:
    module, x = filled(LearnedPositions(4, 3)), numbers(2, 3, 3).requires_grad_()
    return gradients(module(x), x, *module.parameters())


def _gradients_of_sinusoids(SinusoidalPositions: Any) -> Any:
    x = numbers(1, 2, 4).requires_grad_()
    return gradients(SinusoidalPositions(4)(x), x)


def _two_modules_alike(LearnedPositions: Any) -> bool:
    one, other = (list(LearnedPositions(3, 2).parameters()) for _ in range(2))
    return bool(one) and all(torch.equal(p, q) for p, q in zip(one, other, strict=True))


def _extended(extend_positions: Probe, LearnedPositions: Any, rows: int = 6, to: int = 9) -> Any:
    return extend_positions(filled(LearnedPositions(rows, 4)), to)


def _new_rows(extend_positions: Probe, LearnedPositions: Any) -> Any:
    table = only(_extended(extend_positions, LearnedPositions, 6, 2006)).detach()
    return [draw(table[6:], 0.02), bool((table[6:] == table[5]).all())]


def _old_module(extend_positions: Probe, LearnedPositions: Any, to: int) -> Any:
    """Whether training the new module leaves the old one, which was passed in, as it was."""
    old = filled(LearnedPositions(4, 3))
    new = extend_positions(old, to)
    with torch.no_grad():
        only(new).sub_(3.0)
    return [new is old, only(old)]


def _model(InputEmbedding: Any, kind: str, *shape: int) -> Any:
    model = filled(InputEmbedding(6, 8, 5, kind))
    return model(torch.arange(math.prod(shape)).mul(5).remainder(6).reshape(shape))


def _gradients_of_model(InputEmbedding: Any, kind: str) -> Any:
    model = filled(InputEmbedding(6, 8, 5, kind))
    tables = sorted(model.parameters(), key=len, reverse=True)
    return gradients(model(ids([3, 0, 3], [5, 1, 0])), *tables)


def _model_left(InputEmbedding: Any) -> Any:
    """The ids and the parameters after a call."""
    model, given = filled(InputEmbedding(6, 8, 5, "none")), ids([3, 0, 3], [5, 1, 0])
    return _left(model, given), list(model.parameters())


PROBES: dict[str, dict[str, Probe]] = {
    "build_vocabulary": {
        "a text": lambda f: f(["the", "cat", "The", "saw", "the", "a", "saw"]),
        "its input": lambda f: _left(f, ["b", "a"]),
        "no text": lambda f: f([]),
    },
    "encode": {
        "a text": lambda f: f(["fig", "plum", "fig", "apple", "Apple"], dict(WORDS)),
        "unknown": lambda f: refusal(KeyError, lambda: f(["fig", "nut"], dict(WORDS)), "nut"),
        "no text": lambda f: kind_of(f([], dict(WORDS))),
        "dtype": lambda f: kind_of(f(["fig"], dict(WORDS))),
    },
    "new_embedding_table": {
        "a draw": lambda f: draw(f(300, 40), 0.02),
        "another std": lambda f: draw(f(300, 40, std=0.1), 0.1),
        "what it is": lambda f: [
            (table := f(5, 3)).requires_grad,
            isinstance(table, nn.Parameter),
            str(table.dtype),
        ],
        "generators": _draws_alike,
    },
    "embedding_lookup": {
        "a batch": lambda f: f(numbers(5, 3), ids([3, 0, 3], [1, 4, 2])),
        "one id": lambda f: f(numbers(5, 3), torch.tensor(3)),
        "one text of one id": lambda f: f(numbers(5, 3), ids([2])[None]),
        "no id": lambda f: f(numbers(5, 3), torch.zeros(2, 0, dtype=torch.int64)),
        "dtypes": lambda f: dtypes(lambda table: f(table, ids(1, 0))),
        "gradient": _gradient_of_lookup,
        "its inputs": lambda f: _left(f, numbers(5, 3), ids(3, 0, 3)),
        "bad ids": lambda f: bad_ids(5, lambda ids: f(numbers(5, 3), ids)),
        "work": lambda f: [
            (work := count_operations(f, numbers(5, 3), ids(3, 0, 3))).matrix_multiply_adds > 0,
            work.elementwise_multiplications > 0,
        ],
    },
    "one_hot": {
        "a batch": lambda f: f(ids([2, 0, 1], [1, 0, 2]), 5),
        "one id": lambda f: f(torch.tensor(3), 4),
        "no id": lambda f: f(torch.zeros(0, dtype=torch.int64), 4),
        "dtype": lambda f: kind_of(f(ids(1, 0), 2)),
        "bad ids": lambda f: bad_ids(5, lambda ids: f(ids, 5)),
    },
    "one_hot_lookup": {
        "a batch": lambda f: f(numbers(5, 3), ids([3, 0, 3], [1, 4, 2])),
        "one id": lambda f: f(numbers(5, 3), torch.tensor(3)),
        "no id": lambda f: f(numbers(5, 3), torch.zeros(0, dtype=torch.int64)),
        "a square table": lambda f: f(numbers(3, 3), ids(2, 0)),
        "a table of integers": lambda f: f(torch.arange(15).view(5, 3), ids(3, 0)),
        "dtypes": lambda f: dtypes(lambda table: f(table, ids(1, 0))),
        "gradient": _gradient_of_lookup,
        "bad ids": lambda f: bad_ids(5, lambda ids: f(numbers(5, 3), ids)),
        "work": lambda f: count_operations(f, numbers(5, 3), ids(3, 0)).matrix_multiply_adds >= 2 * 5 * 3,
    },
    "linear_from_table": {
        "what it is": lambda f: [isinstance(linear := f(numbers(5, 3)), nn.Linear), tables_of(linear)],
        "rows": lambda f: f(numbers(5, 3))(torch.eye(5)),
        "a square table": lambda f: f(numbers(3, 3))(torch.eye(3)),
        "float64": lambda f: tables_of(f(numbers(5, 3).double())),
        "aliases": _aliases_of_linear,
    },
    "lookup_cost": {"a cost": lambda f: f(3, 7, 5)},
    "embedding_from_word_vectors": {
        "an embedding": lambda f: [isinstance((made := f(word_vectors()))[0], nn.Embedding), made[0].weight],
        "two things": lambda f: [isinstance(thing, dict) for thing in f(word_vectors())],
        "a vocabulary": lambda f: f(word_vectors())[1],
        "dtypes": lambda f: [kind_of(f(word_vectors(kind))[0].weight) for kind in ("float32", "float64")],
        "what learns": lambda f: [
            f(word_vectors(), **chosen)[0].weight.requires_grad
            for chosen in ({}, {"trainable": False}, {"trainable": True})
        ],
        "gradient": _rows_that_learn,
        "aliases": _aliases_of_embedding,
    },
    "nearest_words": {
        "three": lambda f: f(fruit(), dict(WORDS), "kiwi", 3),
        "all": lambda f: f(fruit(), dict(WORDS), "plum", 100),
        "five": lambda f: len(f(fruit(), dict(WORDS), "date")),
        "none": lambda f: f(fruit(), dict(WORDS), "date", 0),
        "capitals": lambda f: f(fruit(), dict(WORDS), "Apple", 1),
        "unknown": lambda f: refusal(KeyError, lambda: f(fruit(), dict(WORDS), "Nut", 2), "Nut"),
    },
    "analogy": {
        "three": lambda f: f(fruit(), dict(WORDS), ["pear", "fig", "date"], ["kiwi"], 3),
        "all": lambda f: f(fruit(), dict(WORDS), ["plum", "apple"], ["Apple"], 100),
        "one word": lambda f: f(fruit(), dict(WORDS), ["kiwi"], [], 6),
        "more to take away": lambda f: f(fruit(), dict(WORDS), ["kiwi"], ["date", "plum"], 2),
        "none": lambda f: f(fruit(), dict(WORDS), ["kiwi"], [], 0),
        "unknown": lambda f: refusal(KeyError, lambda: f(fruit(), dict(WORDS), ["kiwi", "nut"], [], 2), "nut"),
        "unknown to take away": lambda f: refusal(
            KeyError, lambda: f(fruit(), dict(WORDS), ["kiwi"], ["nut"], 2), "nut"
        ),
        "a table that learns": lambda f: len(f(fruit().requires_grad_(), dict(WORDS), ["kiwi"], ["fig"], 2)),
        "its inputs": lambda f: _left(f, fruit(), dict(WORDS), ["kiwi"], ["fig"], 2),
    },
    "train_embeddings": {
        "losses": lambda f: _trained(f)[0],
        "first loss": lambda f: _trained(f, steps=1)[0],
        "first step": lambda f: _trained(f, steps=1)[1:],
        "tables": lambda f: _trained(f)[1:],
        "no steps": lambda f: _trained(f, steps=0),
        "a small rate": lambda f: _trained(f, steps=2, learning_rate=0.1)[1:],
        "old gradients": _after_old_gradients,
        "old parameters": _old_parameters,
    },
    "sinusoidal_encoding": {
        "rows": lambda f: f(5, 8),
        "another base": lambda f: f(4, 6, 100.0),
        "two columns": lambda f: f(3, 2),
        "no rows": lambda f: f(0, 4),
        "dtype": lambda f: kind_of(f(3, 4)),
        "late rows": lambda f: f(1203, 4)[[600, 1201]],
        "odd": lambda f: refusal(ValueError, lambda: f(3, 7), 7),
        "a loop": _lines_grow,
    },
    "shift_matrix": {
        "on": lambda f: f(1, 6),
        "back": lambda f: f(-3, 4),
        "another base": lambda f: f(2, 4, 50.0),
        "dtype": lambda f: kind_of(f(1, 4)),
        "odd": lambda f: refusal(ValueError, lambda: f(2, 7), 7),
    },
    "SinusoidalPositions": {
        "a batch": lambda f: f(6)(numbers(2, 4, 6)),
        "another base": lambda f: f(4, 50.0)(numbers(3, 2, 4)),
        "parameters": lambda f: tables_of(f(4)),
        "odd": lambda f: refusal(ValueError, lambda: f(7).training, 7),
        "a long text": lambda f: f(2)(numbers(1, 5300, 2))[0, 5200:5202],
        "16 bits": _sinusoids_in_16_bits,
        "several calls": _sinusoid_twice,
        "gradient": _gradients_of_sinusoids,
        "its input": lambda f: _left(f(4), numbers(1, 3, 4)),
    },
    "LearnedPositions": {
        "a batch": lambda f: _learned(f, (2, 4, 5)),
        "many texts": lambda f: _learned(f, (9, 2, 5)),
        "full length": lambda f: _learned(f, (1, 7, 5)),
        "too long": lambda f: refusal(ValueError, lambda: _learned(f, (2, 8, 5)), 8, 7),
        "one row": lambda f: refusal(ValueError, lambda: _learned(f, (1, 3, 5), rows=1), 3, 1),
        "parameters": lambda f: tables_of(f(7, 5)),
        "a draw": lambda f: draw(next(f(300, 40).parameters()), 0.02),
        "two modules": _two_modules_alike,
        "gradients": _gradients_of_learned,
        "its input": lambda f: _left(f(7, 4), numbers(1, 3, 4)),
        "16 bits": lambda f: kind_of(f(7, 4).bfloat16()(numbers(1, 3, 4).bfloat16())),
    },
    "extend_positions": {
        "rows": lambda f, LearnedPositions: only(_extended(f, LearnedPositions))[:6],
        "size": lambda f, LearnedPositions: tables_of(_extended(f, LearnedPositions)),
        "new rows": _new_rows,
        "same size": lambda f, LearnedPositions: only(_extended(f, LearnedPositions, to=6)),
        "the old module": lambda f, LearnedPositions: [_old_module(f, LearnedPositions, to) for to in (6, 4)],
        "shrinking": lambda f, LearnedPositions: refusal(
            ValueError, lambda: only(_extended(f, LearnedPositions, to=3))
        ),
        "float64": lambda f, LearnedPositions: tables_of(f(LearnedPositions(3, 2).double(), 5)),
    },
    "similarity_by_offset": {
        "rows": lambda f: f(numbers(5, 3) * fruit()[:5, :1] + 0.3),
        "wide": lambda f: f(numbers(3, 4, start=2)),
        "dtypes": dtypes,
        "its input": lambda f: _left(f, numbers(4, 3)),
    },
    "InputEmbedding": {
        "token rows": lambda f: _model(f, "none", 2, 3),
        "sinusoid": lambda f: _model(f, "sinusoidal", 3, 2),
        "learned": lambda f: _model(f, "learned", 2, 4),
        "parameters": lambda f: [tables_of(f(6, 8, 5, *chosen)) for chosen in ((), ("none",), ("sinusoidal",))],
        "a draw": lambda f: draw(next(f(300, 40, 3, "none").parameters()), 0.02),
        "unknown": lambda f: refusal(ValueError, lambda: tables_of(f(6, 8, 5, "rope"))),
        "long texts": lambda f: [kind_of(_model(f, kind, 2, 8)) for kind in ("none", "sinusoidal")],
        "too long": lambda f: refusal(ValueError, lambda: _model(f, "learned", 2, 6)),
        "bad ids": lambda f: bad_ids(6, lambda ids: filled(f(6, 8, 5, "none"))(ids[None])),
        "16 bits": lambda f: kind_of(f(6, 8, 5).bfloat16()(ids([1, 2]))),
        "gradients": lambda f: [_gradients_of_model(f, kind) for kind in ("none", "learned")],
        "what a call leaves": _model_left,
    },
}
"""For every function its probes by name; each takes the function first, others by their names."""
