"""Public cases of `learned_vectors`: learning vectors from pairs."""

import torch
import torch.nn.functional as F
from check.testing.api import assert_close, assert_equal, assert_losses, require, test_case, unchanged
from torch import nn

OK_FORMAT = False
name = "learned_vectors"

CENTRE = [[1.0, 0.0], [0.0, 2.0], [-1.0, 0.5], [0.5, 0.5]]  # V = 4, D = 2; word 3 is no pair's centre
CONTEXT = [[0.5, -1.0], [1.0, 1.0], [0.0, -0.5], [-2.0, 0.0]]
LOSSES = [1.702109, 1.391228, 1.196178]  # of three steps with learning rate 0.5
CENTRE_AFTER_ONE = [[0.976337, 0.036622], [-0.014206, 1.775619], [-1.05875, 0.502061], [0.5, 0.5]]
CONTEXT_AFTER_ONE = [[0.43012, -0.75632], [1.009787, 0.788115], [0.090213, -0.515667], [-2.03012, -0.016129]]


# Every call gets inputs of its own, so that what it changes spoils no other case.


def embedding(rows):
    return nn.Embedding.from_pretrained(torch.tensor(rows), freeze=False)


def tables():
    return embedding(CENTRE), embedding(CONTEXT)


def four_pairs():
    return torch.tensor([[0, 1], [2, 3], [0, 2], [1, 0]])


@test_case(
    name="`train_embeddings` takes the mean over all pairs of the cross-entropy between the scores and the context id.",
    points=0.85,
    hidden=False,
)
def test_first_loss(train_embeddings):
    assert_losses(train_embeddings(*tables(), four_pairs(), steps=1, learning_rate=0.5), LOSSES[:1])


@test_case(
    name="`train_embeddings` gives a list with the loss of every step before its update, as Python numbers.",
    points=0.55,
    hidden=False,
)
def test_losses(train_embeddings):
    assert_losses(train_embeddings(*tables(), four_pairs(), steps=3, learning_rate=0.5), LOSSES)


@test_case(
    name="`train_embeddings` moves `centre` against its gradient. Rows that are not a pair's centre stay as they are.",
    points=0.6,
    hidden=False,
)
def test_centre_moves(train_embeddings):
    centre, context = tables()
    train_embeddings(centre, context, four_pairs(), steps=1, learning_rate=0.5)
    assert_close(centre.weight.detach(), torch.tensor(CENTRE_AFTER_ONE), of="the table of `centre` after a step")


@test_case(
    name="`train_embeddings` moves `context` against its gradient, taken before `centre` moved.",
    points=0.6,
    hidden=False,
)
def test_context_moves(train_embeddings):
    centre, context = tables()
    train_embeddings(centre, context, four_pairs(), steps=1, learning_rate=0.5)
    assert_close(context.weight.detach(), torch.tensor(CONTEXT_AFTER_ONE), of="the table of `context` after a step")


@test_case(
    name="`train_embeddings` changes both tables in place: they stay the same trainable parameters.",
    points=0.25,
    hidden=False,
)
def test_tables_stay_the_same_parameters(train_embeddings):
    centre, context = tables()
    before = centre.weight, context.weight
    train_embeddings(centre, context, four_pairs(), steps=1, learning_rate=0.5)
    assert_close(before[0].detach(), torch.tensor(CENTRE_AFTER_ONE), of="what was `centre.weight` before the call")
    assert_close(before[1].detach(), torch.tensor(CONTEXT_AFTER_ONE), of="what was `context.weight` before the call")
    for label, now, then in [("centre", centre.weight, before[0]), ("context", context.weight, before[1])]:
        require(now is then, f"`{label}.weight` should be the same parameter as before, but is another")
        require(now.requires_grad, f"`{label}.weight` should still require gradients")


@test_case(
    name="`train_embeddings` takes no notice of an old `.grad`. What it leaves there is free.",
    points=0.5,
    hidden=False,
)
def test_old_gradients_play_no_part(train_embeddings):
    centre, context = tables()
    for table in (centre.weight, context.weight):
        table.grad = torch.ones_like(table)
    train_embeddings(centre, context, four_pairs(), steps=1, learning_rate=0.5)
    assert_close(centre.weight.detach(), torch.tensor(CENTRE_AFTER_ONE), of="the table of `centre` after a step")
    assert_close(context.weight.detach(), torch.tensor(CONTEXT_AFTER_ONE), of="the table of `context` after a step")


@test_case(
    name="`train_embeddings` with no steps gives an empty list and leaves both tables as they were.",
    points=0.25,
    hidden=False,
)
def test_no_steps(train_embeddings):
    centre, context = tables()
    with unchanged(centre=centre, context=context):
        none = train_embeddings(centre, context, four_pairs(), steps=0, learning_rate=0.5)
    assert_equal(none, [], of="the list of losses")
    assert_losses(train_embeddings(centre, context, four_pairs(), steps=1, learning_rate=0.5), LOSSES[:1])


@test_case(name="`train_embeddings` leaves `pairs` as it was.", points=0.1, hidden=False)
def test_pairs_stay(train_embeddings):
    pairs = four_pairs()
    with unchanged(pairs=pairs):
        assert_losses(train_embeddings(*tables(), pairs, steps=1, learning_rate=0.5), LOSSES[:1])


@test_case(
    name="After training, words that occur with the same words have similar rows in `centre`.",
    points=0.3,
    hidden=False,
)
def test_alike_words_get_alike_rows(train_embeddings):
    cat, dog, car, bus, eats, sleeps, barks, drives, stops, honks = range(10)
    pairs = [(animal, deed) for animal in (cat, dog) for deed in (eats, sleeps, barks)]
    pairs += [(vehicle, deed) for vehicle in (car, bus) for deed in (drives, stops, honks)]
    start = 0.3 * torch.randn(2, 10, 3, generator=torch.Generator().manual_seed(27))
    centre, context = embedding(start[0].tolist()), embedding(start[1].tolist())
    train_embeddings(centre, context, torch.tensor(pairs), steps=3, learning_rate=5.0)
    unit = F.normalize(centre.weight.detach(), dim=-1)
    alike, unlike = float(unit[cat] @ unit[dog]), float(unit[cat] @ unit[car])
    require(alike > 0.9, f"cat and dog should have a cosine above 0.9, but have {alike:.2f}")
    require(unlike < 0, f"cat and car should have a negative cosine, but have {unlike:.2f}")
