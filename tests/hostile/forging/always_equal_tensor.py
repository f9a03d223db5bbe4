"""Tries: to return tensors of a subclass that agrees with everything it is compared with.
Must: the values arrive as plain tensors, and are wrong.
Control: one process
"""

import torch


class Agreeable(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        result = super().__torch_function__(func, types, args, kwargs or {})
        if func.__name__ in ("le", "__le__", "eq", "__eq__"):
            return torch.ones_like(result, dtype=torch.bool)
        if func.__name__ in ("ne", "__ne__", "gt", "__gt__"):
            return torch.zeros_like(result, dtype=torch.bool)
        return result


def embedding_lookup(table, ids):
    return torch.zeros(*ids.shape, table.shape[1], dtype=table.dtype).as_subclass(Agreeable)


def one_hot(ids, vocab_size):
    return torch.zeros(*ids.shape, vocab_size).as_subclass(Agreeable)
