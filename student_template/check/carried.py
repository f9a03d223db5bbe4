"""Accepts what the student's own earlier functions give, so that an error carried over costs once.

Where `InputEmbedding` builds faithfully on an earlier function that is wrong, its result is wrong in
just the same way. A case first looks for the right result; only where it is not there, the
student's own parts are put together to see whether they give the result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import Any

import torch
from torch import nn

from .calls import unnoted
from .compare import close, expect, same

SEED = 1234
"""Torch's random state where draws are compared, so that parts that draw numbers repeat them."""

Vectors = Callable[[torch.Tensor], Any]
"""A function from ids (B, T) to vectors (B, T, D)."""


def own(env: Mapping[str, Any], name: str, *args: Any) -> Any:
    """What the student's own function or class `name` gives; None if it is missing or fails."""
    try:
        with unnoted():
            return env[name](*args)
    except Exception:
        return None


def outcome(call: Callable[..., Any], *args: Any) -> Any:
    """What a call gives: its result, or the exception that it raises."""
    try:
        return call(*args)
    except NotImplementedError:
        raise
    except Exception as error:
        return error


def alike(one: Any, other: Any, atol: float = 1e-5) -> bool:
    """Whether two outcomes agree: equal tensors, None twice, lists of such, or errors of one type."""
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return close(one, other, atol=atol) or _alike_with_nan(one, other, atol)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(alike(a, b, atol) for a, b in zip(one, other, strict=True))
    if isinstance(one, Exception):
        return type(one) is type(other)
    return one is None and other is None


def seed() -> None:
    """Set torch's random state as `torch.manual_seed` does, which takes a hundred times as long."""
    torch.default_generator.manual_seed(SEED)


