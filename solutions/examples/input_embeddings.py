"""How calls of `input_embeddings` are typed, by the domain in its hidden cases that they are of."""

from autograder.authoring.typed_inputs import FILL, lines, mode, module

TABLES = {"of more than 64 rows": (80, 2), "taller than wide": (5, 2), "wider than tall": (3, 4)}


def embed(row):
    vocab_size, dim = TABLES[row["the token table is"]]
    most = 70 if row["`max_positions` is"] == "above 64" else 4
    length = {"just `max_positions` tokens": most, "more than `max_positions` tokens": 75}.get(row["the text has"], 3)
    ids = f"(torch.arange({2 * length}) % {vocab_size - 1}).view(2, {length})"
    before = {
        "comes again, after the tables were changed": ["model(ids)", "[t.data.neg_() for t in model.parameters()]"],
        "follows another one": [f"model(ids[:, :{max(1, length - 1)}])"],
    }
    return lines(
        f"ids = {ids}",
        f"ids[-1, -1] = {vocab_size - 1}" if row["the ids"] == "hold the largest id" else "",
        "ids = ids.T.contiguous().T" if row["the ids lie"] == "in memory in another way" else "",
        f"model = {module(f'InputEmbedding({vocab_size}, {dim}, {most}, {kind(row)})', row)}",
        FILL.format("model"),
        *before.get(row["the text"], []),
        "model(ids)",
    )


def kind(row):
    return f'"{row["`positions` is"]}"'


def bad_ids(row):
    bad = {"negative": -1, "the size of the vocabulary": 3, "larger": 9}[row["the bad id is"]]
    return f"InputEmbedding(3, 2, 4, {kind(row)}){mode(row)}(torch.tensor([[0, {bad}]]))"


def too_long(row):
    most = 1 if row["`max_positions` is"] == "1" else 4
    length = most + 1 if row["the text is"] == "one token too long" else 30
    return f"InputEmbedding(3, 2, {most}){mode(row)}(torch.zeros(1, {length}, dtype=torch.int64))"


EXAMPLES = {"EMBED": embed, "BAD": bad_ids, "TOO_LONG": too_long}
