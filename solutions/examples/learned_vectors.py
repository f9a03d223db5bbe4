"""How calls of `learned_vectors` are typed, by the domain in its hidden cases that they are of."""

from autograder.authoring.typed_inputs import DTYPES, lines

SIZES = {"of more than 64 rows": (70, 3), "square": (9, 9), "of another shape": (9, 2)}
RATES = {"below 0.01": 0.002, "above 1": 1.5, "between": 0.2}
SCALES = {"such that the loss is nearly 0": 0.3, "large": 3, "small": 0.3}
PAIRS = {
    ("more than 64 pairs", False): "torch.cartesian_prod(torch.arange(8), torch.arange(9))",
    ("more than 64 pairs", True): "torch.cartesian_prod(torch.arange(8), torch.arange(9)) % 5",
    ("as many pairs as words", False): "torch.stack([torch.arange(9), torch.arange(9).flip(0)], 1)",
    ("as many pairs as words", True): "torch.arange(18).view(9, 2) % 4",
    ("other numbers of pairs", False): "torch.tensor([[0, 1], [2, 0], [4, 3]])",
    ("other numbers of pairs", True): "torch.tensor([[0, 1], [2, 0], [0, 1]])",
}
"""By how many there are, and whether they repeat."""


def train(row):
    rows, dim = SIZES[row["the tables are"]]
    made = [
        f"{name} = nn.Embedding.from_pretrained((torch.arange({rows * dim}.0).view({rows}, {dim}) + {start}).sin() "
        f"* {SCALES[row['the numbers are']]}, freeze=False){DTYPES[row['the dtype is']]}{mode(row)}"
        for name, start in (("centre", 0), ("context", 1.5))
    ]
    near_0 = row["the numbers are"] == "such that the loss is nearly 0"
    steps = {"1": 1, "larger than 1": 3}.get(row.get("`steps` is", ""), 0)
    return lines(
        *made,
        f"pairs = {PAIRS[row['there are'], row['pairs'] == 'repeat']}",
        *near_zero() * near_0,
        "pairs = pairs.T.contiguous().T" if row["pairs lie"] == "in memory in another way" else "",
        *old_gradients() * (row["the tables hold"] == "an old `.grad`"),
        "train_embeddings(centre, context, pairs, steps=1, learning_rate=0.2)"
        if row["the tables"] == "were trained before"
        else "",
        f"train_embeddings(centre, context, pairs, steps={steps}, learning_rate={RATES[row['the learning rate is']]})",
    )


def near_zero():
    """Scores that are large for context word 0 alone, which is every pair's."""
    return [
        "pairs[:, 1] = 0",
        "centre.weight.data[:, 0] = 4",
        "context.weight.data[:, 0] = 0",
        "context.weight.data[0, 0] = 8",
    ]


def old_gradients():
    return [f"{name}.weight.grad = torch.ones_like({name}.weight)" for name in ("centre", "context")]


def mode(row):
    return ".eval()" if row["the modules are"] == "in evaluation mode" else ""


EXAMPLES = {"TRAIN": train, "NO_STEPS": train}