class Built:
    """A student's `InputEmbedding`, what is right for its tables, and what its own parts make of them.

    Every parameter is overwritten with seeded numbers, so that no two rows are alike.

    Args:
        env: all names of the student's file.
        sizes: vocabulary, dimension and positions, all different.
        kind: "none", "sinusoidal" or "learned".
        dtype: what the model is converted to, if anything.
        fill: whether the parameters are overwritten.
    """

    def __init__(
        self,
        env: Mapping[str, Any],
        sizes: tuple[int, int, int],
        kind: str,
        dtype: torch.dtype | None = None,
        fill: bool = True,
    ) -> None:
        self._env, self._sizes, self._kind, self._dtype = env, sizes, kind, dtype
        seed()
        self.model = env["InputEmbedding"](*sizes, kind)
        numbers = torch.Generator().manual_seed(SEED)
        with torch.no_grad():
            for parameter in self.model.parameters() if fill else ():
                parameter.copy_(torch.randn(parameter.shape, generator=numbers))
        if dtype is not None:
            self.model.to(dtype)

    def __call__(self, ids: torch.Tensor) -> Any:
        return self.model(ids)

    def demand(self, observe: Callable[[Vectors], Any], of: str = "the result") -> Any:
        """Demand that what `observe` sees of the model is right, or just what the student's own parts give.

        Args:
            observe: takes a function from ids to vectors and gives what is compared.

        Returns:
            what it sees of the model.

        Raises:
            Mismatch: if it is neither.
        """
        state = torch.get_rng_state()
        got, right = observe(self), self.right()
        atol = 1e-5
        if self._dtype is not None and self._dtype.itemsize == 2 and self._kind == "sinusoidal":
            atol = torch.finfo(self._dtype).eps / 2  # the encoding may be rounded before it is added
        expected = None if right is None else observe(right)
        if right is None or not alike(got, expected, atol):
            self.excuse(lambda: self._gives(got, observe, atol, state), got, expected, of)
        return got

    def excuse(self, is_carried: Callable[[], bool], got: Any, expected: Any, of: str) -> None:
        """Complain about `got`, unless the model is no pretence and its own parts give the same."""
        with unnoted():
            is_excused = self.is_plausible() and is_carried()
        if is_excused:
            return
        if isinstance(got, Exception):
            raise got
        if isinstance(expected, torch.Tensor):
            same(got, expected, of=of)
        vocab_size, dim, max_positions = self._sizes
        tables = f"a token table ({vocab_size}, {dim})"
        if self._kind == "learned":
            tables += f" and a position table ({max_positions}, {dim})"
        shapes = [tuple(parameter.shape) for parameter in self.model.parameters()]
        expect(expected is not None, f"the parameters should be {tables}, but their shapes are {shapes}")
        if isinstance(got, list) and isinstance(expected, list):
            missing, allowed = (sum(item is None for item in items) for items in (got, expected))
            expect(missing <= allowed, f"{of}: {missing} parameters get no gradient, but should get one")
            for item, right in zip(got, expected, strict=False):
                if isinstance(right, torch.Tensor) and not alike(item, right):
                    same(item, right, of=of)
        expect(False, f"{of} should be otherwise")

    def is_plausible(self) -> bool:
        """Whether the model's token rows tell ids apart, or fail as a lookup does that tells them apart.

        Else a file whose functions are all blank would be faithful to itself.
        """
        texts = [torch.tensor([[0, 1]]), torch.tensor([[1, 2]])]
        if self._kind != "none":
            try:
                Built(self._env, self._sizes, "none").demand(lambda call: outcome(call, texts[0]))
            except Exception:
                return False
            return True
        one, other = (_seeded(self, ids) for ids in texts)
        if isinstance(one, Exception) and "embedding_lookup" in self._env:
            table = torch.arange(1.0, 13.0).reshape(4, 3)
            one, other = (_seeded(self._env["embedding_lookup"], table, ids[0]) for ids in texts)
        both = isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor)
        return both and one.is_floating_point() and not alike(one, other)

    def compositions(self) -> Iterator[Vectors]:
        """The ways to put token rows and positions together, with the student's own parts and without."""
        lookups = [_pick, self._env.get("embedding_lookup")]
        for table in self._token_tables():
            for lookup in lookups:
                for place in self._places():
                    if lookup is not None:
                        yield partial(_put_together, lookup, table, place)

    def parts_drawn_anew(self) -> Iterator[tuple[Vectors, list[nn.Parameter]]]:
        """Models put together from new parts, right ones and the student's own, with their parameters."""
        vocab_size, dim, max_positions = self._sizes
        lookups = [_pick, self._env.get("embedding_lookup")]
        tables = [
            nn.Parameter(torch.randn(vocab_size, dim)),
            own(self._env, "new_embedding_table", vocab_size, dim),
        ]
        places: list[nn.Module | None] = [nn.Identity()]
        if self._kind == "learned":
            places = [_Added(max_positions, dim), own(self._env, "LearnedPositions", max_positions, dim)]
        if self._kind == "sinusoidal":
            places.append(own(self._env, "SinusoidalPositions", dim))
        for table in tables:
            for lookup in lookups:
                for place in places:
                    if (
                        isinstance(table, torch.Tensor)
                        and lookup is not None
                        and isinstance(place, nn.Module)
                    ):
                        own_table = [table] if isinstance(table, nn.Parameter) else []
                        call = partial(_put_together, lookup, table, partial(_through, place))
                        yield call, [*own_table, *place.parameters()]

    def table(self) -> torch.Tensor | None:
        """The token table (V, D), also if it is kept turned; None unless there is exactly one."""
        return self._find(self._sizes[0], self._loose_parameters())

    def right(self) -> Vectors | None:
        """What is right for the model's tables; None if it has not those that were asked for."""
        rows, places = self.table(), self._find(self._sizes[2], list(self.model.parameters()))
        if rows is None:
            return None
        if self._kind == "none":
            return lambda ids: _pick(rows, ids)
        if self._kind == "learned":
            return None if places is None else lambda ids: _pick(rows, ids) + places[: ids.shape[1]]
        return lambda ids: (_pick(rows, ids).double() + _sinusoid(ids.shape[1], rows.shape[1])).to(rows.dtype)

    def _gives(
        self, got: Any, observe: Callable[[Vectors], Any], atol: float, random_state: torch.Tensor
    ) -> bool:
        for parts in self.compositions():
            torch.set_rng_state(random_state)
            if alike(got, observe(parts), atol):
                return True
        return False

    def _token_tables(self) -> Iterator[torch.Tensor]:
        """Tables of the shape that is asked for, or that the student's own function gives."""
        vocab_size, dim, max_positions = self._sizes
        seed()
        drawn = own(self._env, "new_embedding_table", vocab_size, dim)
        shapes = {(vocab_size, dim), (dim, vocab_size), getattr(drawn, "shape", None)}
        yield from (table for table in self._loose_parameters() if tuple(table.shape) in shapes)
        if isinstance(drawn, torch.Tensor) and not isinstance(drawn, nn.Parameter):
            yield drawn  # no parameter, so the model's cannot be seen: this is the same draw once more
            seed()
            own(self._env, "LearnedPositions", max_positions, dim)
            yield own(self._env, "new_embedding_table", vocab_size, dim)  # had positions been drawn first

    def _places(self) -> Iterator[Callable[[Any, torch.Tensor], Any]]:
        """The ways to add positions to token rows: the student's own and right ones."""
        if self._kind == "none":
            yield lambda x, ids: x
            return
        dim, max_positions = self._sizes[1:]
        modules = self._own_parts_as_asked()
        if self._kind == "sinusoidal":
            module = own(self._env, "SinusoidalPositions", dim)
            if isinstance(module, nn.Module):
                modules.append(module if self._dtype is None else module.to(self._dtype))
            for encoding in (_sinusoid, self._env.get("sinusoidal_encoding")):
                if encoding is not None:
                    yield partial(_plus_encoding, encoding, dim, False)
                    yield partial(_plus_encoding, encoding, dim, True)
        rows = self._find(max_positions, list(self.model.parameters()))
        if self._kind == "learned" and rows is not None:
            yield lambda x, ids: x + _pick(rows, torch.arange(ids.shape[1]))
        for module in modules:
            yield partial(_through, module)

    def _own_parts(self) -> list[nn.Module]:
        kinds = (self._env.get("SinusoidalPositions"), self._env.get("LearnedPositions"))
        classes: tuple[type[nn.Module], ...] = tuple(kind for kind in kinds if isinstance(kind, type))
        modules: Iterator[nn.Module] = self.model.modules()
        return [part for part in modules if isinstance(part, classes)]

    def _own_parts_as_asked(self) -> list[nn.Module]:
        """Those of the model's parts that are of the kind and the size that were asked for."""
        _, dim, max_positions = self._sizes
        learned = self._kind == "learned"
        name = "LearnedPositions" if learned else "SinusoidalPositions"
        model = own(self._env, name, *((max_positions, dim) if learned else (dim,)))
        if not isinstance(model, nn.Module):
            return []
        shapes = [parameter.shape for parameter in model.parameters()]
        kind: type[nn.Module] = self._env[name]
        parts = [part for part in self._own_parts() if isinstance(part, kind)]
        return [part for part in parts if [parameter.shape for parameter in part.parameters()] == shapes]

    def _loose_parameters(self) -> list[nn.Parameter]:
        """The parameters that belong to none of the student's own modules of positions."""
        taken = {id(parameter) for part in self._own_parts() for parameter in part.parameters()}
        return [parameter for parameter in self.model.parameters() if id(parameter) not in taken]

    def _find(self, count: int, among: list[nn.Parameter]) -> torch.Tensor | None:
        dim = self._sizes[1]
        tables = [table for table in among if tuple(table.shape) in ((count, dim), (dim, count))]
        if len(tables) != 1:
            return None
        return tables[0] if tables[0].shape[0] == count else tables[0].T


