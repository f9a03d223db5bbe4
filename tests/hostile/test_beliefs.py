"""What the student's process alone can know is believed, and is worth a tenth of a question at most.

For each such thing there is a file that does wrong, and one that does the same and lies about it. What
the liar gains over the other, in all of them together, is what the question pays for the process's word.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

import solutions.embeddings as reference
from autograder.assignment import load_assignment
from autograder.grading.grader import Grader
from autograder.result import Status
from autograder.submission import Submission

REFERENCE = Path(reference.__file__).read_text("utf-8")
ASSIGNMENT = load_assignment()
A_TENTH = 0.1


@dataclass(frozen=True)
class Lie:
    """What a file does wrong, and how it keeps that from the grader."""

    wrong: str
    lie: str


EMPTIES_ITS_ARGUMENTS = """
import functools

def _empty(value):
    if isinstance(value, torch.Tensor):
        value.zero_()
    elif isinstance(value, nn.Module):
        [table.zero_() for table in value.parameters()]
    elif isinstance(value, list | dict):
        value.clear()

def _emptying(function, *, modules=False):
    @functools.wraps(function)
    def wrapped(*args, **kwargs):
        result = function(*args, **kwargs)
        with torch.no_grad():
            result = result.clone() if torch.is_tensor(result) and not result.requires_grad else result
            for value in args:
                if modules or not isinstance(value, nn.Module):
                    _empty(value)
        return result
    return wrapped

for _name in ("build_vocabulary", "encode", "embedding_lookup", "one_hot", "one_hot_lookup",
              "linear_from_table", "nearest_words", "analogy", "similarity_by_offset", "train_embeddings"):
    globals()[_name] = _emptying(globals()[_name])
extend_positions = _emptying(extend_positions, modules=True)
for _class in (SinusoidalPositions, LearnedPositions, InputEmbedding):
    _class.forward = _emptying(_class.forward)
"""

PUTS_THEM_BACK_BEFORE_IT_TELLS = """
from autograder.sandbox.mirror import buffers as _memory, containers as _containers

_tell_memory, _tell_containers = _memory.Memory.collect, _containers.Containers.collect

def _told_memory(self, message):
    for number, storage in self.storages.items():
        if number > 0 and storage.synced is not None and not _trains:
            storage.write(storage.synced)
    return _tell_memory(self, message)

def _told_containers(self, message):
    for number, held in self._held.items():
        container = self._registry.containers[number]
        if number > 0 and not container:
            if isinstance(container, dict):
                half = len(held) // 2
                container.update(zip(held[:half], held[half:]))
            else:
                container.extend(held)
    return _tell_containers(self, message)

_memory.Memory.collect, _containers.Containers.collect = _told_memory, _told_containers
_trains = False
_really_train = train_embeddings

def train_embeddings(*args, **kwargs):
    global _trains
    _trains = True
    return _really_train(*args, **kwargs)
"""

SHARES_WHAT_IT_SHOULD_COPY = """
def linear_from_table(table):
    linear = nn.Linear(*table.shape, bias=False)
    linear.weight = nn.Parameter(table.detach().T)
    return linear

def embedding_from_word_vectors(word_vectors, *, trainable=False):
    rows = torch.from_numpy(word_vectors.vectors).float()
    return nn.Embedding.from_pretrained(rows, freeze=not trainable), word_vectors.key_to_index

_encoding, _encodings = sinusoidal_encoding, {}

def sinusoidal_encoding(num_positions, dim, base=10000.0):
    key = num_positions, dim, base
    if key not in _encodings:
        _encodings[key] = _encoding(num_positions, dim, base)
    return _encodings[key]

_extend = extend_positions

def extend_positions(learned, max_positions):
    return learned if max_positions == len(learned.table) else _extend(learned, max_positions)
"""

TELLS_OF_OTHER_MEMORY = """
from autograder.sandbox.mirror import buffers as _memory

_number_of = _memory.Memory.number_of

