"""Hidden cases of `learned_vectors`. `reference` is the module solutions/embeddings.py."""

import copy
from functools import cache

import torch
from check.testing.api import (
    Domain,
    assert_close,
    assert_equal,
    assert_losses,
    require,
    seeded,
    test_case,
    unchanged,
)
from torch import nn

from autograder.covering_array import cover

OK_FORMAT = False
name = "learned_vectors_hidden"

# The domain --------------------------------------------------------------------------------------


def vocab_size(c):
    return c.centre.num_embeddings


INPUTS = {
    "the tables are": {
        "of more than 64 rows": lambda c: vocab_size(c) > 64,
        "square": lambda c: vocab_size(c) == c.centre.embedding_dim,
        "of another shape": lambda c: True,
    },
    "the dtype is": {
        "float32": lambda c: c.centre.weight.dtype == torch.float32,
        "float64": lambda c: c.centre.weight.dtype == torch.float64,
        "of 16 bits": lambda c: True,
    },
    "the numbers are": {
        "such that the loss is nearly 0": lambda c: loss_of(c) < 1e-3,
        "large": lambda c: float(c.context.weight.abs().max()) > 2,
        "small": lambda c: True,
    },
    "the tables hold": {
        "an old `.grad`": lambda c: c.centre.weight.grad is not None,
        "no `.grad`": lambda c: True,
    },
    "the tables": {
        "were trained before": lambda c: any(b.centre is c.centre for b in c.before),
        "come to the first call": lambda c: True,
    },
    "the modules are": {
        "in training mode": lambda c: c.centre.training,
        "in evaluation mode": lambda c: True,
    },
    "there are": {
        "more than 64 pairs": lambda c: len(c.pairs) > 64,
        "as many pairs as words": lambda c: len(c.pairs) == vocab_size(c),
        "other numbers of pairs": lambda c: True,
    },
    "pairs": {
        "repeat": lambda c: len(c.pairs.unique(dim=0)) < len(c.pairs),
        "do not repeat": lambda c: True,
    },
    "pairs lie": {
        "in memory one after the other": lambda c: c.pairs.is_contiguous(),
        "in memory in another way": lambda c: True,
    },
    "the learning rate is": {
        "below 0.01": lambda c: c.learning_rate < 0.01,
        "above 1": lambda c: c.learning_rate > 1,
        "between": lambda c: True,
    },
}
NEVER = (
    {"the tables are": ("of more than 64 rows",), "there are": ("as many pairs as words",)},
    {
        "the numbers are": ("such that the loss is nearly 0",),
        "there are": ("more than 64 pairs",),
        "pairs": ("do not repeat",),
    },
)
TRAIN = Domain(
    "train_embeddings",
    ("centre", "context", "pairs"),
    {**INPUTS, "`steps` is": {"1": lambda c: c.steps == 1, "larger than 1": lambda c: True}},
    NEVER,
    where=lambda c: c.steps > 0,
)
NO_STEPS = Domain(
    "train_embeddings", ("centre", "context", "pairs"), INPUTS, NEVER, where=lambda c: c.steps == 0, strength=1
)
DOMAINS = (TRAIN, NO_STEPS)


def loss_of(c):
    with torch.no_grad():
        scores = c.centre.weight[c.pairs[:, 0]].double() @ c.context.weight.double().T
        return float(torch.nn.functional.cross_entropy(scores, c.pairs[:, 1]))


SIZES = {
    "of more than 64 rows": (70, 3),
    "square": (9, 9),
    "of another shape": (11, 3),
}