def _alike_with_nan(one: torch.Tensor, other: torch.Tensor, atol: float) -> bool:
    """Whether two tensors agree, taking nan for equal to nan, as a mean over no tokens gives it."""
    if one.dtype != other.dtype or not one.isnan().any():
        return False
    return close(one.isnan(), other.isnan()) and close(one.nan_to_num(), other.nan_to_num(), atol=atol)


def _seeded(call: Callable[..., Any], *args: Any) -> Any:
    seed()
    return outcome(call, *args)


def _put_together(lookup: Callable, table: torch.Tensor, place: Callable, ids: torch.Tensor) -> Any:
    return place(lookup(table, ids), ids)


def _through(module: nn.Module, x: Any, ids: torch.Tensor) -> Any:
    return module(x)


def _plus_encoding(encoding: Callable, dim: int, by_rows: bool, x: Any, ids: torch.Tensor) -> Any:
    """Token rows plus an encoding as long as the rows found, or as long as the ids given."""
    return (x + encoding(x.shape[1] if by_rows else ids.shape[1], dim)).to(x.dtype)


class _Added(nn.Module):
    """Learned positions, so that a gradient reaches a parameter of their own."""

    def __init__(self, max_positions: int, dim: int) -> None:
        super().__init__()
        self.rows = nn.Parameter(torch.randn(max_positions, dim))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + _pick(self.rows, torch.arange(x.shape[1]))


def _pick(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    rows = dict(enumerate(table.unbind()))
    try:
        picked = [rows[number] for number in ids.flatten().tolist()]
    except KeyError as bad:
        raise IndexError(f"id {bad} is outside a vocabulary of {len(rows)} tokens") from None
    shape = (*ids.shape, table.shape[1])
    return torch.stack(picked).reshape(shape) if picked else table.new_zeros(shape)


@cache
def _sinusoid(length: int, dim: int) -> torch.Tensor:
    """The right encoding, number by number and in float64: (length, dim)."""
    angles = [p / 10000 ** (2 * i / dim) for p in range(length) for i in range(dim // 2)]
    numbers = [wave(angle) for angle in angles for wave in (math.sin, math.cos)]
    return torch.tensor(numbers, dtype=torch.float64).reshape(length, dim)
