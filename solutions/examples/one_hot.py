"""How calls of `one_hot` are typed, by the domain in its hidden cases that they are of."""

from autograder.authoring.typed_inputs import SMALL, bad_ids, ids, lines, table

COUNTS = {"0": 0, "1": 1, "small": 3, "large": 200_001}


def one_hot(row):
    size = {"1": 1, "more than 64": 600, "of another size": 3}[row["the vocabulary is"]]
    return lines(f"ids = {ids(row, size)}", f"one_hot(ids, {size})" + ("[..., -2:]" if size > 3 else ""))


def one_hot_lookup(row):
    size = SMALL[row["the table is"]][1]
    return lines(f"table = {table(row)}", f"ids = {ids(row, size)}", "one_hot_lookup(table, ids)")


def linear_from_table(row):
    return lines(f"table = {table(row)}", "linear = linear_from_table(table)", "table.data.add_(1)", "linear.weight")


def lookup_cost(row):
    sizes = (row[f"the {name} is"] for name in ("number of ids", "vocabulary", "dimension"))
    return f"lookup_cost({', '.join(str(COUNTS[size]) for size in sizes)})"


EXAMPLES = {
    "ONE_HOT": one_hot,
    "BAD_ONE_HOT": lambda row: f"one_hot({bad_ids(row, 3)}, 3)",
    "LOOKUP": one_hot_lookup,
    "BAD_LOOKUP": lambda row: f"one_hot_lookup({SMALL['of another shape'][0]}, {bad_ids(row, 3)})",
    "LINEAR": linear_from_table,
    "COST": lookup_cost,
}
