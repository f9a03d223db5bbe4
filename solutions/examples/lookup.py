"""How calls of `lookup` are typed, by the domain in its hidden cases that they are of."""

from autograder.authoring.typed_inputs import SMALL, bad_ids, ids, lines, table

LETTERS = {"lower-case letters alone": "ab", "capitals": "Ba", "digits, signs or other letters": "9a"}
"""Two tokens in sorted order."""


def tokens(row):
    first, second = LETTERS[row["the tokens hold"]]
    is_sorted = row["the tokens come"] == "in sorted order"
    repeat = row["the tokens"] == "repeat"
    if row["the text has"] == "no tokens":
        return "[]"
    if row["the text has"] == "one token":
        return f'["{first}"]'
    if row["the text has"] == "some tokens":
        some = [first, *[first] * repeat, second] if is_sorted else [second, first, *[second] * repeat]
        return str(some).replace("'", '"')
    lengths = "n // 2 + 1" if repeat else "n + 1"
    return f'["{first}" * ({lengths}) for n in {"range(70)" if is_sorted else "reversed(range(70))"}]'


def vocabulary(row):
    ids_are, turned = row["the vocabulary's ids"], row["the vocabulary lists"] == "its tokens in another order"
    number = "n" if ids_are == "are 0 to V-1" else "3 + 2 * n"
    if row["the text has"] in ("no tokens", "one token"):
        numbers = (0, 1) if ids_are == "are 0 to V-1" else (3, 5)
        pairs = [f'"{token}": {id}' for token, id in zip(LETTERS[row["the tokens hold"]], numbers, strict=True)]
        return "{" + ", ".join(reversed(pairs) if turned else pairs) + "}"
    listed = "list(enumerate(sorted({*tokens})))" + ("[::-1]" if turned else "")
    return f"{{token: {number} for n, token in {listed}}}"


def encode(row):
    before = row["the tokens were"] == "asked for before, with another vocabulary"
    return lines(
        f"tokens = {tokens(row)}",
        f"vocabulary = {vocabulary(row)}",
        "encode(tokens, {token: id + 1 for token, id in vocabulary.items()})" if before else "",
        "encode(tokens, vocabulary)",
    )


def new_embedding_table(row):
    sizes = {"square": "40, 40", "taller than wide": "60, 30", "wider than tall": "30, 60"}[row["the table is"]]
    std = ", std=0.25" if row["`std` is"] == "given" else ""
    generator = ", generator=torch.default_generator" if row["a generator is"] == "given" else ""
    return f"new_embedding_table({sizes}{std}{generator})"


def embedding_lookup(row):
    size = SMALL[row["the table is"]][1]
    return lines(f"table = {table(row)}", f"ids = {ids(row, size)}", "embedding_lookup(table, ids)")


EXAMPLES = {
    "BUILD_VOCABULARY": lambda row: lines(f"tokens = {tokens(row)}", "build_vocabulary(tokens)"),
    "ENCODE": encode,
    "NEW_TABLE": new_embedding_table,
    "LOOKUP": embedding_lookup,
    "BAD_LOOKUP": lambda row: f"embedding_lookup({SMALL['of another shape'][0]}, {bad_ids(row, 3)})",
}
