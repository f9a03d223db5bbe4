"""Evidence of the hints of `word_vectors`.

`nearest_words` and `analogy` have probes of the same names: a claim holds for whichever function gets the hint.
"""

from autograder.hint_evidence import accepted, finished, is_a, quotes_too_little, right, wrong, wrong_error


def words(pairs):
    return [word for word, _ in pairs]


def order_differs(got, expected):
    """Other words, or the same ones in another order."""
    return words(got) != words(expected)


def only_numbers_differ(got, expected):
    return words(got) == words(expected) and wrong(got, expected)


def query_among(*query):
    return lambda got, expected: bool(set(query) & set(words(got)))


def learns(*told):
    """Whether the embedding learns by default, with `trainable=False` and with `trainable=True`."""
    return {"what learns": lambda got, _: got == list(told)}


def length(claim):
    return lambda got, expected: claim(len(got), len(expected))


def backwards(got, expected):
    return words(got) == words(expected)[::-1]


def answers_of(count):
    return lambda got, expected: len(got) == count


OTHER_ORDER = {"all": order_differs}
TABLE = "an embedding"

EVIDENCE = {
    # embedding_from_word_vectors
    "W1": learns(True, True, False),
    "W2": learns(True, True, True),
    "W30": learns(False, False, False),
    "W3": {"an embedding": is_a(AttributeError)},
    "W5": {"a vocabulary": lambda got, right: got != right and list(got) == sorted(right)},
    "W7": {"a vocabulary": lambda got, right: got == {word: row + 1 for word, row in right.items()}},
    "W10": {"a vocabulary": lambda got, right: len(got) < len(right)},
    "W11": {"dtypes": lambda got, _: all("64" in kind[1] for kind in got)},
    "W31": {"dtypes": lambda got, _: "32" in got[0][1] and "64" in got[1][1]},
    "W12": {"aliases": wrong},
    "W32": {"aliases": wrong},
    "W13": {TABLE: lambda got, _: bool(((got[1].norm(dim=-1) - 1).abs() < 1e-3).all())},
    "W33": {"gradient": lambda got, right: not got[0][0].any() and bool(right[0][0].any())},
    "W34": {"a vocabulary": lambda got, right: got == {row: word for word, row in right.items()}},
    "W35": {TABLE: lambda got, right: got[1].shape == right[1].shape and wrong(got, right)},
    "W36": {"two things": lambda got, _: got[0] is True and got[1] is False},
    "W37": {TABLE: wrong, "a vocabulary": right},
    # nearest_words alone
    "W38": {"three": query_among("kiwi")},
    "W39": {"three": length(lambda got, right: got == right - 1)},
    "W40": {"three": answers_of(5), "none": answers_of(5)},
    "W8": {"unknown": accepted},
    "W41": {"capitals": wrong},
    "W42": {"unknown": lambda got, _: got[0] == "accepted" and got[1] == []},
    "W43": OTHER_ORDER,
    # both
    "A1": {"all": query_among("plum")},
    "A30": {"all": query_among("Apple")},
    "A31": {"three": wrong},
    "A32": {"three": length(lambda got, right: got < right)},
    "A3": {"three": wrong},
    "A4": {"all": wrong},
    "A33": {"all": wrong},
    "A34": {"three": only_numbers_differ},
    "A35": {"all": order_differs},
    "A36": {"all": wrong},
    "A6": {"all": wrong},
    "A37": {"three": wrong, "one word": right},
    "A38": {"three": wrong, "one word": right},
    "A39": {"three": wrong, "one word": right},
    "A40": {"all": wrong},
    "A41": {"all": backwards},
    "A42": {"all": wrong},
    "A43": {"unknown": accepted},
    "A44": {"unknown": quotes_too_little},
    "A45": {"unknown": wrong_error},
    "A46": {"none": answers_of(5)},
    "A47": {"all": is_a(Exception), "three": finished},
    "A48": {"none": length(lambda got, right: got == right + 1)},
    "A49": {"three": lambda got, right: list(got) == words(right)},
    "A50": {
        "three": lambda got, right: words(got) == words(right) and all(hasattr(number, "dim") for _, number in got)
    },
    "A51": {"three": lambda got, right: [word for _, word in got] == words(right)},
    "A52": {"three": lambda got, _: all(isinstance(row, int) for row, _ in got)},
    "A53": {
        "three": lambda got, right: (
            words(got) == words(right)
            and all(abs(1 - far - near) < 1e-4 for (_, far), (_, near) in zip(got, right, strict=True))
        )
    },
    "A54": {"three": lambda got, right: words(got) == words(right) and all(round(near, 2) == near for _, near in got)},
    "A55": {"its inputs": wrong},
    "A56": {"a table that learns": is_a(Exception), "three": finished},
    "A57": {"its inputs": wrong},
    "A58": {"all": wrong},
}
