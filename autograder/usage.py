"""How a command is typed: its help, and what wrong usage is told to type instead."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from .errors import GraderError
from .io.program import NAME, program, typed

GOOD, SOME_ARE_LEFT, WRONG_USAGE = 0, 1, 2
"""Exit statuses."""


_BELONGS_TO = {
    "anonymous": ("--anonymous", ("--write",)),
    "marked_too": ("--all", ("--write",)),
    "replace_marks": ("--replace", ("--read",)),
    "question": ("--question", ("--write", "the page")),
}
"""With which of the ways to mark these options go."""


class Command(click.Command):
    """A command whose usage errors end with a line to type, and whose result is the exit status."""

    def __init__(self, *arguments: Any, example: str = "", **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.example = example

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        try:
            return super().make_context(*arguments, **options)
        except click.UsageError as error:
            text = f"{error.format_message()}\nType, for example: {self.example.replace(NAME, program(), 1)}"
            raise click.UsageError(text, error.ctx) from None

    def invoke(self, ctx: click.Context) -> None:
        try:
            status = super().invoke(ctx)
        except GraderError as error:
            from .io.text import escape_control

            click.echo(f"Error: {escape_control(str(error))}", err=True)
            status = WRONG_USAGE
        sys.exit(status)


class Commands(click.Group):
    """A list of commands in which each one's sentence is whole, over as many lines as it needs."""

    command_class = Command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, command.get_short_help_str(sys.maxsize)) for name, command in sorted(self.commands.items())]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


class PlatformName(click.ParamType):
    """The name of a platform in one of the registry's tables, which is imported only when needed."""

    name = "platform"

    def __init__(self, table: str) -> None:
        self.table = table

    @property
    def names(self) -> str:
        return ", ".join(self._names())

    def _names(self) -> tuple[str, ...]:
        from .course.platforms import all_platforms

        return tuple(getattr(all_platforms, self.table))

    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return f"One of {self.names}."

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return value if value in self._names() else self.fail(f"{value!r} is not one of {self.names}.", param, ctx)


class PlatformOption(click.Option):
    """An option whose help ends with the names of the platforms."""

    type: PlatformName

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        return record and (record[0], f"{record[1]}  One of {self.type.names}.")


# Marking, whose options do not all go together -----------------------------------------------------------------------


def check_marking(
    out: Path, exported: Path | None, name: str, *, sheet: Path | None, files: Sequence[Path], **others: Any
) -> None:
    """Refuse options of `mark` that do not go together; `others`: what says more on one of the ways to mark."""
    if sum(map(bool, (sheet, files, exported))) > 1:
        raise _wrong("Use one of --write, --read and --export.", f"mark {typed(out)} --write sheet.csv")
    way = "--write" if sheet else "--read" if files else "--export" if exported else "the page"
    for value, (option, ways) in _BELONGS_TO.items():
        if others.get(value) and way not in ways:
            raise _wrong(f"{option} goes with {' and '.join(ways)}, not with {way}.", f"mark {typed(out)}")
    proposals = [file for file in files if is_proposals(file)]
    if proposals and (not name or len(proposals) < len(files)):
        raise _wrong(
            "Proposals are read by themselves, and --as says whose they are.",
            f"mark {typed(out)} --read answers.jsonl --as model-x",
        )
    if name and not proposals:
        called = shlex.quote(name)
        raise _wrong(
            "--as says whose proposals are read, and comes with --read.",
            f"mark {typed(out)} --read answers.jsonl --as {called}\n"
            f"--markers says who marks on the page: {program()} mark {typed(out)} --markers {called}",
        )


def check_sheets(out: Path, sheet: Path | None, files: Sequence[Path]) -> None:
    """Refuse `marks` that neither writes nor reads, or does both."""
    if bool(sheet) == bool(files):
        raise _wrong(
            f"Use either --write or --read; `{program()} mark {typed(out)}` marks in the browser.",
            f"mark {typed(out)} --write sheet.csv",
        )


def is_proposals(file: Path) -> bool:
    return file.suffix == ".jsonl"


@contextmanager
def wrong_usage(example: str) -> Iterator[None]:
    """What is refused in the block is wrong usage; the example is what to type after the program's name."""
    try:
        yield
    except GraderError as error:
        raise _wrong(str(error), example) from None


def _wrong(text: str, example: str) -> click.UsageError:
    return click.UsageError(f"{text}\nType, for example: {program()} {example}")
