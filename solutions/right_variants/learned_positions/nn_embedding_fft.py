import copy

import torch
from torch import Tensor, nn


class TooManyPositions(ValueError):
    pass


class LearnedPositions(nn.Module):
    def __init__(self, max_positions: int, dim: int) -> None:
        super().__init__()
        self.rows = nn.Embedding(max_positions, dim, dtype=torch.float32)
        nn.init.normal_(self.rows.weight, mean=0.0, std=0.02)

    def forward(self, x: Tensor) -> Tensor:
        length = x.size(1)
        if length > self.rows.num_embeddings:
            raise TooManyPositions(f"text of {length} positions, table of {self.rows.num_embeddings}")
        return x + self.rows(torch.arange(length, device=x.device))


def extend_positions(learned: LearnedPositions, max_positions: int) -> LearnedPositions:
    old = learned.rows.weight
    if max_positions < len(old):
        raise TooManyPositions(f"{len(old)} rows do not fit into {max_positions}")
    longer = copy.deepcopy(learned)
    longer.rows = nn.Embedding(max_positions, old.shape[1], dtype=old.dtype)
    with torch.no_grad():
        longer.rows.weight.normal_(0, 0.02)
        longer.rows.weight[: len(old)] = old
    return longer


def similarity_by_offset(table: Tensor) -> Tensor:
    """The sums along the diagonals are an autocorrelation, which a Fourier transform gives at once."""
    P = len(table)
    unit = table.double()
    unit = unit / torch.linalg.vector_norm(unit, dim=1, keepdim=True)
    spectrum = torch.fft.rfft(unit, n=2 * P + 1, dim=0)
    power = spectrum.real.square() + spectrum.imag.square()
    sums = torch.fft.irfft(power.sum(dim=1), n=2 * P + 1)[:P]
    return (sums / torch.arange(P, 0, -1)).to(table.dtype)
