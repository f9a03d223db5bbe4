"""How calls of `sinusoidal` are typed, by the domain in its hidden cases that they are of."""

from autograder.authoring.typed_inputs import TEXTS, lines, module, text, texts_before

BASES = {"not given": "", "below 10,000": ", 30.0", "above 10,000": ", 200_000"}
DIMS = {"2": 2, "above 64": 68, "between 2 and 64": 4}
OFFSETS = {"beyond 512, or below -512": 650, "positive": 5, "negative or 0": -2}
ODD = {"1": 1, "larger": 3}


def sized(function, first, row):
    """A call for two sizes and a base; before it, if so, one for another base."""
    dim = DIMS[row["`dim` is"]]
    before = row["these sizes"] == "were asked for before, with another base"
    return lines(
        f"{function}({first}, {dim}, 99.0)" if before else "", f"{function}({first}, {dim}{BASES[row['`base` is']]})"
    )


def sinusoidal_encoding(row):
    dim = DIMS[row["`dim` is"]]
    sizes = {"above 512": 520, "equal to `dim`": dim, "another one": dim + 1}
    return sized("sinusoidal_encoding", sizes[row["the number of positions is"]], row)


def in_module(row):
    dim = TEXTS[row["the text has"]][2]
    built = module(f"SinusoidalPositions({dim}{BASES[row['`base` is']]})", row)
    return lines(f"x = {text(row)}", f"module = {built}", texts_before(row), "module(x)")


EXAMPLES = {
    "ENCODING": sinusoidal_encoding,
    "ODD_ENCODING": lambda row: f"sinusoidal_encoding(3, {ODD[row['the odd `dim` is']]})",
    "SHIFT": lambda row: sized("shift_matrix", OFFSETS[row["the offset is"]], row),
    "ODD_SHIFT": lambda row: f"shift_matrix(1, {ODD[row['the odd `dim` is']]})",
    "MODULE": in_module,
    "ODD_MODULE": lambda row: f"SinusoidalPositions({ODD[row['the odd `dim` is']]})",
}