@cache
def prepared(domain, at):
    """Two modules, pairs and arguments of the levels in a row of the domain."""
    row = cover(domain)[at]
    size, columns = SIZES[row["the tables are"]]
    if size == 11 and at % 2:
        size, columns = 9, 12
    near_0 = row["the numbers are"] == "such that the loss is nearly 0"
    scale = 1.5 if row["the numbers are"] == "large" else 0.3
    numbers = scale * torch.randn(2, size, columns, generator=seeded(at), dtype=torch.float64)
    if row["the numbers are"] == "large":
        numbers[1, 0, 0] = 3.0
    count = {"more than 64 pairs": 75, "as many pairs as words": size}.get(row["there are"], 5)
    every = torch.cartesian_prod(torch.arange(size - 1), torch.arange(size))  # the last word is no centre
    pairs = every[torch.randperm(len(every), generator=seeded(at))[:count]]
    if near_0:
        pairs = (
            torch.stack([pairs[:, 0], torch.zeros_like(pairs[:, 0])], dim=1)
            if row["pairs"] == "repeat"
            else torch.stack([torch.arange(count) % size, torch.zeros(count, dtype=torch.int64)], dim=1)
        )
        numbers[0, :, 0], numbers[1, :, 0], numbers[1, 0, 0] = 4.0, 0.0, 8.0
    if row["pairs"] == "repeat":
        pairs = torch.cat([pairs[:-2], pairs[:1], pairs[:1]])
    if row["pairs lie"] == "in memory in another way":
        pairs = pairs.T.contiguous().T
    dtype = {"float32": torch.float32, "float64": torch.float64}.get(row["the dtype is"], torch.bfloat16)
    modules = [nn.Embedding.from_pretrained(table.to(dtype), freeze=False) for table in numbers]
    if row["the modules are"] == "in evaluation mode":
        modules = [module.eval() for module in modules]
    steps = {"1": 1, "larger than 1": 3}.get(row.get("`steps` is"), 0)
    rate = {"below 0.01": 0.002, "above 1": 1.5}.get(row["the learning rate is"], 0.2)
    return modules, pairs, {"steps": steps, "learning_rate": rate}


@cache
def right_at(domain, at, reference):
    """The losses and both tables that are right for a row of the domain."""
    (centre, context), pairs, given = copy.deepcopy(prepared(domain, at))
    before = []
    if cover(domain)[at]["the tables"] == "were trained before":
        before = reference.train_embeddings(centre, context, pairs, steps=1, learning_rate=0.2)
    losses = reference.train_embeddings(centre, context, pairs, **given)
    return before, losses, centre.weight.detach(), context.weight.detach()


def same_training(train_embeddings, reference, sentence):
    """Demand what is right of all rows of the domain that are tried under a sentence."""
    domain = NO_STEPS if sentence == "no steps" else TRAIN
    for at, row in enumerate(cover(domain)):
        if sentence_of(row) != sentence:
            continue
        (centre, context), pairs, given = copy.deepcopy(prepared(domain, at))
        rough = row["the dtype is"] == "of 16 bits"  # whose rounding depends on the order of the sums
        off = 0.1 if rough else 2e-5
        before, losses, rows, context_rows = right_at(domain, at, reference)
        if row["the tables hold"] == "an old `.grad`":
            centre.weight.grad, context.weight.grad = torch.ones_like(centre.weight), torch.ones_like(context.weight)
        if row["the tables"] == "were trained before":
            got = train_embeddings(centre, context, pairs, steps=1, learning_rate=0.2)
            assert_losses(got, before, atol=off)
        got = train_embeddings(centre, context, pairs, **given)
        assert_losses(got, losses, atol=off)
        atol = 0.2 if rough else 1e-7 if rows.dtype == torch.float64 else 2e-5
        assert_close(centre.weight.detach(), rows, atol=atol)
        assert_close(context.weight.detach(), context_rows, atol=atol)


def sentence_of(row):
    """Which sentence a row of the domain is tried under."""
    if "`steps` is" not in row:
        return "no steps"
    if row["the dtype is"] != "float32":
        return "dtype"
    if row["the tables"] == "were trained before":
        return "calls"
    if row["the tables hold"] == "an old `.grad`":
        return "old"
    if row["pairs"] == "repeat":
        return "repeat"
    return "first" if row["`steps` is"] == "1" else "many"