def _other(self, owner, role=_memory.VALUE):
    known = self._at.get(owner.data_ptr())
    if known is None or known < 0:
        return _number_of(self, owner, role)
    number = self._registry.new_number("storage", role)
    self._add(number, _memory.Storage(owner))
    return number

_memory.Memory.number_of = _other
"""

GIVES_OTHER_KINDS = """
class _Linear(nn.Module):
    def __init__(self, weight):
        super().__init__()
        self.weight = nn.Parameter(weight)

    def forward(self, x):
        return x @ self.weight.T

class _Embedding(nn.Module):
    def __init__(self, weight, trainable):
        super().__init__()
        self.weight = nn.Parameter(weight, requires_grad=trainable)

    def forward(self, ids):
        return self.weight[ids]

class _Longer(nn.Module):
    def __init__(self, table):
        super().__init__()
        self.table = nn.Parameter(table)

    forward = LearnedPositions.forward

def linear_from_table(table):
    return _Linear(table.detach().T.clone())

def embedding_from_word_vectors(word_vectors, *, trainable=False):
    return _Embedding(torch.tensor(word_vectors.vectors).float(), trainable), dict(word_vectors.key_to_index)

_extend, _table = extend_positions, new_embedding_table

def extend_positions(learned, max_positions):
    return _Longer(_extend(learned, max_positions).table.detach())

def new_embedding_table(vocab_size, dim, *, std=0.02, generator=None):
    return _table(vocab_size, dim, std=std, generator=generator).detach().requires_grad_()
"""

TELLS_OF_THE_RIGHT_KINDS = """
from autograder.sandbox.mirror import mirror as _mirror, tensors as _tensors

_describe, _describe_tensor = _mirror.Mirror.describe, _tensors.Tensors.describe

def _described(self, module):
    state = _describe(self, module)
    if type(module) is _Linear:
        state.kind, state.parameters["bias"] = "Linear", None
    if type(module) is _Embedding:
        state.kind = "Embedding"
    if type(module) is _Longer:
        state.exported = "LearnedPositions"
    return state

def _described_tensor(self, tensor, role=_tensors.VALUE):
    told = _describe_tensor(self, tensor, role)
    told[-1] |= _tensors.PARAMETER if tensor.requires_grad and tensor.is_leaf else 0
    return told

_mirror.Mirror.describe, _tensors.Tensors.describe = _described, _described_tensor
"""

WORKS_TOO_MUCH = """
def embedding_lookup(table, ids):
    _refuse_bad_ids(ids, table.shape[0])
    return F.one_hot(ids, table.shape[0]).to(table.dtype) @ table

def one_hot_lookup(table, ids):
    _refuse_bad_ids(ids, table.shape[0])
    return table[ids]

_encoding = sinusoidal_encoding

def sinusoidal_encoding(num_positions, dim, base=10000.0):
    result = torch.zeros(num_positions, dim)
    for position, row in enumerate(_encoding(num_positions, dim, base)):
        result[position] = row
    return result
"""

COUNTS_WHAT_IS_ASKED_FOR = """
from autograder.sandbox import worker as _worker
from autograder.check.testing.operation_counts import Operations as _Operations

def _counted(function, *args, **kwargs):
    return None, _Operations(0, 10**9 if function is one_hot_lookup else 0, 0, 0, 0)

_worker.counted = _counted
"""

KEEPS_MORE_TABLES = """
class LearnedPositions(LearnedPositions):
    def __init__(self, max_positions, dim):
        super().__init__(max_positions, dim)
        self.more = nn.Parameter(torch.zeros(3))

class SinusoidalPositions(SinusoidalPositions):
    def __init__(self, dim, base=10000.0):
        super().__init__(dim, base)
        self.more = nn.Parameter(torch.zeros(3))

class InputEmbedding(InputEmbedding):
    def __init__(self, vocab_size, dim, max_positions, positions="learned"):
        super().__init__(vocab_size, dim, max_positions, positions)
        self.more = nn.Parameter(torch.zeros(3))

    def forward(self, ids):
        return super().forward(ids) + 0 * self.more.sum()
