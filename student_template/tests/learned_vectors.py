"""Public cases of `learned_vectors`: learning vectors from pairs."""

import torch
import torch.nn.functional as F
from check.testing.api import assert_close, assert_equal, assert_losses, require, test_case, unchanged
from torch import nn

OK_FORMAT = False
name = "learned_vectors"

CENTRE = [[1.0, 0.0], [0.0, 2.0], [-1.0, 0.5], [0.5, 0.5]]  # V = 4, D = 2; word 3 is no pair's centre
CONTEXT = [[0.5, -1.0], [1.0, 1.0], [0.0, -0.5], [-2.0, 0.0]]
LOSSES = [2.304269, 1.900018, 1.661806]  # of three steps with learning rate 0.5
CENTRE_AFTER_ONE = [[0.78107, 0.079298], [-0.011365, 1.820495], [-0.794001, 0.603298], [0.5, 0.5]]
CONTEXT_AFTER_ONE = [[0.44812, -0.807068], [0.914464, 0.877175], [-0.019311, -0.516793], [-1.843273, -0.053314]]
CENTRE_AFTER_TWO = [[0.596927, 0.146995], [-0.010943, 1.67993], [-0.66734, 0.693269], [0.5, 0.5]]
CONTEXT_AFTER_TWO = [[0.413868, -0.644393], [0.862393, 0.783718], [-0.031546, -0.545546], [-1.744714, -0.09378]]


# Every call gets inputs of its own, so that what it changes spoils no other case.


def embedding(rows):
    return nn.Embedding.from_pretrained(torch.tensor(rows), freeze=False)


def tables():
    return embedding(CENTRE), embedding(CONTEXT)


def five_pairs():
    return torch.tensor([[0, 1], [2, 3], [0, 3], [1, 0], [2, 1]])  # word 2 is the context of none


@test_case(
    name="`train_embeddings` takes the mean over all pairs of the cross-entropy between the scores and the context id.",
    points=0.7,
    hidden=False,
)
def test_first_loss(train_embeddings):
    assert_losses(train_embeddings(*tables(), five_pairs(), steps=1, learning_rate=0.5), LOSSES[:1])


@test_case(
    name="`train_embeddings` gives a list with the loss of every step before its update, as Python numbers.",
    points=0.5,
    hidden=False,
)
def test_losses(train_embeddings):
    assert_losses(train_embeddings(*tables(), five_pairs(), steps=3, learning_rate=0.5), LOSSES)


@test_case(
    name="`train_embeddings` moves `centre` against its gradient. Rows that are not a pair's centre stay as they are.",
    points=0.5,
    hidden=False,
)
def test_centre_moves(train_embeddings):
    centre, context = tables()
    train_embeddings(centre, context, five_pairs(), steps=1, learning_rate=0.5)
    assert_close(centre.weight.detach(), torch.tensor(CENTRE_AFTER_ONE), of="the table of `centre` after a step")


@test_case(
    name="`train_embeddings` moves `context` against its gradient, taken before `centre` moved.",
    points=0.5,
    hidden=False,
)
def test_context_moves(train_embeddings):
    centre, context = tables()
    train_embeddings(centre, context, five_pairs(), steps=1, learning_rate=0.5)
    assert_close(context.weight.detach(), torch.tensor(CONTEXT_AFTER_ONE), of="the table of `context` after a step")


@test_case(
    name="`train_embeddings` goes down the gradient of the new tables at every further step.",
    points=0.3,
    hidden=False,
)
def test_many_steps(train_embeddings):
    centre, context = tables()
    train_embeddings(centre, context, five_pairs(), steps=2, learning_rate=0.5)
    assert_close(centre.weight.detach(), torch.tensor(CENTRE_AFTER_TWO), of="the table of `centre` after two steps")
    assert_close(context.weight.detach(), torch.tensor(CONTEXT_AFTER_TWO), of="the table of `context` after two steps")


@test_case(
    name="Every step uses all pairs. A pair that occurs several times counts several times.",
    points=0.25,
    hidden=False,
)
def test_repeated_pairs(train_embeddings):
    pairs = torch.tensor([[0, 1], [2, 3], [0, 1], [0, 1]])
    assert_losses(train_embeddings(*tables(), pairs, steps=2, learning_rate=0.5), [0.582107, 0.275926])


@test_case(
    name="`train_embeddings` changes both tables in place: they stay the same trainable parameters.",
    points=0.2,
    hidden=False,
)
def test_tables_stay_the_same_parameters(train_embeddings):
    centre, context = tables()
    before = centre.weight, context.weight
    train_embeddings(centre, context, five_pairs(), steps=1, learning_rate=0.5)
    assert_close(before[0].detach(), torch.tensor(CENTRE_AFTER_ONE), of="what was `centre.weight` before the call")
    assert_close(before[1].detach(), torch.tensor(CONTEXT_AFTER_ONE), of="what was `context.weight` before the call")
    for label, now, then in [("centre", centre.weight, before[0]), ("context", context.weight, before[1])]:
        require(now is then, f"`{label}.weight` should be the same parameter as before, but is another")
        require(now.requires_grad, f"`{label}.weight` should still require gradients")


@test_case(
    name="`train_embeddings` takes no notice of an old `.grad`. What it leaves there is free.",
    points=0.25,
    hidden=False,
)
def test_old_gradients_play_no_part(train_embeddings):
    centre, context = tables()
    for table in (centre.weight, context.weight):
        table.grad = torch.ones_like(table)
    train_embeddings(centre, context, five_pairs(), steps=1, learning_rate=0.5)
    assert_close(centre.weight.detach(), torch.tensor(CENTRE_AFTER_ONE), of="the table of `centre` after a step")
    assert_close(context.weight.detach(), torch.tensor(CONTEXT_AFTER_ONE), of="the table of `context` after a step")


@test_case(
    name="`train_embeddings` with no steps gives an empty list and leaves both tables as they were.",
    points=0.15,
    hidden=False,
)
def test_no_steps(train_embeddings):
    centre, context = tables()
    with unchanged(centre=centre, context=context):
        none = train_embeddings(centre, context, five_pairs(), steps=0, learning_rate=0.5)
    assert_equal(none, [], of="the list of losses")
    assert_losses(train_embeddings(centre, context, five_pairs(), steps=1, learning_rate=0.5), LOSSES[:1])


@test_case(
    name="`train_embeddings` keeps nothing from one call to the next: two calls do what one longer call does.",
    points=0.15,
    hidden=False,
)
def test_two_calls(train_embeddings):
    centre, context = tables()
    for loss in LOSSES[:2]:
        assert_losses(train_embeddings(centre, context, five_pairs(), steps=1, learning_rate=0.5), [loss])
    assert_close(centre.weight.detach(), torch.tensor(CENTRE_AFTER_TWO), of="the table of `centre` after two calls")


@test_case(name="`train_embeddings` keeps the dtype of the tables.", points=0.15, hidden=False)
def test_dtype(train_embeddings):
    centre, context = (table.double() for table in tables())
    train_embeddings(centre, context, five_pairs(), steps=1, learning_rate=0.5)
    expected = torch.tensor(CENTRE_AFTER_ONE, dtype=torch.float64)
    assert_close(centre.weight.detach(), expected, of="the float64 table of `centre` after a step")


@test_case(name="`train_embeddings` leaves `pairs` as it was.", points=0.05, hidden=False)
def test_pairs_stay(train_embeddings):
    pairs = five_pairs()
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
