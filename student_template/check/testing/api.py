"""All that a test file needs, in one import; each name is explained where it is defined."""

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

__all__ = [
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
