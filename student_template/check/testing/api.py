"""All that a test file needs, in one import; each name is explained where it is defined."""

from typing import TYPE_CHECKING, Any

from ..data import glove, minilm_positions
from .assertions import (
    RightEmbedding,
    assert_answers,
    assert_gradients,
    assert_losses,
    assert_normal,
    filled,
    table_of,
    with_rows,
)
from .cases import test_case
from .comparison import assert_close, assert_equal, raises, require, unchanged
from .operation_counts import count_operations

if TYPE_CHECKING:
    from .stand_in import KeyedVectors

__all__ = [
    "KeyedVectors",
    "RightEmbedding",
    "assert_answers",
    "assert_close",
    "assert_equal",
    "assert_gradients",
    "assert_losses",
    "assert_normal",
    "count_operations",
    "filled",
    "glove",
    "minilm_positions",
    "raises",
    "require",
    "table_of",
    "test_case",
    "unchanged",
    "with_rows",
]


def __getattr__(name: str) -> Any:
    """`KeyedVectors`, for which gensim is imported: only files that ask for it wait for that."""
    if name != "KeyedVectors":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .stand_in import KeyedVectors

    return KeyedVectors
