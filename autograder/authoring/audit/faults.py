"""The ways in which a call can go wrong, whatever its function: each spoils what one call gives or does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

UNSPOILT = object()
"""What a way gives that cannot spoil such a call."""

Call = Callable[[], Any]


@dataclass(frozen=True)
class Way:
    """One way to go wrong.

    Attributes:
        name: what is wrong, in words.
        spoil: makes the call, which it is given with its arguments, and gives the spoilt result or `UNSPOILT`.
        strength: of how many levels that meet each combination must be seen to be wrong in this way.
    """

    name: str
    spoil: Callable[[Call, Mapping[str, Any]], Any]
    strength: int = 1


def _of_results(spoil: Callable[..., Any]) -> Callable[[Call, Mapping[str, Any]], Any]:
    """A way that spoils a result that came; of a tuple its first part."""

    def spoiled(call: Call, arguments: Mapping[str, Any]) -> Any:
        result = call()
        if isinstance(result, tuple) and result:
            first = spoil(result[0], arguments)
            return first if first is UNSPOILT else (first, *result[1:])
        return spoil(result, arguments)

    return spoiled


def _slightly(result: Any, arguments: Mapping[str, Any]) -> Any:
    """One number of it is off by what no tolerance allows."""
    match result:
        case nn.Parameter():  # a draw, of which no single number is known
            return UNSPOILT
        case torch.Tensor() if result.numel():
            step = torch.zeros(result.numel(), dtype=result.dtype)
            step[-1] = 0.1 + abs(float(result.detach().flatten()[-1])) / 10 if result.dtype.itemsize == 2 else 1e-3
            if not result.is_floating_point():
                step[-1] = 1
            return result + step.reshape(result.shape)
        case nn.Module():
            return _in_parameters(result, lambda rows: rows[(0,) * rows.dim()].add_(0.1))
        case dict() if result:
            last = next(reversed(result))
            return {**result, last: result[last] + 1}
        case list() if result and isinstance(result[-1], tuple):
            return [*result[:-1], (result[-1][0], result[-1][1] + 1e-3)]
        case list() if result:
            rough = any(_is_rough(argument) for argument in arguments.values())
            return [*result[:-1], result[-1] + (0.3 * (1 + result[-1]) if rough else 1e-3)]
    return UNSPOILT


def _is_rough(argument: Any) -> bool:
    memory = _memory(argument)
    return memory is not None and memory.dtype.itemsize == 2


def _grossly(result: Any, arguments: Mapping[str, Any]) -> Any:
    match result:
        case torch.Tensor() if result.numel():
            return type(result)(-2 * result - 1) if isinstance(result, nn.Parameter) else -2 * result - 1
        case nn.Module():
            return _in_parameters(result, lambda rows: rows.mul_(-2).sub_(1))
        case dict() | list() if result:
            return type(result)()
    return UNSPOILT


def _in_parameters(module: nn.Module, change: Callable[[torch.Tensor], Any]) -> Any:
    parameters = list(module.parameters())
    with torch.no_grad():
        for parameter in parameters:
            change(parameter)
    return module if parameters else UNSPOILT


def _in_another_dtype(result: Any, arguments: Mapping[str, Any]) -> Any:
    match result:
        case torch.Tensor() if result.is_floating_point():
            other = torch.float32 if result.dtype != torch.float32 else torch.float64
            return nn.Parameter(result.to(other)) if isinstance(result, nn.Parameter) else result.to(other)
        case torch.Tensor():
            return result.to(torch.int32)
        case nn.Module() if list(result.parameters()):
            return result.to(torch.float32 if next(result.parameters()).dtype != torch.float32 else torch.float64)
    return UNSPOILT


def _in_another_shape(result: Any, arguments: Mapping[str, Any]) -> Any:
    return result[None] if isinstance(result, torch.Tensor) and not isinstance(result, nn.Parameter) else UNSPOILT


def _without_gradient(result: Any, arguments: Mapping[str, Any]) -> Any:
    match result:
        case nn.Parameter():
            return nn.Parameter(result.detach(), requires_grad=False)
        case torch.Tensor() if result.requires_grad and result.numel():
            return result.detach()
        case nn.Module() if any(parameter.requires_grad for parameter in result.parameters()):
            return result.requires_grad_(False)
    return UNSPOILT


def _raising(call: Call, arguments: Mapping[str, Any]) -> Any:
    with suppress(Exception):
        call()
    raise RuntimeError("wrong here")


def _not_raising(call: Call, arguments: Mapping[str, Any]) -> Any:
    try:
        call()
    except NotImplementedError:
        raise
    except Exception:
        return torch.zeros(1)
    return UNSPOILT


def _sharing(call: Call, arguments: Mapping[str, Any]) -> Any:
    """Put an argument's own memory into a module that is promised to be a copy."""
    result = call()
    copy = result[0] if isinstance(result, tuple) else result
    if not isinstance(copy, nn.Module):
        return UNSPOILT
    for given in map(_memory, arguments.values()):
        for own in copy.parameters():
            for seen in (given, given.T if given is not None and given.dim() == 2 else None):
                if seen is not None and seen.shape == own.shape and seen.dtype == own.dtype:
                    own.data = seen
                    return result
    return UNSPOILT


def _memory(argument: Any) -> torch.Tensor | None:
    match argument:
        case torch.Tensor():
            return argument.detach()
        case nn.Module():
            return next((parameter.detach() for parameter in argument.parameters()), None)
    vectors = getattr(argument, "vectors", None)
    return None if vectors is None or vectors.dtype != "float32" else torch.from_numpy(vectors)


def _changing(call: Call, arguments: Mapping[str, Any]) -> Any:
    """Change what was handed over, after the result was computed."""
    result = call()
    if isinstance(result, torch.Tensor):
        result = result.clone()
    changed = [_changed(argument) for argument in arguments.values()]
    return result if any(changed) else UNSPOILT


def _changed(argument: Any) -> bool:
    memory = _memory(argument)
    if memory is not None and memory.numel():
        memory.add_(1)
        return True
    if isinstance(argument, list) and argument:
        argument.append(argument[0])
        return True
    if isinstance(argument, dict) and argument:
        argument["<new>"] = next(iter(argument.values()))
        return True
    return False


WAYS = (
    Way("is slightly wrong", _of_results(_slightly), 2),
    Way("is grossly wrong", _of_results(_grossly), 2),
    Way("has another dtype", _of_results(_in_another_dtype), 2),
    Way("has another shape", _of_results(_in_another_shape), 2),
    Way("raises another error", _raising, 2),
    Way("carries no gradient", _of_results(_without_gradient)),
    Way("shares memory", _sharing),
    Way("changes an argument", _changing),
    Way("raises nothing", _not_raising),
)
