"""Hidden cases of `learned_positions`: positions as a learned table."""

from functools import cache

import torch
from check.testing.api import (
    TABLE,
    TEXT,
    Domain,
    assert_close,
    assert_normal,
    by_dtype,
    make_table,
    make_text,
    minilm_positions,
    raises,
    require,
    seeded,
    set_up,
    table_of,
    test_case,
    three_draws,
    unchanged,
    untouched,
    with_rows,
)

from autograder.covering_array import cover, deal

OK_FORMAT = False
name = "learned_positions_hidden"


# The domain of each function ---------------------------------------------------------------------

ROWS_OF_TABLE = {
    "just as many rows as the text has tokens": lambda c: c.max_positions == c.x.shape[1],
    "more than 64 rows": lambda c: c.max_positions > 64,
    "some rows more": lambda c: True,
}
MODULE = Domain(
    "LearnedPositions",
    ("x",),
    TEXT | {"the table has": ROWS_OF_TABLE},
    (
        {"the text": ("follows another one",), "the table has": ("just as many rows as the text has tokens",)},
        {"the text has": ("more than 64 tokens",), "the table has": ("some rows more",)},
    ),
    where=lambda c: c.module is not None and c.x.shape[1] <= c.max_positions,
    built_of=("max_positions", "dim"),
)
TOO_LONG = Domain(
    "LearnedPositions",
    ("x",),
    {
        "the table has": {"one row": lambda c: c.max_positions == 1, "more rows": lambda c: True},
        "the text is": {
            "one token too long": lambda c: c.x.shape[1] == c.max_positions + 1,
            "much too long": lambda c: True,
        },
        "the module is": TEXT["the module is"],
    },
    where=lambda c: c.module is not None and c.x.shape[1] > c.max_positions,
    strength=1,
    built_of=("max_positions", "dim"),
)


def table_in(c):
    return next(c.learned.parameters())


EXTEND = Domain(
    "extend_positions",
    ("learned", "max_positions"),
    {
        "the old table has": {
            "more than 64 rows": lambda c: len(table_in(c)) > 64,
            "as many rows as columns": lambda c: len(table_in(c)) == table_in(c).shape[1],
            "another number of rows": lambda c: True,
        },
        "the dtype is": {
            "float32": lambda c: table_in(c).dtype == torch.float32,
            "float64": lambda c: table_in(c).dtype == torch.float64,
            "of 16 bits": lambda c: True,
        },
        "the new table has": {
            "as many rows": lambda c: c.max_positions == len(table_in(c)),
            "one row more": lambda c: c.max_positions == len(table_in(c)) + 1,
            "many rows more": lambda c: True,
        },
        "the module is": {
            "in training mode": lambda c: c.learned.training,
            "in evaluation mode": lambda c: True,
        },
    },
    where=lambda c: c.max_positions >= len(table_in(c)),
)
SHRINK = Domain(
    "extend_positions",
    ("learned", "max_positions"),
    {
        "the new table would have": {
            "one row less": lambda c: c.max_positions == len(table_in(c)) - 1,
            "far fewer rows": lambda c: True,
        }
    },
    where=lambda c: c.max_positions < len(table_in(c)),
    strength=1,
)
SIMILARITY = Domain(
    "similarity_by_offset",
    ("table",),
    TABLE
    | {
        "the table's rows are": {
            "of about one length": lambda c: float(c.table.norm(dim=1).max() / c.table.norm(dim=1).min()) < 1.5,
            "of very different lengths": lambda c: True,
        }
    },
    outside={"carries no gradient": "Only `similarity_by_offset` is a measurement: nobody asks for its gradient."},
)
DOMAINS = (MODULE, TOO_LONG, EXTEND, SHRINK, SIMILARITY)


