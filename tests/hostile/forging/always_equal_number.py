"""Tries: to return numbers and dicts that equal whatever they are compared with.
Must: plain numbers arrive, and are wrong.
Control: one process
"""


class Agreeable(int):
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = int.__hash__


class AnyDict(dict):
    def keys(self):
        return Keys()

    def __getitem__(self, key):
        return Agreeable(0)


class Keys:
    def __eq__(self, other):
        return True


def lookup_cost(num_ids, vocab_size, dim):
    return AnyDict.fromkeys(
        ("lookup_multiply_adds", "one_hot_multiply_adds", "lookup_bytes", "one_hot_bytes"), Agreeable(0)
    )
