"""Hidden cases of `input_embeddings`: token plus position.

Whatever the student's own earlier functions make of a model's tables is accepted beside what is right;
see autograder/check/carried.py.
"""

from functools import cache

import torch
from check.carried import Built, alike, outcome, own, seed
from check.cases import test_case
from check.compare import Mismatch, expect, raises

OK_FORMAT = False
name = "input_embeddings_hidden"

SIZES = (11, 6, 9)  # V, D, P
KINDS = ("none", "sinusoidal", "learned")


def texts(*shape):
    return drawn(*shape).clone()


@cache
def drawn(*shape):
    return torch.randint(0, 11, shape, generator=torch.Generator().manual_seed(sum(shape)))


def vectors(*shape):
    """Observes what a model makes of a batch of that shape."""
    return lambda call: outcome(call, texts(*shape))


def refused(error, kind, quoting=()):
    """Whether `error` is an exception of that kind, quoting the numbers."""
    try:
        with raises(kind, quoting=quoting):
            if isinstance(error, Exception):
                raise error
    except Mismatch:
        return False
    return True


def demand_refusal(built, ids, kind, quoting=()):
    """Demand that the model refuses `ids`, or does what the student's own parts wrongly do with them."""
    seed()
    got = outcome(built, ids)
    if not refused(got, kind, quoting):
        built.excuse(
            lambda: carried(built, ids, got, kind, quoting), got, kind, f"the answer to ids {ids.tolist()}"
        )


def carried(built, ids, got, kind, quoting):
    """Whether the student's own parts, put together, are wrong on `ids` in just the model's way."""
    for parts in built.compositions():
        seed()
        own_answer = outcome(parts, ids)
        if not refused(own_answer, kind, quoting) and alike(got, own_answer):
            return True
    return False


def spread(table):
    """Mean, standard deviation and how many of a hundred numbers lie beyond 0.04, in units of 0.02."""
    numbers = table.detach().double() / 0.02
    return float(numbers.mean()), float(numbers.std()), float((numbers.abs() > 2).double().mean() * 100)


def gradients(got, parameters):
    """The gradients of parameters for some upstream one of `got`: None where none arrives."""
    trained = [parameter for parameter in parameters if parameter.requires_grad]
    if not trained or not got.requires_grad:
        return [None] * len(parameters)
    upstream = torch.randn(got.shape, generator=torch.Generator().manual_seed(5)).to(got.dtype)
    found = iter(torch.autograd.grad(got, trained, upstream, allow_unused=True))
    return [next(found) if parameter.requires_grad else None for parameter in parameters]


def with_gradients(ids, parameters):
    """Observes the vectors that a model gives, and their gradients."""

    def observe(call):
        got = outcome(call, ids)
        return [got, *gradients(got, parameters)] if isinstance(got, torch.Tensor) else got

    return observe


def arrivals(got, parameters):
    """How many parameters get a gradient from vectors; an error's type, if that is what came."""
    if not isinstance(got, torch.Tensor):
        return type(got)
    return sum(gradient is not None for gradient in gradients(got, parameters))


def trained_anew(built, ids, count):
    """Whether a model put together from new parts, right ones or own ones, has `count` trained tables."""
    made = built.parts_drawn_anew()
    return any(arrivals(outcome(call, ids), parameters) == count for call, parameters in made)


def several_calls(call, state_dict=dict):
    """What three calls give, and whether they left the ids and a `state_dict()` as they were."""
    seed()
    ids = texts(2, 3)
    kept = ids.clone()
    state = {name: value.detach().clone() for name, value in state_dict().items()}
    got = [outcome(call, ids), outcome(call, texts(4, 5)), outcome(call, ids)]
    after = state_dict()
    untouched = state.keys() == after.keys() and all(
        state[name].shape == after[name].shape and torch.equal(state[name], after[name]) for name in state
    )
    return [*got, torch.tensor([torch.equal(ids, kept), untouched])]


def disturbed_anew(kind, env, got):
    """Whether own parts, put together, do over several calls what the model did."""
    for turn in range(len(list(Built(env, SIZES, kind).compositions()))):
        built = Built(env, SIZES, kind)  # anew, since calls may change it
        if alike(got, several_calls(list(built.compositions())[turn], built.model.state_dict)):
            return True
    return False


@test_case(
    name='`InputEmbedding` with `"none"` gives the token rows alone, never scaled: `(B, T)` to `(B, T, D)`.',
    points=0.7,
    hidden=True,
)
def test_token_rows_alone(InputEmbedding, env):
    built = Built(env, (11, 5, 9), "none")  # an odd D
    built.demand(lambda call: outcome(call, texts(7, 3).T))  # not contiguous
    for shape in [(1, 1), (2, 0)]:
        built.demand(vectors(*shape))


@test_case(
    name='`InputEmbedding` with `"sinusoidal"` gives token rows plus the sinusoidal encoding of their '
    "positions.",
    points=0.7,
    hidden=True,
)
def test_rows_plus_sinusoid(InputEmbedding, env):
    built = Built(env, (11, 16, 9), "sinusoidal")
    for shape in [(3, 9), (10, 4)]:
        built.demand(vectors(*shape))


@test_case(
    name='`InputEmbedding` with `"learned"` gives token rows plus row t of a learned table at position t.',
    points=0.7,
    hidden=True,
)
def test_rows_plus_learned_rows(InputEmbedding, env):
    built = Built(env, (11, 5, 9), "learned")
    for shape in [(3, 9), (10, 4)]:
        built.demand(vectors(*shape))