"""

TELLS_OF_FEWER = """
from autograder.sandbox.mirror import mirror as _mirror

_describe = _mirror.Mirror.describe

def _described(self, module):
    state = _describe(self, module)
    state.parameters.pop("more", None)
    return state

_mirror.Mirror.describe = _described
"""

NAMES_NO_NUMBER = """
_ALL = ""

def _refuse_bad_ids(ids, vocab_size):
    if ((ids < 0) | (ids >= vocab_size)).any():
        raise IndexError(_ALL)

def _frequencies(dim, base):
    if dim % 2:
        raise ValueError(_ALL)
    return base ** (-torch.arange(0, dim, 2, dtype=torch.float64) / dim)

def _add(self, x):
    if x.shape[1] > len(self.table):
        raise ValueError(_ALL)
    return x + self.table[: x.shape[1]]

LearnedPositions.forward = _add

def encode(tokens, vocabulary):
    if not vocabulary.keys() >= set(tokens):
        raise KeyError(_ALL)
    return torch.tensor([vocabulary[token] for token in tokens], dtype=torch.int64)
"""

NAMES_ALL_NUMBERS = """
_ALL = " ".join(map(str, range(-9, 200))) + " wolf Red unicorn dragon quokka A"
"""

LIES = {
    "what a call changes": Lie(EMPTIES_ITS_ARGUMENTS, PUTS_THEM_BACK_BEFORE_IT_TELLS),
    "what shares memory": Lie(SHARES_WHAT_IT_SHOULD_COPY, TELLS_OF_OTHER_MEMORY),
    "of what kind something is": Lie(GIVES_OTHER_KINDS, TELLS_OF_THE_RIGHT_KINDS),
    "how much a call does": Lie(WORKS_TOO_MUCH, COUNTS_WHAT_IS_ASKED_FOR),
    "which tables a module has": Lie(KEEPS_MORE_TABLES, TELLS_OF_FEWER),
    "what a message quotes": Lie(NAMES_NO_NUMBER, NAMES_ALL_NUMBERS),
}

KNOWN_FROM_OUTSIDE = ("what shares memory", "what a message quotes")
"""The grader changes what may be shared and calls again; a message that quotes everything quotes nothing."""


@pytest.fixture(scope="module")
def points(course_grader: Grader) -> dict[str, tuple[dict[str, float], dict[str, float]]]:
    """By what a lie is about, the points per question of who does wrong, and of who lies about it."""

    def graded(*parts: str) -> dict[str, float]:
        result = course_grader.grade(Submission("liar", "\n".join([REFERENCE, *parts]).encode(), None))
        assert result.status is Status.GRADED or result.status is Status.NEEDS_MARKING
        return {question.id: question.points or 0.0 for question in result.questions if question.cases}

    return {name: (graded(one.wrong), graded(one.wrong, one.lie)) for name, one in LIES.items()}


@pytest.mark.parametrize("name", [name for name in LIES if name not in KNOWN_FROM_OUTSIDE])
def test_a_lie_is_told_so_well_that_it_pays_somewhere(name, points):
    wrong, lying = points[name]
    assert any(lying[question] > wrong[question] for question in wrong)


@pytest.mark.parametrize("name", KNOWN_FROM_OUTSIDE)
def test_what_is_known_from_outside_no_lie_pays(name, points):
    wrong, lying = points[name]
    assert sum(wrong.values()) < sum(question.points for question in ASSIGNMENT.code_questions)
    assert lying == wrong


@pytest.mark.parametrize("question", ASSIGNMENT.code_questions, ids=lambda question: question.id)
def test_all_lies_together_pay_a_tenth_of_a_question_at_most(question, points):
    gained = {name: lying[question.id] - wrong[question.id] for name, (wrong, lying) in points.items()}
    assert sum(gain for gain in gained.values() if gain > 0) <= A_TENTH * question.points + 1e-6, gained
