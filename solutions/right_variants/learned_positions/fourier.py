"""All offsets at once as an autocorrelation, by a Fourier transform in float64; `deepcopy` to extend."""

import copy

import torch
from torch import nn


class LearnedPositions(nn.Module):
    def __init__(self, max_positions, dim):
        super().__init__()
        self.positions = nn.Parameter(torch.empty(max_positions, dim))
        self.reset()

    def reset(self):
        with torch.no_grad():
            self.positions.normal_(0, 0.02)

    @property
    def limit(self):
        return self.positions.size(0)

    def forward(self, x):
        if self.limit < x.size(1):
            raise ValueError(f"at most {self.limit} positions, not {x.size(1)}")
        return torch.add(x, self.positions[: x.size(1)])


def extend_positions(learned, max_positions):
    if max_positions < learned.limit:
        raise ValueError(f"max_positions {max_positions} below the present {learned.limit}")
    twin = copy.deepcopy(learned)
    bigger = LearnedPositions(max_positions, learned.positions.size(1)).to(learned.positions.dtype)
    bigger.positions.data[: learned.limit].copy_(twin.positions.data)
    return bigger


def similarity_by_offset(table):
    unit = nn.functional.normalize(table.to(torch.float64), dim=1)
    P = unit.size(0)
    spectrum = torch.fft.rfft(unit, n=2 * P, dim=0)
    sums = torch.fft.irfft(spectrum.abs().square(), n=2 * P, dim=0).sum(1)[:P]
    counts = P - torch.arange(P)
    return (sums / counts).to(table.dtype)