@test_case(name="`InputEmbedding` learns its positions if `positions` is not given.", points=0.3, hidden=True)
def test_learned_is_the_default(InputEmbedding, env):
    def build(*arguments):
        return InputEmbedding(*(arguments[:3] if arguments[3] == "learned" else arguments))

    Built({**env, "InputEmbedding": build}, SIZES, "learned").demand(vectors(3, 5))


@test_case(
    name='`InputEmbedding` trains its token table and, with `"learned"`, its position table, and nothing '
    "else.",
    points=0.3,
    hidden=True,
)
def test_what_is_trained(InputEmbedding, env):
    ids = texts(3, 5)
    for kind, tables in [("sinusoidal", 1), ("learned", 2)]:
        built = Built(env, SIZES, kind)
        got = built.demand(lambda call: outcome(call, ids))
        count = arrivals(got, list(built.model.parameters()))
        if count != tables:
            built.excuse(lambda b=built, c=count: trained_anew(b, ids, c), count, tables, "what is trained")


@test_case(
    name="Gradients reach the tables of `InputEmbedding` from every place that used a row.",
    points=0.4,
    hidden=True,
)
def test_tables_learn(InputEmbedding, env):
    for kind in ("sinusoidal", "learned"):
        built = Built(env, SIZES, kind)
        built.demand(with_gradients(texts(4, 6), list(built.model.parameters())))  # 24 ids of 11: rows repeat


@test_case(
    name="`InputEmbedding` draws its token rows from a normal distribution with mean 0 and standard "
    "deviation 0.02.",
    points=0.5,
    hidden=True,
)
def test_token_rows_start_small(InputEmbedding, env):
    for kind in ("none", "learned"):
        built = Built(env, (250, 14, 9), kind, fill=False)
        table = built.table()
        mean, deviation, far = spread(table) if table is not None else (1.0, 1.0, 1.0)
        built.demand(vectors(3, 5))
        if not (abs(mean) < 0.12 and 0.91 < deviation < 1.09 and 2.0 < far < 7.5):
            seed()
            drawn = own(env, "new_embedding_table", 250, 14)
            expect(isinstance(drawn, torch.Tensor), "not drawn as asked")
            if table is not None:  # as the student's own function draws, or no better
                own_mean, own_deviation, own_far = spread(drawn)
                near = abs(mean - own_mean) <= 0.15 * own_deviation + 0.001
                alike_spread = abs(deviation - own_deviation) <= 0.15 * own_deviation
                expect(near and alike_spread and abs(far - own_far) < 4.0, "not drawn as asked")
            else:
                expect(not isinstance(drawn, torch.nn.Parameter), "no token table")


@test_case(
    name="`InputEmbedding` refuses a bad id with an `IndexError` that quotes it and the vocabulary size.",
    points=0.5,
    hidden=True,
)
def test_bad_ids_are_refused(InputEmbedding, env):
    built = Built(env, SIZES, "learned")
    built.demand(vectors(3, 5))
    for bad in (-1, 11, 14):
        demand_refusal(built, torch.tensor([[0, 3], [bad, 10]]), IndexError, [bad, 11])


@test_case(
    name='`InputEmbedding` with `"learned"` refuses a text of more than `max_positions` tokens with a '
    "`ValueError`.",
    points=0.5,
    hidden=True,
)
def test_too_long_a_text_is_refused(InputEmbedding, env):
    built = Built(env, SIZES, "learned")
    built.demand(vectors(3, 5))
    demand_refusal(built, texts(2, 10), ValueError)
    demand_refusal(Built(env, (11, 6, 1), "learned"), texts(3, 2), ValueError)


@test_case(
    name='`max_positions` limits only `"learned"`: the others take longer texts.', points=0.4, hidden=True
)
def test_longer_texts(InputEmbedding, env):
    for kind, max_positions in [("none", 1), ("sinusoidal", 9)]:
        Built(env, (11, 6, max_positions), kind).demand(vectors(2, 30))


@test_case(
    name="`InputEmbedding` gives the dtype of its tables after `.double()`, `.half()` and `.bfloat16()`.",
    points=0.3,
    hidden=True,
)
def test_dtypes(InputEmbedding, env):
    for kind, dtype in [
        ("sinusoidal", torch.float64),
        ("sinusoidal", torch.bfloat16),
        ("learned", torch.float16),
    ]:
        Built(env, SIZES, kind, dtype).demand(vectors(3, 5))


@test_case(
    name="`InputEmbedding` changes neither its ids nor its `state_dict()`, and a call no later result.",
    points=0.3,
    hidden=True,
)
def test_a_call_leaves_things_alone(InputEmbedding, env):
    for kind in ("sinusoidal", "learned"):
        built = Built(env, SIZES, kind)
        got, right = several_calls(built, built.model.state_dict), built.right()
        if right is None or not alike(got, several_calls(right)):
            built.excuse(lambda k=kind, g=got: disturbed_anew(k, env, g), got, True, "a second call")


@test_case(
    name="`InputEmbedding` refuses any other kind of `positions` with a `ValueError`.",
    points=0.4,
    hidden=True,
)
def test_other_kinds_are_refused(InputEmbedding, env):
    Built(env, SIZES, "none").demand(vectors(3, 5))
    for kind in ("Learned", ""):
        with raises(ValueError):
            InputEmbedding(*SIZES, kind)
