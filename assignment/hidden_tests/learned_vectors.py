"""Hidden cases of `learned_vectors`. `reference` is the module solutions/embeddings.py."""

from functools import cache

import torch
from check.testing.api import assert_close, assert_equal, assert_losses, require, test_case, unchanged
from torch import nn

OK_FORMAT = False
name = "learned_vectors_hidden"

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
    got = train_embeddings(*tables(), seven_pairs(), steps=1, learning_rate=RATE)
    assert_losses(got, right(reference, seven_pairs, 1)[0])


@test_case(
    name="`train_embeddings` gives a list with the loss of every step before its update, as Python numbers.",
    points=0.8,
    hidden=True,
)
def test_losses(train_embeddings, reference):
    got = train_embeddings(*tables(), seven_pairs(), steps=3, learning_rate=RATE)
    assert_losses(got, right(reference, seven_pairs, 3)[0])


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


@test_case(
    name="Every step uses all pairs. A pair that occurs several times counts several times.",
    points=0.5,
    hidden=True,
)
def test_repeated_pairs(train_embeddings, reference):
    got = train_embeddings(*tables(), repeated_pairs(), steps=1, learning_rate=RATE)
    assert_losses(got, right(reference, repeated_pairs, 1)[0])


@test_case(
    name="`train_embeddings` changes both tables in place: they stay the same trainable parameters.",
    points=0.25,
    hidden=True,
)
def test_tables_stay_the_same_parameters(train_embeddings, reference):
    centre, context = tables()
    before = centre.weight, context.weight
    train_embeddings(centre, context, seven_pairs(), steps=1, learning_rate=RATE)
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


@test_case(name="`train_embeddings` keeps the dtype of the tables.", points=0.3, hidden=True)
def test_dtype(train_embeddings, reference):
    centre, context = tables(torch.float64)
    _, rows, context_rows = right(reference, seven_pairs, 1, torch.float64)
    train_embeddings(centre, context, seven_pairs(), steps=1, learning_rate=RATE)
    assert_close(centre.weight.detach(), rows, atol=1e-7)
    assert_close(context.weight.detach(), context_rows, atol=1e-7)


@test_case(name="`train_embeddings` leaves `pairs` as it was.", points=0.1, hidden=True)
def test_pairs_stay(train_embeddings, reference):
    pairs = seven_pairs().T.contiguous().T  # (7, 2), non-contiguous
    with unchanged(pairs=pairs):
        got = train_embeddings(*tables(), pairs, steps=1, learning_rate=RATE)
    assert_losses(got, right(reference, seven_pairs, 1)[0])
