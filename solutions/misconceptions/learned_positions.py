"""Known mistakes of `learned_positions`."""

from autograder.misconceptions import Misconception

_TABLE = "self.table = nn.Parameter(torch.randn(max_positions, dim) * 0.02)"
_ADD = "return x + self.table[:length]  # (B, T, D) + (T, D)"
_REFUSE = 'raise ValueError(f"{length} positions, but the table has only {rows} rows")'
_COPY = "extended.table[:rows] = learned.table"
_NEW = "extended = LearnedPositions(max_positions, dim).to(learned.table.dtype)"
_SHRINK = 'raise ValueError(f"cannot shrink {rows} positions to {max_positions}")'
_UNIT = "unit = F.normalize(table.double(), dim=-1)"
_MEANS = "means = [likeness.diagonal(offset).mean() for offset in range(table.shape[0])]"
_STACK = "torch.stack(means).to(table.dtype)"

MISCONCEPTIONS = (
    Misconception(
        id="P14",
        where="LearnedPositions",
        title="one row too few",
        hint="The table has one row less than `max_positions`, so a text of full length does not fit. "
        "Positions 0 to max_positions - 1 are `max_positions` of them. Count the rows.",
        edits=((_TABLE, _TABLE.replace("(max_positions,", "(max_positions - 1,")),),
    ),
    Misconception(
        id="T11",
        where="LearnedPositions",
        title="positions from 1, with one row more",
        hint="The table has one row too many, and row 0 is never used. Some models keep a row for padding; "
        "here position 0 uses row 0. Look at the size and at the first row you add.",
        edits=(
            (_TABLE, _TABLE.replace("(max_positions,", "(max_positions + 1,")),
            ("self.table.shape[0]", "self.table.shape[0] - 1"),
            (_ADD, "return x + self.table[1 : length + 1]"),
        ),
    ),
    Misconception(
        id="P15",
        where="LearnedPositions",
        title="clamps positions past the last row",
        hint="A text longer than the table is accepted, and all its late positions share the last row. "
        "There is no vector for them, and the caller must be told. Raise the error that the "
        "conventions name.",
        edits=((_REFUSE, "return x + self.table[torch.arange(length).clamp(max=rows - 1)]"),),
    ),
    Misconception(
        id="P16",
        where="LearnedPositions",
        title="positions past the last row start again at row 0",
        hint="A text longer than the table is accepted, and its late positions look like its first ones. "
        "There is no vector for them, and the caller must be told. Raise the error that the "
        "conventions name.",
        edits=((_REFUSE, "return x + self.table[torch.arange(length) % rows]"),),
    ),
    Misconception(
        id="P17",
        where="LearnedPositions",
        title="cuts a text that is too long",
        hint="A text longer than the table comes back shorter than it went in. Dropping tokens silently is "
        "worse than an error. Raise the one that the conventions name.",
        edits=((_REFUSE, "return x[:, :rows] + self.table"),),
    ),
    Misconception(
        id="P18",
        where="LearnedPositions",
        title="leaves positions past the last row as they are",
        hint="A text longer than the table is accepted, and its late tokens get no position. There is no "
        "vector for them, and the caller must be told. Raise the error that the conventions name.",
        edits=((_REFUSE, "return torch.cat([x[:, :rows] + self.table, x[:, rows:]], 1)"),),
    ),
    Misconception(
        id="P21",
        where="LearnedPositions",
        title="slices and adds without a check: one row is spread over all positions",
        hint="Too long a text ends in torch's own error, and a table of one row fits any text by "
        "broadcasting. Compare the text's length with the number of rows yourself, before you add.",
        edits=(("if length > rows:", "if False:"),),
    ),
    Misconception(
        id="T30",
        where="LearnedPositions",
        title="an IndexError where a ValueError is asked for",
        hint="Too long a text is refused, but with an IndexError, as an nn.Embedding raises it. Here the "
        "length of a text is at fault, not an id. Raise the exception that the conventions name.",
        edits=((_REFUSE, _REFUSE.replace("ValueError", "IndexError")),),
    ),
    Misconception(
        id="T31",
        where="LearnedPositions",
        title="the error does not hold both numbers",
        hint="Too long a text is refused, but the message leaves a number out. It should hold what came "
        "and what was allowed, so that the reader knows what to change.",
        edits=((_REFUSE, 'raise ValueError(f"at most {rows} positions")'),),
    ),
    Misconception(
        id="T32",
        where="LearnedPositions",
        title="refuses a text of exactly `max_positions` positions",
        hint="A text with as many positions as there are rows is refused, though every position has its "
        "row. Look at the comparison.",
        edits=(("if length > rows:", "if length >= rows:"),),
    ),
    Misconception(
        id="T1",
        where="LearnedPositions",
        title="takes a row per text instead of per position",
        hint="All positions of a text get the same row, and different texts different ones. The batch is "
        "the first axis, positions run along the second. Look at which size you count along.",
        edits=((_ADD, "return x + self.table[torch.arange(x.shape[0]) % rows].unsqueeze(1)"),),
    ),
    Misconception(
        id="T33",
        where="LearnedPositions",
        title="measures the length along the batch",
        hint="The number of rows follows the number of texts, not their length. The input is (B, T, D). "
        "Look at which entry of the shape you read.",
        edits=(("x.shape[1], self", "x.shape[0], self"),),
    ),
    Misconception(
        id="T5",
        where="LearnedPositions",
        title="a Python list of parameters",
        hint="The module has no parameters, so no optimizer would ever train its rows. Torch does not "
        "look into Python lists, and a plain tensor is no parameter. Keep one table as an "
        "`nn.Parameter`.",
        edits=(
            (_TABLE, "self.rows = [nn.Parameter(torch.randn(dim) * 0.02) for _ in range(max_positions)]"),
            ("self.table.shape[0]", "len(self.rows)"),
            (_ADD, "return x + torch.stack(self.rows[:length])"),
        ),
    ),
    Misconception(
        id="T6",
        where="LearnedPositions",
        title="a buffer, so never trained",
        hint="The module has no parameters, though what it adds follows `.bfloat16()`, as a buffer "
        "does. No optimizer sees a buffer. What is learned must be a parameter.",
        edits=((_TABLE, 'self.register_buffer("table", torch.randn(max_positions, dim) * 0.02)'),),
    ),
    Misconception(
        id="T7",
        where="LearnedPositions",
        title="draws its rows anew at every call",
        hint="Two calls give two results, as if rows were drawn whenever the module is called. Then "
        "there is nothing to learn. Draw the table once, in the constructor.",
        edits=((_ADD, "return x + self.table[:length] + torch.randn(length, x.shape[2]) * 0.02"),),
    ),
    Misconception(
        id="T10",
        where="LearnedPositions",
        title="one row for all positions",
        hint="Every position gets the same row, so order is still lost. Row t belongs to position t. Look "
        "at which rows are added.",
        edits=((_ADD, "return x + self.table[length - 1]"),),
    ),
    Misconception(
        id="T34",
        where="LearnedPositions",
        title="rows in reverse order",
        hint="The first position gets the last row used. Row t belongs to position t, counted from the "
        "start of the text. Look at the order of the rows.",
        edits=((_ADD, "return x + self.table[:length].flip(0)"),),
    ),
    Misconception(
        id="T35",
        where="LearnedPositions",
        title="takes the last rows of the table",
        hint="Short texts get the rows at the end of the table. Positions count from 0 at the start of the "
        "text, whatever the table's size. Look at which end you slice from.",
        edits=((_ADD, "return x + self.table[rows - length :]"),),
    ),
    Misconception(
        id="T36",
        where="LearnedPositions",
        title="standard deviation 1, as nn.Embedding starts",
        hint="The rows are fifty times too large: a standard deviation of 1 drowns token rows of 0.02. "
        "That is how nn.Embedding starts if you let it. Look at how the table is drawn.",
        edits=((_TABLE, _TABLE.replace(" * 0.02", "")),),
    ),
    Misconception(
        id="T37",
        where="LearnedPositions",
        title="starts from zeros",
        hint="All rows start equal. The conventions ask for small random numbers. Look at how the table is drawn.",
        edits=((_TABLE, "self.table = nn.Parameter(torch.zeros(max_positions, dim))"),),
    ),
    Misconception(
        id="T38",
        where="LearnedPositions",
        title="a uniform distribution",
        hint="The numbers have no tails: they are spread evenly, not normally. Look at the function that draws them.",
        edits=((_TABLE, "self.table = nn.Parameter((torch.rand(max_positions, dim) - 0.5) * 12**0.5 * 0.02)"),),
    ),
    Misconception(
        id="T39",
        where="LearnedPositions",
        title="0.02 taken for the variance",
        hint="The numbers spread seven times too far. The standard deviation is 0.02, and the variance is "
        "its square. Look at the factor.",
        edits=((_TABLE, _TABLE.replace("0.02", "0.02**0.5")),),
    ),
    Misconception(
        id="T40",
        where="LearnedPositions",
        title="seeds torch itself, so that every module starts alike",
        hint="Two modules have the same table, as if a seed were set inside. Who uses your module "
        "chooses the seed. Take it out.",
        edits=((_TABLE, "torch.manual_seed(0)\n        " + _TABLE),),
    ),
    Misconception(
        id="T41",
        where="LearnedPositions",
        title="the table is frozen",
        hint="The table cannot be trained. It starts at random, so it means nothing until it has learned. "
        "Look at requires_grad.",
        edits=((_TABLE, _TABLE[:-1] + ", requires_grad=False)"),),
    ),
    Misconception(
        id="T42",
        where="LearnedPositions",
        title="adds a detached table",
        hint="No gradient reaches the table, so it would never learn. `detach`, `data` and `no_grad` cut "
        "the path back. Use the parameter itself.",
        edits=((_ADD, "return x + self.table.detach()[:length]"),),
    ),
    Misconception(
        id="T43",
        where="LearnedPositions",
        title="adds where gradients are switched off",
        hint="No gradient reaches the input or the table. Look for what switches gradients off.",
        edits=((_ADD, "with torch.no_grad():\n            " + _ADD),),
    ),
    Misconception(
        id="T44",
        where="LearnedPositions",
        title="adds in place and so changes its input",
        hint="After the call the caller's tensor is changed. `+=` writes into the tensor it is used on. "
        "Make a new tensor instead.",
        edits=((_ADD, "x += self.table[:length]\n        return x"),),
    ),
    Misconception(
        id="T45",
        where="LearnedPositions",
        title="gives the rows alone",
        hint="The result does not depend on the input. The module adds positions to what it is given. Look "
        "at what you return.",
        edits=((_ADD, "return self.table[:length].expand_as(x)"),),
    ),
    Misconception(
        id="T46",
        where="LearnedPositions",
        title="multiplies where it should add",
        hint="Inputs of 0 stay 0. Positions are added to token vectors. Look at the sign between them.",
        edits=((_ADD, "return x * self.table[:length]"),),
    ),
    Misconception(
        id="T47",
        where="LearnedPositions",
        title="scales its input by the square root of D",
        hint="The input comes out larger than it went in. This module adds and nothing else. Take the factor out.",
        edits=((_ADD, "return x * x.shape[2] ** 0.5 + self.table[:length]"),),
    ),
    Misconception(
        id="T48",
        where="LearnedPositions",
        title="a second parameter that scales the rows",
        hint="The module has more than its table. One parameter is asked for, the rows. Take the other out.",
        edits=(
            (_TABLE, _TABLE + "\n        self.scale = nn.Parameter(torch.ones(()))"),
            (_ADD, "return x + self.scale * self.table[:length]"),
        ),
    ),
    Misconception(
        id="T49",
        where="LearnedPositions",
        title="float32 leaks out",
        hint="The result is float32 whatever the module and its input are. A module gives the dtype it is "
        "given. Look at what converts.",
        edits=((_ADD, "return x.float() + self.table[:length].float()"),),
    ),
    Misconception(
        id="T8",
        where="LearnedPositions",
        title="a table per text of the batch",
        hint="The module has a table for every place in the batch. A position means the same in every "
        "text, so one table serves all. Look at the table's shape.",
        edits=(
            (_TABLE, "self.table = nn.Parameter(torch.randn(max_positions, 16, dim) * 0.02)"),
            (_ADD, "return x + self.table[:length, : x.shape[0]].transpose(0, 1)"),
        ),
    ),
    Misconception(
        id="T15",
        where="extend_positions",
        title="draws the old rows anew",
        hint="The old rows are gone: the new module starts from random numbers alone. What was learned "
        "must stay. Copy the old rows into the new table.",
        edits=((_COPY, "pass"),),
    ),
    Misconception(
        id="T17",
        where="extend_positions",
        title="stretches the old rows by interpolation",
        hint="The old rows were stretched over the new positions, so row t no longer is what position t "
        "learned. Keep them as they are and put fresh rows behind.",
        edits=(
            (
                _COPY,
                "extended.table[:] = F.interpolate(\n"
                "            learned.table.T[None], size=max_positions, mode='linear', align_corners=True\n"
                "        )[0].T",
            ),
        ),
    ),
    Misconception(
        id="T50",
        where="extend_positions",
        title="puts the old rows at the end",
        hint="The old rows come after the new ones. Position 0 of the new module is position 0 of the "
        "old one. Look at where the rows are copied to.",
        edits=((_COPY, "extended.table[max_positions - rows :] = learned.table"),),
    ),
    Misconception(
        id="T51",
        where="extend_positions",
        title="the new rows are zeros",
        hint="The new rows are all zero. They should be drawn like a new table. Look at what stands "
        "behind the old rows.",
        edits=((_COPY, _COPY + "\n        extended.table[rows:] = 0"),),
    ),
    Misconception(
        id="T52",
        where="extend_positions",
        title="the new rows repeat the last old row",
        hint="The new rows are all alike. They should be drawn like a new table. Look at what stands "
        "behind the old rows.",
        edits=((_COPY, _COPY + "\n        extended.table[rows:] = learned.table[-1]"),),
    ),
    Misconception(
        id="T53",
        where="extend_positions",
        title="the new rows repeat the old ones from the start",
        hint="The new rows are copies of old ones, so two positions look the same. They are to be drawn as "
        "a new table is. Look at what comes after the old rows.",
        edits=((_COPY, "extended.table[:] = learned.table[torch.arange(max_positions) % rows]"),),
    ),
    Misconception(
        id="T54",
        where="extend_positions",
        title="the new rows have standard deviation 1",
        hint="The new rows are fifty times larger than a table's first rows. Draw them as LearnedPositions "
        "draws its own.",
        edits=((_COPY, _COPY + "\n        extended.table[rows:] = torch.randn(max_positions - rows, dim)"),),
    ),
    Misconception(
        id="T55",
        where="extend_positions",
        title="gives the same module back at the same size",
        hint="At the same size the caller gets the module that it put in, so training one trains the "
        "other. An independent copy is asked for, always.",
        edits=(
            (
                "if max_positions < rows:",
                "if max_positions == rows:\n        return learned\n    if max_positions < rows:",
            ),
        ),
    ),
    Misconception(
        id="T56",
        where="extend_positions",
        title="extends the caller's module in place",
        hint="The module that was passed in has grown. It is the caller's and stays as it was. Build a new module.",
        edits=(
            (
                "return extended",
                "learned.table = nn.Parameter(extended.table.detach().clone())\n    return extended",
            ),
        ),
    ),
    Misconception(
        id="T57",
        where="extend_positions",
        title="accepts a smaller size and drops rows",
        hint="Shrinking throws away learned rows without a word. The conventions name an error for it. "
        "Compare the two sizes first.",
        edits=((_SHRINK, "rows = max_positions"), (_COPY, "extended.table[:rows] = learned.table[:rows]")),
    ),
    Misconception(
        id="T58",
        where="extend_positions",
        title="refuses the same size",
        hint="The same size is refused. That is not shrinking: it gives an independent copy. Look at the comparison.",
        edits=(("if max_positions < rows:", "if max_positions <= rows:"),),
    ),
    Misconception(
        id="T59",
        where="extend_positions",
        title="the new module is float32 whatever the old one is",
        hint="The new table is float32, although the old one is not, so a converted model no longer fits "
        "together. Give the new module the old table's dtype.",
        edits=((_NEW, _NEW.replace(".to(learned.table.dtype)", "")),),
    ),
    Misconception(
        id="T60",
        where="extend_positions",
        title="the new table is frozen",
        hint="The new table cannot be trained, though its new rows know nothing yet. Look at requires_grad.",
        edits=(("return extended", "extended.table.requires_grad_(False)\n    return extended"),),
    ),
    Misconception(
        id="T61",
        where="extend_positions",
        title="adds `max_positions` rows instead of ending with that many",
        hint="The new table is too long. `max_positions` is the new number of rows, not how many come on "
        "top. Look at the size of the new module.",
        edits=((_NEW, _NEW.replace("(max_positions, dim)", "(rows + max_positions, dim)")),),
    ),
    Misconception(
        id="T62",
        where="similarity_by_offset",
        title="dot products of rows that were not normalised",
        hint="Entry 0 is not 1, so the rows' lengths play a part. A cosine divides by both lengths. Look "
        "at what happens before the product.",
        edits=((_UNIT, "unit = table.double()"),),
    ),
    Misconception(
        id="T63",
        where="similarity_by_offset",
        title="normalises columns instead of rows",
        hint="Entry 0 is not 1. Each row is a position's vector and has a length of its own. Look at the "
        "axis along which you normalise.",
        edits=((_UNIT, _UNIT.replace("dim=-1", "dim=0")),),
    ),
    Misconception(
        id="T64",
        where="similarity_by_offset",
        title="divides every sum by P",
        hint="The entries shrink towards the end. At offset k there are only P - k pairs, and a mean "
        "divides by their number. Look at the divisor.",
        edits=((_MEANS, _MEANS.replace(".mean()", ".sum() / table.shape[0]")),),
    ),
    Misconception(
        id="T65",
        where="similarity_by_offset",
        title="compares with row 0 alone",
        hint="Only the first row was compared with the others. Entry k is a mean over all pairs k apart. "
        "Look at which pairs go into it.",
        edits=((_MEANS, "means = list(likeness[0])"),),
    ),
    Misconception(
        id="T66",
        where="similarity_by_offset",
        title="pairs wrap round past the end of the table",
        hint="The last rows were paired with the first ones. Positions do not form a ring: offset k has P "
        "- k pairs. Look at what happens to the last rows.",
        edits=((_MEANS, "means = [(unit * unit.roll(-k, 0)).sum(1).mean() for k in range(table.shape[0])]"),),
    ),
    Misconception(
        id="T67",
        where="similarity_by_offset",
        title="starts at offset 1",
        hint="Entry 0 is not 1. Offset 0 compares every row with itself and belongs to the result. Look at "
        "where the offsets begin.",
        edits=((_MEANS, _MEANS.replace("range(table.shape[0])", "range(1, table.shape[0])")),),
    ),
    Misconception(
        id="T68",
        where="similarity_by_offset",
        title="compares columns instead of rows",
        hint="The result has as many entries as the table has columns. Positions are rows. Look at which "
        "side is transposed.",
        edits=(
            ("table.double(), dim=-1)", "table.double(), dim=0).T"),
            ("range(table.shape[0])", "range(table.shape[1])"),
        ),
    ),
    Misconception(
        id="T69",
        where="similarity_by_offset",
        title="the mean of absolute values",
        hint="No entry is negative. Rows that point apart have a negative cosine, and the sign counts. "
        "Look for what drops it.",
        edits=((_MEANS, _MEANS.replace("diagonal(offset)", "diagonal(offset).abs()")),),
    ),
    Misconception(
        id="T70",
        where="similarity_by_offset",
        title="float32 whatever the table is",
        hint="The numbers are right, but the result does not have the table's dtype. Convert at the end.",
        edits=((_STACK, "torch.stack(means).float()"),),
    ),
    Misconception(
        id="T71",
        where="similarity_by_offset",
        title="cosine of mean rows",
        hint="Rows were averaged before they were compared. The cosine of two means is not the mean of the "
        "cosines. Compare pair by pair, then average.",
        edits=(
            (
                _MEANS,
                "count = table.shape[0]\n"
                "    means = [\n"
                "        F.cosine_similarity(table[: count - k].mean(0), table[k:].mean(0), dim=0)\n"
                "        for k in range(count)\n"
                "    ]",
            ),
        ),
    ),
    Misconception(
        id="T72",
        where="similarity_by_offset",
        title="normalises the caller's table in place",
        hint="After the call the table is changed. It is the caller's. Work on a copy.",
        edits=((_UNIT, "table /= table.norm(dim=1, keepdim=True)\n    " + _UNIT),),
    ),
    Misconception(
        id="T73",
        where="LearnedPositions",
        title="a plain tensor, so never trained",
        hint="The module has no parameters, so no optimizer would ever train its rows. Torch does not "
        "look into Python lists, and a plain tensor is no parameter. Keep one table as an "
        "`nn.Parameter`.",
        edits=((_TABLE, "self.table = torch.randn(max_positions, dim) * 0.02"),),
        same_as="T5",
    ),
    Misconception(
        id="T74",
        where="LearnedPositions",
        title="a class that is no module",
        hint="`LearnedPositions(...)` gives something that is no `nn.Module`. Only of a module does torch know how to "
        "call it, convert it and find its parameters. Look at what the class is derived from.",
        edits=(("class LearnedPositions(nn.Module):", "class LearnedPositions:"),),
        gives_nothing="What is no module can be neither called nor filled with rows.",
    ),
    Misconception(
        id="T75",
        where="extend_positions",
        title="writes into a parameter where gradients are noted",
        hint="If the error speaks of a leaf Variable in an in-place operation: torch refuses to change a parameter "
        "while it notes what gradients come from. Copying old rows is not part of that: do it under `torch.no_grad()`.",
        edits=(("with torch.no_grad():", "if True:"),),
    ),
)