def same_texts(LearnedPositions, sentence, around=untouched):
    """Demand the right sums of the rows of `MODULE` tried under a sentence; give each row's last text, sum and table.

    Args:
        around: makes what each call runs in, of the text and the module.
    """
    dealt = deal(
        MODULE,
        sentence_of,
        gradient_of_input=lambda row: row["the input"] == "needs a gradient",
        gradient_of_table=lambda row: True,
        unchanged=lambda row: True,
    )
    for seed, row in dealt[sentence]:
        *before, x = make_text(row, seed)
        length, dim = x.shape[1:]
        count = {"just as many rows as the text has tokens": length, "more than 64 rows": 90}
        count = count.get(row["the table has"], length + 2)
        numbers_of = torch.randn(count, dim, generator=seeded(seed))
        module = with_rows(LearnedPositions(count, dim), numbers_of)
        if x.dtype != torch.float32:
            with_rows(set_up(module, row, x.dtype), numbers_of)
        else:
            set_up(module, row)
        for text in (*before, x):
            with around(x=text, module=module):
                got = same_sum(module, text, numbers_of.to(text.dtype))
        yield x, got, table_of(module, count, dim)


def sentence_of(row):
    """Which sentence a row of `MODULE` is tried under."""
    if row["the dtype is"] != "float32":
        return "dtype"
    return "full" if row["the table has"] == "just as many rows as the text has tokens" else "values"


def made_modules(LearnedPositions, sentence):
    """Modules of the rows of `EXTEND` tried under a sentence, their numbers, and how many rows are asked for."""
    sizes = {
        "more than 64 rows": ((70, 2),),
        "as many rows as columns": ((5, 5),),
        "another number of rows": ((7, 3), (1, 4)),
    }
    dtypes = {"float32": (torch.float32,), "float64": (torch.float64,), "of 16 bits": (torch.bfloat16, torch.float16)}
    dealt = deal(
        EXTEND,
        lambda row: "kept" if row["the dtype is"] == "float32" else "dtype",
        unchanged=lambda row: True,
        same_size=lambda row: row["the new table has"] == "as many rows",
        larger=lambda row: row["the new table has"] != "as many rows",
    )
    for seed, row in dealt[sentence]:
        count, dim = sizes[row["the old table has"]][seed % len(sizes[row["the old table has"]])]
        dtype = dtypes[row["the dtype is"]][seed % len(dtypes[row["the dtype is"]])]
        old = torch.randn(count, dim, generator=seeded(seed), dtype=torch.float64).to(dtype)
        learned = with_rows(set_up(LearnedPositions(count, dim), row, dtype), old)
        more = {"as many rows": 0, "one row more": 1}.get(row["the new table has"], 40)
        yield learned, old, count + more


def same_extended(extend_positions, LearnedPositions, sentence, around=untouched):
    """Demand that modules are extended as asked; give the old one, its numbers and the new one."""
    for learned, old, size in made_modules(LearnedPositions, sentence):
        with around(learned=learned):
            extended = extend_positions(learned, size)
        require(isinstance(extended, LearnedPositions), "not a LearnedPositions")
        table = table_of(extended, size, old.shape[1])
        require(table.requires_grad, "the table is frozen")
        require(table.dtype == old.dtype, "another dtype")
        require(torch.equal(table.detach()[: len(old)], old), "the old rows changed")
        yield learned, old, extended, table


def numbers(*shape, seed=1):
    return drawn(*shape, seed=seed).clone()


@cache
def drawn(*shape, seed):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


ROWS = numbers(7, 5, seed=2)  # seven positions, D = 5


def same_sum(module, x, rows=ROWS):
    """Demand `x` plus the first rows; give the sum."""
    right = (x.detach().double() + rows[: x.shape[1]].double()).to(x.dtype)
    got = module(x)
    assert_close(got, right)
    return got


@test_case(
    name="`LearnedPositions` has exactly one parameter, its `(max_positions, dim)` table, trainable and float32.",
    points=0.1,
    hidden=True,
)
def test_one_table(LearnedPositions):
    module = with_rows(LearnedPositions(7, 5), ROWS)
    same_sum(module, numbers(2, 4, 5))
    table = table_of(module, 7, 5)
    require(len(list(module.parameters())) == 1, "more than one parameter")
    require(table.requires_grad and table.dtype == torch.float32, "not trainable, or not float32")


