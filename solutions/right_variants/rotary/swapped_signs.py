"""As libraries write it: x * cos + turned-by-a-quarter(x) * sin, in float32."""

import torch


def _quarter(x):
    return torch.stack([-x[..., 1::2], x[..., 0::2]], dim=-1).reshape(x.shape)


def rotate_by_position(x, base=10000.0):
    dim = x.shape[-1]
    if dim % 2 == 1:
        raise ValueError(f"need an even dim, not {dim}")
    kind = torch.promote_types(x.dtype, torch.float32)
    exponents = torch.arange(0, dim, 2, dtype=torch.float64) / dim
    angles = torch.arange(x.shape[1])[:, None] * base**-exponents
    angles = angles.repeat_interleave(2, dim=-1)
    wide = x.to(kind)
    return (wide * angles.cos().to(kind) + _quarter(wide) * angles.sin().to(kind)).to(x.dtype)


def rotary_scores(queries, keys, base=10000.0):
    return torch.matmul(rotate_by_position(queries, base), rotate_by_position(keys, base).transpose(1, 2))
