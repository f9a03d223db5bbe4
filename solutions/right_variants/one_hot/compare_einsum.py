from dataclasses import dataclass

import torch
from torch import Tensor, nn


class IdOutsideVocabulary(IndexError):
    """An id that no one-hot row can show."""


def one_hot(ids: Tensor, vocab_size: int) -> Tensor:
    if ids.numel() and (ids.min() < 0 or ids.max() >= vocab_size):
        culprit = ids.min() if ids.min() < 0 else ids.max()
        raise IdOutsideVocabulary(f"{culprit.item()} is no id below {vocab_size}")
    return (ids[..., None] == torch.arange(vocab_size)).to(torch.float32)


def one_hot_lookup(table: Tensor, ids: Tensor) -> Tensor:
    rows = one_hot(ids, len(table)).type_as(table)
    return torch.einsum("...v,vd->...d", rows, table)


def linear_from_table(table: Tensor) -> nn.Linear:
    linear = nn.Linear(*table.shape, bias=False)
    linear.weight = nn.Parameter(table.detach().t().clone())
    return linear


@dataclass(frozen=True)
class MatrixProductBill:
    n: int
    v: int
    d: int
    width: int = torch.finfo(torch.float32).bits // 8

    def as_dict(self):
        return dict(
            lookup_multiply_adds=0,
            one_hot_multiply_adds=self.n * self.v * self.d,
            lookup_bytes=self.n * self.d * self.width,
            one_hot_bytes=self.n * self.v * self.width,
        )


def lookup_cost(num_ids: int, vocab_size: int, dim: int) -> dict[str, int]:
    return MatrixProductBill(num_ids, vocab_size, dim).as_dict()
