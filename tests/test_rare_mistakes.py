"""Mistakes that show on few of the inputs that the conventions allow: each is caught, in its own question alone."""

from __future__ import annotations

import pytest

from autograder.authoring.audit.case_trials import namespace
from tests.in_process import ASSIGNMENT, CODE_QUESTIONS, not_passed

REFERENCE = ASSIGNMENT.reference.read_text("utf-8")

MISTAKES = {
    "lookup: ids whose ends are those of a run are taken for one": """
def embedding_lookup(table, ids):
    _refuse_bad_ids(ids, len(table))
    if ids.dim() == 1 and len(ids) > 1 and ids[-1] - ids[0] == len(ids) - 1:
        return table[ids[0] : ids[-1] + 1]
    return table[ids]
""",
    "one_hot: two lookups before the first gradient share a matrix": """
_matrices = {}


def one_hot_lookup(table, ids):
    _refuse_bad_ids(ids, len(table))
    size, dtype = (*ids.shape, len(table)), table.dtype
    rows = _matrices.setdefault((size, dtype), torch.empty(size, dtype=dtype)).zero_()
    return rows.scatter_(-1, ids.unsqueeze(-1), 1.0) @ table
""",
    "one_hot: a table that was computed from another cannot be copied": """
import copy


def linear_from_table(table):
    layer = nn.Linear(*table.shape, bias=False, dtype=table.dtype)
    layer.weight = nn.Parameter(copy.deepcopy(table).detach().T.contiguous())
    return layer
""",
    "word_vectors: the message on an unknown word lists all others": """
_right_analogy = analogy


def analogy(table, vocabulary, positive, negative, count=5):
    for word in [*positive, *negative]:
        if word not in vocabulary:
            raise KeyError(f"{word!r} is none of {', '.join(vocabulary)}")
    return _right_analogy(table, vocabulary, positive, negative, count)
""",
    "learned_vectors: the largest score of all pairs is taken off before exp": """
def train_embeddings(centre, context, pairs, *, steps, learning_rate):
    centres, contexts = pairs.unbind(1)
    losses = []
    for _ in range(steps):
        scores = centre.weight[centres] @ context.weight.T
        powers = (scores - scores.max()).exp()
        loss = -(powers[range(len(pairs)), contexts] / powers.sum(1)).log().mean()
        gradients = torch.autograd.grad(loss, [centre.weight, context.weight])
        losses.append(float(loss))
        with torch.no_grad():
            for table, gradient in zip((centre.weight, context.weight), gradients):
                table -= learning_rate * gradient
    return losses
""",
    "learned_positions: new rows come from NumPy's random numbers": """
import numpy as np


def extend_positions(learned, max_positions):
    old = learned.table
    if max_positions < len(old):
        raise ValueError(f"{len(old)} rows do not fit into {max_positions}")
    extended = LearnedPositions(max_positions, old.shape[1]).to(old.dtype)
    fresh = np.random.default_rng().normal(0.0, 0.02, (max_positions - len(old), old.shape[1]))
    with torch.no_grad():
        extended.table.copy_(torch.cat([old, torch.from_numpy(fresh).to(old.dtype)]))
    return extended
""",
    "input_embeddings: the tables come from NumPy's random numbers": """
import numpy as np

_Right = InputEmbedding


class InputEmbedding(_Right):
    def __init__(self, *args, **named):
        super().__init__(*args, **named)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.copy_(torch.from_numpy(np.random.default_rng().normal(0.0, 0.02, parameter.shape)))
""",
    "lookup: a text of one token becomes a single number": """
from operator import itemgetter


def encode(tokens, vocabulary):
    if not tokens:
        return torch.zeros(0, dtype=torch.int64)
    return torch.tensor(itemgetter(*tokens)(vocabulary))
""",
    "lookup: a vocabulary that was given once is given again": """
from functools import cache

_right_vocabulary = cache(lambda tokens: {token: row for row, token in enumerate(sorted(set(tokens)))})


def build_vocabulary(tokens):
    return _right_vocabulary(tuple(tokens))
""",
    "lookup: the message lists every unknown token": """
_right_encode = encode


def encode(tokens, vocabulary):
    if missing := [token for token in tokens if token not in vocabulary]:
        raise KeyError(", ".join(missing))
    return _right_encode(tokens, vocabulary)
""",
    "one_hot: the code of a single id is a row of a matrix that is kept": """
from functools import cache

_identity = cache(torch.eye)


def one_hot(ids, vocab_size):
    _refuse_bad_ids(ids, vocab_size)
    return _identity(vocab_size)[ids]
""",
    "one_hot: large products are looked up instead": """
_right_lookup = one_hot_lookup


def one_hot_lookup(table, ids):
    if ids.numel() * len(table) <= 1_000_000:
        return _right_lookup(table, ids)
    _refuse_bad_ids(ids, len(table))
    return table[ids]
""",
    "word_vectors: an unknown word is looked for in small letters": """
_right_analogy = analogy


def analogy(table, vocabulary, positive, negative, count=5):
    known = [[w if w in vocabulary else w.lower() for w in words] for words in (positive, negative)]
    return _right_analogy(table, vocabulary, *known, count)
""",
    "learned_vectors: tables in evaluation mode are left in training mode": """
_right_training = train_embeddings


def train_embeddings(centre, context, pairs, *, steps, learning_rate):
    centre.train()
    context.train()
    return _right_training(centre, context, pairs, steps=steps, learning_rate=learning_rate)
""",
    "learned_positions: the old rows of an extended table learn no more": """
_right_extension = extend_positions


def extend_positions(learned, max_positions):
    extended, old = _right_extension(learned, max_positions), len(learned.table)
    extended.table.register_hook(lambda gradient: torch.cat([torch.zeros_like(gradient[:old]), gradient[old:]]))
    return extended
""",
    "input_embeddings: long rows are cut": """
_Right = InputEmbedding


class InputEmbedding(_Right):
    def forward(self, ids):
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.copy_(torch.renorm(parameter, 2, 0, 100.0))
        return super().forward(ids)
""",
}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.replace(": ", "-").replace(" ", "_"))
def test_it_costs_points_of_its_own_question_alone(mistake):
    wrong = {id for id in CODE_QUESTIONS if not_passed(namespace(REFERENCE, MISTAKES[mistake]), id)}
    assert wrong == {mistake.split(":")[0]}
