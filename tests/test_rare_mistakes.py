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
}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.replace(": ", "-").replace(" ", "_"))
def test_it_costs_points_of_its_own_question_alone(mistake):
    wrong = {id for id in CODE_QUESTIONS if not_passed(namespace(REFERENCE, MISTAKES[mistake]), id)}
    assert wrong == {mistake.split(":")[0]}
