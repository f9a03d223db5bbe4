"""Tries: to return an object whose `__class__` says it is a tensor and that agrees with everything.
Must: no such object crosses: the case fails.
Control: one process
"""

import torch


class Impostor:
    __class__ = torch.Tensor
    dtype = torch.float32

    def __init__(self, shape):
        self.shape = torch.Size(shape)

    def __sub__(self, other):
        return torch.zeros(())

    def to(self, *args):
        return self

    def detach(self):
        return self

    def __ne__(self, other):
        return torch.zeros((), dtype=torch.bool)


def embedding_lookup(table, ids):
    return Impostor((*ids.shape, table.shape[1]))


def one_hot(ids, vocab_size):
    return Impostor((*ids.shape, vocab_size))