@test_case(
    name="`LearnedPositions` draws its table from a normal distribution with mean 0 and standard deviation 0.02.",
    points=0.4,
    hidden=True,
)
def test_the_table_starts_small(LearnedPositions):
    module = LearnedPositions(300, 45)
    rows = table_of(module, 300, 45).detach().clone()
    same_sum(module, numbers(2, 4, 45), rows)
    assert_normal(rows, 0.02)


@test_case(
    name="`LearnedPositions` draws from torch's global random state: equal seeds repeat a table, a second "
    "module differs.",
    points=0.2,
    hidden=True,
)
def test_draws_repeat_by_seed_alone(LearnedPositions):
    torch.default_generator.manual_seed(3)
    modules = [LearnedPositions(7, 5) for _ in range(2)]
    first, second = (table_of(module, 7, 5).detach().clone() for module in modules)
    same_sum(modules[0], numbers(2, 4, 5), first)
    require(not torch.equal(first, second), "two modules with one table")
    torch.default_generator.manual_seed(3)
    assert_close(table_of(LearnedPositions(7, 5), 7, 5).detach(), first)


@test_case(
    name="`LearnedPositions` adds row t of its table to position t of every text of `(B, T, D)`.",
    points=0.7,
    hidden=True,
)
def test_rows_are_added(LearnedPositions):
    module = with_rows(LearnedPositions(7, 5), ROWS)
    same_sum(module, numbers(6, 6, 5))
    for mode in (True, False):
        module.train(mode)
        for rows in (ROWS, -ROWS, ROWS):
            same_sum(with_rows(module, rows), numbers(2, 4, 5), rows)
    for _ in same_texts(LearnedPositions, "values"):
        pass


@test_case(name="`LearnedPositions` takes a text of exactly `max_positions` positions.", points=0.2, hidden=True)
def test_the_full_length_fits(LearnedPositions):
    same_sum(with_rows(LearnedPositions(7, 5), ROWS), numbers(2, 7, 5))
    for _ in same_texts(LearnedPositions, "full"):
        pass


@test_case(
    name="`LearnedPositions` refuses more positions than rows with a `ValueError` that quotes both numbers.",
    points=0.4,
    hidden=True,
)
def test_too_many_positions_are_refused(LearnedPositions):
    module = with_rows(LearnedPositions(7, 5), ROWS)
    same_sum(module, numbers(2, 4, 5))
    for row in cover(TOO_LONG):
        count = 1 if row["the table has"] == "one row" else 7
        length = count + 1 if row["the text is"] == "one token too long" else 5 * count + 8
        module = set_up(LearnedPositions(count, 5), row)
        with raises(ValueError, quoting=[count, length]):
            module(torch.zeros(3, length, 5))


@test_case(
    name="`LearnedPositions` gives each row the gradients of its position, summed over the texts, and unused rows 0.",
    points=0.3,
    hidden=True,
)
def test_rows_get_gradients(LearnedPositions):
    for x, got, table in same_texts(LearnedPositions, "gradient_of_table"):
        upstream = torch.arange(1.0, 1 + got.numel()).remainder(5).reshape(got.shape).to(got.dtype)
        (gradient,) = torch.autograd.grad(got, table, upstream)
        unused = torch.zeros(len(table) - x.shape[1], x.shape[2], dtype=got.dtype)
        assert_close(gradient, torch.cat([upstream.sum(0), unused]))


@test_case(
    name="`LearnedPositions` hands the gradient of its result on to its input unchanged.",
    points=0.2,
    hidden=True,
)
def test_gradients_reach_the_input(LearnedPositions):
    for x, got, _ in same_texts(LearnedPositions, "gradient_of_input"):
        upstream = torch.arange(1.0, 1 + got.numel()).remainder(5).reshape(got.shape).to(got.dtype)
        (gradient,) = torch.autograd.grad(got, x, upstream)
        assert_close(gradient, upstream)


@test_case(
    name="`LearnedPositions` gives the dtype of its input after `.double()`, `.half()` and `.bfloat16()`.",
    points=0.2,
    hidden=True,
)
def test_dtypes(LearnedPositions):
    module = LearnedPositions(7, 5)
    for dtype in (torch.float64, torch.float16):
        with_rows(module.to(dtype), ROWS)
        same_sum(module, numbers(2, 6, 5).to(dtype), ROWS.to(dtype))
    many = numbers(300, 2).bfloat16()  # of places that 16 bits do not hold
    same_sum(with_rows(LearnedPositions(300, 2).bfloat16(), many), numbers(1, 300, 2).bfloat16(), many)
    for _ in same_texts(LearnedPositions, "dtype"):
        pass


