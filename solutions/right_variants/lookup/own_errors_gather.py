from collections import Counter

import torch


class BadTokenId(IndexError):
    def __init__(self, bad, size):
        super().__init__(f"token id {bad} is outside 0..V-1, V = {size}")


class UnknownTokenError(KeyError):
    pass


def build_vocabulary(tokens: list[str]) -> dict[str, int]:
    counted = sorted(Counter(tokens))
    return dict(zip(counted, range(len(counted))))


def encode(tokens: list[str], vocabulary: dict[str, int]) -> torch.Tensor:
    missing = [token for token in tokens if token not in vocabulary]
    if missing:
        raise UnknownTokenError(f"not in the vocabulary: {missing[0]}")
    return torch.as_tensor(list(map(vocabulary.__getitem__, tokens))).to(torch.int64)


def new_embedding_table(vocab_size, dim, *, std=0.02, generator=None):
    parameter = torch.nn.Parameter(torch.empty(vocab_size, dim, dtype=torch.float32))
    with torch.no_grad():
        parameter.normal_(mean=0.0, std=std, generator=generator)
    return parameter


def embedding_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    vocab_size, dim = table.shape
    if ids.numel() > 0:
        for extreme in (ids.min().item(), ids.max().item()):
            if not 0 <= extreme < vocab_size:
                raise BadTokenId(extreme, vocab_size)
    index = ids.reshape(-1, 1).expand(-1, dim)
    return torch.gather(table, 0, index).reshape(ids.shape + (dim,))
