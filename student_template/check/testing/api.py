"""All that a test file needs, in one import; each name is explained where it is defined."""

from typing import TYPE_CHECKING, Any

from ..data import glove, minilm_positions
from .assertions import (
    RightEmbedding,
    assert_answers,
    assert_bad_ids_are_refused,
    assert_copied,
    assert_gradients,
    assert_losses,
    assert_normal,
    assert_rows,
    assert_rows_in_any_shape,
    filled,
    table_of,
    untouched,
    with_rows,
)
from .cases import test_case
from .comparison import assert_close, assert_equal, raises, require, unchanged
from .domain import Domain, spread
from .inputs import (
    TABLE,
    TEXT,
    by_dtype,
    laid_otherwise,
    lookups,
    make_ids,
    make_table,
    make_text,
    needs_gradient,
    seeded,
    set_up,
    tables_and_ids,
    three_draws,
    with_gradient,
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
    "assert_bad_ids_are_refused",
    "assert_close",
    "assert_copied",
    "assert_equal",
    "assert_gradients",
    "assert_losses",
    "assert_normal",
    "assert_rows",
    "assert_rows_in_any_shape",
    "by_dtype",
    "count_operations",
    "filled",
    "glove",
    "laid_otherwise",
    "lookups",
    "make_ids",
    "make_table",
    "make_text",
    "minilm_positions",
    "needs_gradient",
    "raises",
    "require",
    "seeded",
    "set_up",
    "spread",
    "table_of",
    "tables_and_ids",
    "test_case",
    "three_draws",
    "unchanged",
    "untouched",
    "with_gradient",
    "with_rows",
]


def __getattr__(name: str) -> Any:
    """`KeyedVectors`, for which gensim is imported: only files that ask for it wait for that."""
    if name != "KeyedVectors":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .stand_in import KeyedVectors

    return KeyedVectors