@test_case(name="`LearnedPositions` changes neither its input nor its `state_dict()`.", points=0.1, hidden=True)
def test_a_call_leaves_things_alone(LearnedPositions):
    for _ in same_texts(LearnedPositions, "unchanged", around=unchanged):
        pass


@test_case(
    name="`extend_positions` gives a `LearnedPositions` of `max_positions` rows that starts with the old "
    "rows, bit for bit.",
    points=0.2,
    hidden=True,
)
def test_old_rows_are_kept(extend_positions, LearnedPositions):
    extended = extend_positions(with_rows(LearnedPositions(7, 5), ROWS), 12)
    require(isinstance(extended, LearnedPositions), "not a LearnedPositions")
    table_of(extended, 12, 5)
    same_sum(extended, numbers(2, 7, 5))
    for _ in same_extended(extend_positions, LearnedPositions, "kept"):
        pass


@test_case(
    name="`extend_positions` draws the new rows from a normal distribution with mean 0 and standard deviation 0.02.",
    points=0.5,
    hidden=True,
)
def test_new_rows_are_fresh(extend_positions, LearnedPositions):
    old = numbers(7, 40, seed=3)
    learned = with_rows(LearnedPositions(7, 40), old)
    repeated, first, second = three_draws(lambda: table_of(extend_positions(learned, 317), 317, 40).detach())
    require(torch.equal(first[:7], old), "the old rows changed")
    require(torch.equal(repeated, first), "torch.manual_seed did not make the draw repeat")
    require(not torch.equal(first[7:], second[7:]), "the new rows are always the same")
    assert_normal(first[7:], 0.02)
    require(len(first[7:].unique()) > 10_000, "the new rows repeat numbers")


@test_case(
    name="`extend_positions` gives a module that takes texts up to its new length and refuses longer ones.",
    points=0.5,
    hidden=True,
)
def test_the_new_length_counts(extend_positions, LearnedPositions):
    extended = extend_positions(with_rows(LearnedPositions(7, 5), ROWS), 9)
    rows = table_of(extended, 9, 5).detach().clone()
    require(torch.equal(rows[:7], ROWS), "the old rows changed")
    same_sum(extended, numbers(2, 9, 5), rows)
    (gradient,) = torch.autograd.grad(extended(numbers(2, 9, 5)).sum(), [table_of(extended, 9, 5)])
    require(torch.equal(gradient, torch.full_like(gradient, 2.0)), "not all rows learn from a text that has them all")
    with raises(ValueError, quoting=[10, 9]):
        extended(torch.zeros(2, 10, 5))


@test_case(
    name="`extend_positions` gives an independent module: training one leaves the other as it is.",
    points=0.1,
    hidden=True,
)
def test_the_modules_are_independent(extend_positions, LearnedPositions):
    independent(extend_positions, LearnedPositions, "larger")


@test_case(name="`extend_positions` gives an independent copy at the same size, too.", points=0.1, hidden=True)
def test_the_same_size_is_a_copy(extend_positions, LearnedPositions):
    independent(extend_positions, LearnedPositions, "same_size")


@test_case(name="`extend_positions` keeps the dtype of the table.", points=0.1, hidden=True)
def test_the_dtype_is_kept(extend_positions, LearnedPositions):
    learned = with_rows(LearnedPositions(7, 5).to(torch.float64), ROWS)
    rows = table_of(extend_positions(learned, 8), 8, 5).detach()
    assert_close(rows[:7], ROWS.double())
    for _ in same_extended(extend_positions, LearnedPositions, "dtype"):
        pass


@test_case(name="`extend_positions` leaves `learned` as it was.", points=0.1, hidden=True)
def test_the_old_module_is_left_alone(extend_positions, LearnedPositions):
    for learned, old, _, _ in same_extended(extend_positions, LearnedPositions, "unchanged", around=unchanged):
        require(table_of(learned, *old.shape).requires_grad, "the old table was frozen")


