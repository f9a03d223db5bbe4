"""Evidence of the hints of `lookup`."""

from autograder.hint_evidence import (
    equals,
    every,
    is_a,
    quotes_too_little,
    right,
    times,
    wrong,
    wrong_error,
)


def unknown_becomes(claim):
    return lambda got, expected: got[0] == "accepted" and claim(got[1])


def spread(power, shape=(300, 40)):
    """A draw of that shape whose spread is so many powers of two from the right one."""
    return lambda got, expected: got[:2] == [list(shape), power]


def of_refusals(claim):
    """What was accepted, of ids -2, 8 and 8 at the front, in a table of 5 rows."""
    return lambda got, expected: claim([each[1] if each[0] == "accepted" else None for each in got])


def first_two(vocabulary, reverse=False):
    return set(sorted(vocabulary, key=vocabulary.get, reverse=reverse)[:2])


def same_rows(got, expected):
    return got.numel() == expected.numel() and got.flatten().allclose(expected.flatten())


EVIDENCE = {
    # build_vocabulary: the, cat, The, saw, the, a, saw
    "L30": {"a text": lambda got, _: sorted(got, key=got.get) == ["the", "cat", "The", "saw", "a"]},
    "L31": {"a text": lambda got, right: got == {token: id + 1 for token, id in right.items()}},
    "L32": {"a text": lambda got, _: max(got.values()) >= len(got)},
    "L33": {"a text": lambda got, _: bool(got) and all(token == token.lower() for token in got)},
    "L34": {"a text": lambda got, _: all(isinstance(token, str) for token in got.values())},
    "L35": {"a text": every(wrong, lambda got, _: {"the", "saw"} in (first_two(got), first_two(got, reverse=True)))},
    "L36": {"its input": lambda got, right: got != right and sorted(got[0]) == sorted(right[0])},
    "L64": {"a text": equals("the order of a set")},
    # encode
    "L37": {"unknown": unknown_becomes(lambda ids: len(ids) == 1)},
    "L38": {"unknown": unknown_becomes(lambda ids: ids[-1] == 0)},
    "L39": {"unknown": unknown_becomes(lambda ids: ids[-1] == -1)},
    "L40": {"unknown": unknown_becomes(lambda ids: ids[-1] > 6)},
    "L41": {"no text": lambda got, _: "float" in got[1]},
    "L42": {"a text": right, "dtype": lambda got, _: got[1] != "torch.int64"},
    "L43": {"a text": lambda got, _: list(got) == [0, 4, 0, 3, 1]},
    "L44": {"a text": is_a(list)},
    "L45": {"a text": lambda got, right: sorted(got.tolist()) == sorted(set(right.tolist()))},
    # new_embedding_table
    "L27": {"a draw": spread(6)},
    "L46": {"a draw": spread(3)},
    "L47": {"a draw": lambda got, _: got[2] is False},
    "L48": {"what it is": lambda got, _: got[:2] == [False, False]},
    "L62": {"what it is": lambda got, _: got[:2] == [True, False]},
    "L49": {"generators": lambda got, _: got[0] is False},
    "L50": {"generators": lambda got, _: got[2] is True},
    "L51": {"generators": lambda got, _: got[1:3] == [True, True]},
    "L52": {"a draw": lambda got, _: got[0] == [40, 300]},
    "L53": {"a draw": equals("all alike")},
    # embedding_lookup
    "L1": {"gradient": is_a(str)},
    "L6": {"gradient": lambda got, _: isinstance(got, tuple) and got[0] is None},
    "L7": {"bad ids": of_refusals(lambda given: given[0] is not None)},
    "L8": {"bad ids": of_refusals(lambda given: all(rows is not None for rows in given))},
    "L9": {"bad ids": of_refusals(lambda given: all(rows is not None for rows in given))},
    "L54": {"bad ids": of_refusals(lambda given: given[1] is not None and given[2] is None)},
    "L55": {"bad ids": quotes_too_little},
    "L57": {"bad ids": wrong_error},
    "L11": {"a batch": wrong},
    "L12": {"a batch": wrong},
    "L13": {"a batch": wrong},
    "L58": {"a batch": wrong},
    "L15": {"a batch": every(same_rows, wrong)},
    "L16": {"one text of one id": lambda got, right: got.dim() < right.dim()},
    "L17": {"a batch": wrong, "one id": wrong, "gradient": right},
    "L18": {"a batch": lambda got, _: got.shape[0] == 5},
    "L20": {"its inputs": wrong, "a batch": lambda got, _: bool((got.norm(dim=-1) - 1).abs().max() < 1e-3)},
    "L22": {"dtypes": wrong},
    "L59": {"dtypes": wrong},
    "L23": {"a batch": times(3**0.5)},
    "L24": {"a batch": lambda got, right: got.numel() < right.numel()},
    "L60": {"a batch": right, "work": lambda got, _: got[0] is True},
    "L61": {"a batch": every(wrong, lambda got, right: got.flatten().sort()[0].allclose(right.flatten().sort()[0]))},
    "L63": {"a batch": is_a(RuntimeError)},
}
