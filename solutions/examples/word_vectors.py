"""How calls of `word_vectors` are typed, by the domain in its hidden cases that they are of."""

from autograder.authoring.typed_inputs import like_a_table, lines

TABLES = {"of more than 64 rows": (66, 4), "square": (6, 6), "of another shape": (9, 3)}
COUNTS = {"not given": "", "smaller than what is left": ", count=2"}


def embedding_from_word_vectors(row):
    count = {"more than 64 words": 66, "as many words as columns": 2, "another number of words": 3}[row["there are"]]
    listed = words(count, row)
    dtype = "float32" if row["the vectors are"] == "float32" else "float64"
    given = {"true": ", trainable=True", "false": ", trainable=False"}.get(row["`trainable` is"], "")
    return lines(
        f"vectors = KeyedVectors(2, dtype=np.{dtype})",
        f"vectors.add_vectors({listed}, np.arange({2 * count}.0, dtype=np.{dtype}).reshape({count}, 2))",
        f"embedding, vocabulary = embedding_from_word_vectors(vectors{given})",
        "vectors.vectors += 1",
        "embedding.weight",
    )


def words(count, row):
    if row["the words"] == "differ in case alone":
        return f'[("w", "W")[n % 2] + str(n // 2) for n in range({count})]'
    return f'[f"w{{n}}" for n in range({count})]'


def searched(row, query, last):
    """A table, its words, and a call for those that are near others.

    Args:
        query: words by their places in the list of words.
    """
    count, dim = TABLES[row["the table is"]]
    numbers = f"torch.nn.functional.normalize(torch.arange({count * dim}.0).view({count}, {dim}).sin())"
    if row["the rows are"] == "of very different lengths":
        numbers += f" * torch.arange(1.0, {count + 1}.0)[:, None]"
    parallel = row.get("another row") == "points the same way"
    order = f"reversed(range({count}))" if "another" in row["the vocabulary lists"] else f"range({count})"
    longer = f", count={count + 7}"
    return lines(
        f"words = {words(count, row)}",
        f"vocabulary = {{words[n]: n for n in {order}}}",
        f"rows = {numbers}" if parallel else "",
        f"rows[3] = rows[{query}] * 0.8" if parallel else "",
        f"table = {like_a_table('rows' if parallel else numbers, row)}",
        last + COUNTS.get(row["`count` is"], longer) + ")",
    )


def first(row):
    return {"the first": 0, "the last": -1, "another one": 2}[row["the row of the first word is"]]


def nearest_words(row):
    return searched(row, first(row), f"nearest_words(table, vocabulary, words[{first(row)}]")


def analogy(row):
    count = TABLES[row["the table is"]][0]
    left = [first(row), *(at for at in range(1, count) if at != first(row) % count)][:4]
    sizes = [
        {"no word": 0, "one word": 1, "several words": 2}[row[f"`{name}` holds"]] for name in ("positive", "negative")
    ]
    lists = left[: sizes[0]], left[sizes[0] : sum(sizes)]
    given = ", ".join(f"[{', '.join(f'words[{at}]' for at in some)}]" for some in lists)
    return searched(row, 0, f"analogy(table, vocabulary, {given}")


def nearest_to_unknown(row):
    word = "CAT" if row["the unknown word"] == "differs in case alone" else "cow"
    return f'nearest_words(torch.eye(3), {{"cat": 0, "dog": 1, "pig": 2}}, "{word}")'


def analogy_of_unknown(row):
    some = ["cow", "cat"] if row["the unknown word comes"] == "first" else ["cat", "cow"]
    lists = (some, ["dog"]) if row["the unknown word"] == "is added" else ([], some)
    if row["the unknown word"] == "is taken away" and row["the unknown word comes"] == "after others":
        lists = ["cat"], ["cow"]
    given = ", ".join(str(some).replace("'", '"') for some in lists)
    return f'analogy(torch.eye(3), {{"cat": 0, "dog": 1, "pig": 2}}, {given})'


EXAMPLES = {
    "VECTORS": embedding_from_word_vectors,
    "NEAREST": nearest_words,
    "NEAREST_TO_UNKNOWN": nearest_to_unknown,
    "ANALOGY": analogy,
    "ANALOGY_OF_UNKNOWN": analogy_of_unknown,
}
