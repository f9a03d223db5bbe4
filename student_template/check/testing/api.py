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
from .domain import Domain, spread
from .inputs import (
    TABLE,
    TEXT,
    lookups,
    make_bad_ids,
    make_ids,
    make_table,
    make_text,
    seeded,
    set_up,
)
from .operation_counts import count_operations

if TYPE_CHECKING:
    from .stand_in import KeyedVectors

__all__ = [
    "TABLE",
    "TEXT",
    "Domain",
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
    "lookups",
    "make_bad_ids",
    "make_ids",
    "make_table",
    "make_text",
    "minilm_positions",
    "raises",
    "require",
    "seeded",
    "set_up",
    "spread",
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