@test_case(name="`extend_positions` refuses to shrink with a `ValueError`.", points=0.2, hidden=True)
def test_shrinking_is_refused(extend_positions, LearnedPositions):
    learned = with_rows(LearnedPositions(7, 5), ROWS)
    require(torch.equal(table_of(extend_positions(learned, 8), 8, 5).detach()[:7], ROWS), "the old rows changed")
    for size in (6, 1):
        with raises(ValueError):
            extend_positions(learned, size)


def independent(extend_positions, LearnedPositions, sentence):
    """Demand that neither module sees what becomes of the other."""
    for learned, old, _, table in same_extended(extend_positions, LearnedPositions, sentence):
        with torch.no_grad():
            table.sub_(3.0)
        require(torch.equal(table_of(learned, *old.shape).detach(), old), "the old module changed with the new one")
        kept = table.detach().clone()
        with torch.no_grad():
            table_of(learned, *old.shape).add_(1.0)
        require(torch.equal(table.detach(), kept), "the new module changed with the old one")


UNEVEN = (numbers(6, 9) + 0.4) * torch.tensor([0.1, 3.0, 40.0, 1.0, 0.5, 7.0])[:, None]  # of many lengths
MANY = numbers(4, 11).T + 0.5  # more rows than columns


def similarity(table):
    """The right answer, pair by pair in float64."""
    unit = table.double() / table.double().norm(dim=1, keepdim=True)
    likeness = unit @ unit.T
    return torch.stack([likeness.diagonal(offset).mean() for offset in range(len(unit))]).to(table.dtype)


def similarity_rows(similarity_by_offset, sentence, around=untouched):
    for seed, row in deal(SIMILARITY, by_dtype, unchanged=lambda row: True)[sentence]:
        table = make_table(row, seed, largest=70)
        with torch.no_grad():
            table /= table.norm(dim=1, keepdim=True)
            if row["the table's rows are"] == "of very different lengths":
                shortest = -1 if table.dtype.itemsize == 2 else -4
                table *= (10 ** torch.linspace(shortest, 2.5, len(table))).to(table.dtype)[:, None]
        expected = similarity(table.detach())
        with around(table=table):
            got = similarity_by_offset(table)
        # In 16 bits a function may compute all the way.
        assert_close(got.detach(), expected, atol=0.03 if table.dtype.itemsize == 2 else 1e-5)


@test_case(
    name="`similarity_by_offset` gives `(P,)`: entry k is the mean cosine similarity of rows p and p + k over all p.",
    points=0.7,
    hidden=True,
)
def test_similarity(similarity_by_offset):
    assert_close(similarity_by_offset(UNEVEN.clone()), similarity(UNEVEN))
    similarity_rows(similarity_by_offset, "values")


@test_case(
    name="`similarity_by_offset` takes any number of rows, one row and more rows than columns included.",
    points=0.4,
    hidden=True,
)
def test_similarity_of_any_number_of_rows(similarity_by_offset):
    for table in (numbers(1, 3), MANY, numbers(600, 2, seed=3) * 0.05 + 1):
        assert_close(similarity_by_offset(table.clone()), similarity(table))


@test_case(name="`similarity_by_offset` gives the dtype of the table.", points=0.2, hidden=True)
def test_similarity_keeps_the_dtype(similarity_by_offset):
    assert_close(similarity_by_offset(UNEVEN.double()), similarity(UNEVEN.double()))
    long = (numbers(600, 2) + 0.5).bfloat16()  # sums of which 16 bits do not hold
    assert_close(similarity_by_offset(long.clone()), similarity(long), atol=0.03)
    similarity_rows(similarity_by_offset, "dtype")


@test_case(name="`similarity_by_offset` is right on the position table of a real model.", points=0.1, hidden=True)
def test_similarity_of_a_real_table(similarity_by_offset):
    table = minilm_positions()[:48].clone()  # alone: a part would take the whole table across the wall
    right = similarity(table)
    with unchanged(table=table):
        assert_close(similarity_by_offset(table), right)
    similarity_rows(similarity_by_offset, "unchanged", around=unchanged)