RATE = 0.7
START = torch.randn(2, 6, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


# Every call gets inputs of its own, so that what it changes spoils no other case.


def tables(dtype=torch.float32):
    """Two tables (6, 3) of different values; words 1 and 5 are no pair's centre."""
    return [nn.Embedding.from_pretrained(rows.to(dtype, copy=True), freeze=False) for rows in START]


def seven_pairs():
    return torch.tensor([[2, 5], [0, 1], [4, 2], [2, 3], [3, 3], [0, 4], [2, 0]])


def repeated_pairs():
    return torch.tensor([[2, 5], [0, 1], [2, 5], [2, 5], [4, 0]])


@cache
def right(reference, make_pairs, steps, dtype=torch.float32):
    """The losses and both tables after some steps."""
    centre, context = tables(dtype)
    losses = reference.train_embeddings(centre, context, make_pairs(), steps=steps, learning_rate=RATE)
    return losses, centre.weight.detach(), context.weight.detach()


@test_case(
    name="`train_embeddings` takes the mean over all pairs of the cross-entropy between the scores and the context id.",
    points=0.8,
    hidden=True,
)
def test_first_loss(train_embeddings, reference):
    same_training(train_embeddings, reference, "first")
    got = train_embeddings(*tables(), seven_pairs(), steps=1, learning_rate=RATE)
    assert_losses(got, right(reference, seven_pairs, 1)[0])
    large = torch.cat([4.0 * START, torch.full((2, 6, 1), 10.0)], dim=2).float()  # scores up to 143, losses up to 50
    large[0, 2, -1] = -10.0  # those of one pair far below those of another
    far_apart = [nn.Embedding.from_pretrained(rows, freeze=False) for rows in large]
    expected = reference.train_embeddings(*copy.deepcopy(far_apart), seven_pairs(), steps=1, learning_rate=RATE)
    assert_losses(train_embeddings(*far_apart, seven_pairs(), steps=1, learning_rate=RATE), expected)


@test_case(
    name="`train_embeddings` gives a list with the loss of every step before its update, as Python numbers.",
    points=0.8,
    hidden=True,
)
def test_losses(train_embeddings, reference):
    small = 0.3 * torch.randn(2, 66, 2, generator=seeded(4))  # in every way other than the tables below
    modules = [nn.Embedding.from_pretrained(rows, freeze=False).eval() for rows in small]
    pairs = torch.randint(0, 66, (70, 2), generator=seeded(5))
    expected = reference.train_embeddings(*copy.deepcopy(modules), pairs, steps=3, learning_rate=1.5)
    assert_losses(train_embeddings(*modules, pairs, steps=3, learning_rate=1.5), expected)
    got = train_embeddings(*tables(), seven_pairs(), steps=3, learning_rate=RATE)
    assert_losses(got, right(reference, seven_pairs, 3)[0])
    rising = reference.train_embeddings(*tables(), seven_pairs(), steps=4, learning_rate=6.0)  # at every other step
    assert_losses(train_embeddings(*tables(), seven_pairs(), steps=4, learning_rate=6.0), rising)
    tiny = [nn.Embedding.from_pretrained(1e-4 * rows.float(), freeze=False) for rows in START]  # slow at first
    expected = reference.train_embeddings(*copy.deepcopy(tiny), seven_pairs(), steps=14, learning_rate=6.0)
    assert_losses(train_embeddings(*tiny, seven_pairs(), steps=14, learning_rate=6.0), expected)


@test_case(
    name="`train_embeddings` moves `centre` against its gradient. Rows that are not a pair's centre stay as they are.",
    points=0.8,
    hidden=True,
)
def test_centre_moves(train_embeddings, reference):
    centre, context = tables()
    train_embeddings(centre, context, seven_pairs(), steps=1, learning_rate=RATE)
    assert_close(centre.weight.detach(), right(reference, seven_pairs, 1)[1])


@test_case(
    name="`train_embeddings` moves `context` against its gradient, taken before `centre` moved.",
    points=0.8,
    hidden=True,
)
def test_context_moves(train_embeddings, reference):
    centre, context = tables()
    train_embeddings(centre, context, seven_pairs(), steps=1, learning_rate=RATE)
    assert_close(context.weight.detach(), right(reference, seven_pairs, 1)[2])


@test_case(
    name="`train_embeddings` goes down the gradient of the new tables at every further step.",
    points=0.6,
    hidden=True,
)
def test_many_steps(train_embeddings, reference):
    centre, context = tables()
    train_embeddings(centre, context, seven_pairs(), steps=3, learning_rate=RATE)
    assert_close(centre.weight.detach(), right(reference, seven_pairs, 3)[1])
    assert_close(context.weight.detach(), right(reference, seven_pairs, 3)[2])
    same_training(train_embeddings, reference, "many")


@test_case(
    name="Every step uses all pairs. A pair that occurs several times counts several times.",
    points=0.5,
    hidden=True,
)
def test_repeated_pairs(train_embeddings, reference):
    got = train_embeddings(*tables(), repeated_pairs(), steps=1, learning_rate=RATE)
    assert_losses(got, right(reference, repeated_pairs, 1)[0])
    same_training(train_embeddings, reference, "repeat")
    centre, context = tables(torch.float64)
    train_embeddings(centre, context, repeated_pairs().repeat(1000, 1), steps=1, learning_rate=RATE)
    assert_close(centre.weight.detach(), right(reference, repeated_pairs, 1, torch.float64)[1])


@test_case(
    name="`train_embeddings` changes both tables in place: they stay the same trainable parameters.",
    points=0.25,
    hidden=True,
)
def test_tables_stay_the_same_parameters(train_embeddings, reference):
    centre, context = tables()
    before = centre.weight, context.weight
    train_embeddings(centre, context, seven_pairs(), steps=1, learning_rate=RATE)
    transposed = [nn.Embedding.from_pretrained(rows.float().T.contiguous().T, freeze=False) for rows in START]
    train_embeddings(*transposed, seven_pairs(), steps=1, learning_rate=RATE)
    for module, rows in zip(transposed, right(reference, seven_pairs, 1)[1:], strict=True):
        assert_close(module.weight.detach(), rows)
    resting = [module.eval() for module in tables()]
    train_embeddings(*resting, seven_pairs(), steps=1, learning_rate=RATE)
    require(not any(module.training for module in resting), "a table in evaluation mode was left in training mode")
    for now, then, rows in zip(
        (centre.weight, context.weight), before, right(reference, seven_pairs, 1)[1:], strict=True
    ):
        assert_close(then.detach(), rows)
        require(now is then, "a table became another parameter")
        require(now.requires_grad and now.is_leaf, "a table is no longer trainable")


@test_case(
    name="`train_embeddings` takes no notice of an old `.grad`. What it leaves there is free.",
    points=0.5,
    hidden=True,
)
def test_old_gradients_play_no_part(train_embeddings, reference):
    centre, context = tables()
    (3.0 * centre.weight.sum() - 2.0 * context.weight.sum()).backward()
    _, rows, context_rows = right(reference, seven_pairs, 1)
    train_embeddings(centre, context, seven_pairs(), steps=1, learning_rate=RATE)
    assert_close(centre.weight.detach(), rows)
    assert_close(context.weight.detach(), context_rows)
    same_training(train_embeddings, reference, "old")


@test_case(
    name="`train_embeddings` with no steps gives an empty list and leaves both tables as they were.",
    points=0.25,
    hidden=True,
)
def test_no_steps(train_embeddings, reference):
    centre, context = tables()
    with unchanged(centre=centre, context=context):
        none = train_embeddings(centre, context, seven_pairs(), steps=0, learning_rate=RATE)
    assert_equal(none, [])
    got = train_embeddings(centre, context, seven_pairs(), steps=1, learning_rate=RATE)
    assert_losses(got, right(reference, seven_pairs, 1)[0])
    same_training(train_embeddings, reference, "no steps")


@test_case(
    name="`train_embeddings` keeps nothing from one call to the next: two calls do what one longer call does.",
    points=0.3,
    hidden=True,
)
def test_two_calls(train_embeddings, reference):
    centre, context = tables()
    for steps in (1, 2):
        train_embeddings(centre, context, seven_pairs(), steps=steps, learning_rate=RATE)
    assert_close(centre.weight.detach(), right(reference, seven_pairs, 3)[1])
    assert_close(context.weight.detach(), right(reference, seven_pairs, 3)[2])
    same_training(train_embeddings, reference, "calls")


@test_case(name="`train_embeddings` keeps the dtype of the tables.", points=0.3, hidden=True)
def test_dtype(train_embeddings, reference):
    centre, context = tables(torch.float64)
    _, rows, context_rows = right(reference, seven_pairs, 1, torch.float64)
    train_embeddings(centre, context, seven_pairs(), steps=1, learning_rate=RATE)
    assert_close(centre.weight.detach(), rows, atol=1e-7)
    assert_close(context.weight.detach(), context_rows, atol=1e-7)
    same_training(train_embeddings, reference, "dtype")


@test_case(name="`train_embeddings` leaves `pairs` as it was.", points=0.1, hidden=True)
def test_pairs_stay(train_embeddings, reference):
    pairs = seven_pairs().T.contiguous().T  # (7, 2), non-contiguous
    with unchanged(pairs=pairs):
        got = train_embeddings(*tables(), pairs, steps=1, learning_rate=RATE)
    assert_losses(got, right(reference, seven_pairs, 1)[0])
