"""Known mistakes of `sinusoidal`."""

from autograder.misconceptions import Misconception

_EXPONENT = "base ** (-torch.arange(0, dim, 2, dtype=torch.float64) / dim)"
_STACK = "torch.stack([angles.sin(), angles.cos()], dim=-1)"
_RESULT = "return pairs.reshape(num_positions, dim).to(torch.float32)"
_ANGLES = "angles = positions[:, None] * _frequencies(dim, base)"
_POSITIONS = "torch.arange(num_positions)"
_ADD = "return (x + encoding).to(x.dtype)"
_SET_UP = "        self.base = base\n"
_FORWARD = "encoding = sinusoidal_encoding(x.shape[1], self.dim, self.base).to(x.device)  # (T, D)"

_TURNS_BACK = (
    "The matrix moves positions back where it should move them on: it is the transpose of the one asked for. "
    "The matrix stands left and the encoding is a column. Write down sin(a + b) and cos(a + b) for one pair "
    "of columns and read the 2 x 2 block off them, row by row."
)


def _halves(exponent: str) -> tuple[tuple[str, str], ...]:
    """Edits to an encoding of sines in the first half of the columns and cosines in the second."""
    frequencies = f"_frequencies(dim, base) ** 0 * base ** ({exponent})"
    return (
        ("* _frequencies(dim, base)", f"* ({frequencies})"),
        (_STACK, "torch.cat([angles.sin(), angles.cos()], dim=-1)"),
    )


MISCONCEPTIONS = (
    Misconception(
        id="S1",
        where="sinusoidal_encoding",
        title="sines in the first half of the columns, cosines in the second",
        hint="The numbers are right but stand in other columns: all sines first, then all cosines. Here a "
        "sine and the cosine of the same angle are neighbours, which lets a 2 x 2 block turn them. "
        "Look at what joins the two.",
        edits=_halves("-torch.arange(0, dim, 2, dtype=torch.float64) / dim"),
    ),
    Misconception(
        id="S2",
        where="sinusoidal_encoding",
        title="halves, and frequencies spread to reach 1/base exactly (tensor2tensor's)",
        hint="This is the layout of another library: halves instead of alternating columns, and "
        "frequencies that end at 1/base. Both differ from the formula in the conventions. Compare "
        "column 1 of row 1 with cos(1), and the last frequency with the formula.",
        edits=_halves("-torch.arange(dim // 2, dtype=torch.float64) / max(1, dim // 2 - 1)"),
    ),
    Misconception(
        id="S40",
        where="_frequencies",
        title="alternating columns with exponent i / (D/2 - 1)",
        hint="The columns alternate as they should, but the last frequency comes out as 1/base exactly. "
        "The exponent is divided by the dimension, so the last one stops a step short of that. Look "
        "at the divisor.",
        edits=((_EXPONENT, "base ** (-torch.arange(dim // 2).double() / max(1, dim // 2 - 1))"),),
    ),
    Misconception(
        id="S4",
        where="_frequencies",
        title="exponent i / D where 2i / D is meant",
        hint="The frequencies fall too slowly: the exponent runs only to one half. Column pair i has "
        "exponent 2i / D. Work out which number your range holds for the third pair.",
        edits=((_EXPONENT, "base ** (-torch.arange(dim // 2, dtype=torch.float64) / dim)"),),
    ),
    Misconception(
        id="S5",
        where="_frequencies",
        title="exponent 4i / D: the range already steps by two and is doubled again",
        hint="The frequencies fall twice as fast as they should. If your range steps by two it already "
        "holds the 2i of the formula. Write down the exponents for D = 8 and compare.",
        edits=((_EXPONENT, "base ** (-2 * torch.arange(0, dim, 2, dtype=torch.float64) / dim)"),),
    ),
    Misconception(
        id="S8",
        where="sinusoidal_encoding",
        title="sines and cosines swapped",
        hint="Row 0 comes out as 1, 0, 1, 0. At position 0 every angle is 0, and the even columns are the "
        "sines. Look at which of the two comes first.",
        edits=((_STACK, "torch.stack([angles.cos(), angles.sin()], dim=-1)"),),
    ),
    Misconception(
        id="S9",
        where="sinusoidal_encoding",
        title="sines in every column",
        hint="Row 0 is all zeros, so no cosine is there. A sine alone cannot be turned into the sine of a "
        "later position; its partner is needed. Look at what fills the odd columns.",
        edits=((_STACK, "torch.stack([angles.sin(), angles.sin()], dim=-1)"),),
    ),
    Misconception(
        id="S10",
        where="_frequencies",
        title="base 1000 whatever `base` says",
        hint="The first pair of columns is right and the later ones turn too fast. The base is the "
        "caller's choice and 10000 if none is given. Count the zeros, and look whether the argument "
        "is used.",
        edits=((_EXPONENT, _EXPONENT.replace("base **", "1000.0 **")),),
    ),
    Misconception(
        id="S41",
        where="_frequencies",
        title="base 10000 written into the formula, so `base` is ignored",
        hint="The result does not change when `base` does. The argument replaces 10000 in the formula. "
        "Look for a number that should be a name.",
        edits=((_EXPONENT, _EXPONENT.replace("base **", "10000.0 **")),),
    ),
    Misconception(
        id="S42",
        where="SinusoidalPositions",
        title="the module forgets `base`",
        hint="The module adds the encoding for base 10000 whatever base it was built with. What the "
        "constructor is given must reach the encoding. Follow `base` from there on.",
        edits=(
            (
                "sinusoidal_encoding(x.shape[1], self.dim, self.base)",
                "sinusoidal_encoding(x.shape[1], self.dim)",
            ),
        ),
    ),
    Misconception(
        id="S12",
        where="_frequencies",
        title="a decimal logarithm with the natural exponential",
        hint="The frequencies fall far too slowly. A power written as exp(exponent * log(base)) needs the "
        "logarithm that belongs to exp. Look at which logarithm you took.",
        edits=(
            (
                _EXPONENT,
                "torch.exp(-torch.arange(0, dim, 2, dtype=torch.float64) / dim"
                " * torch.log10(torch.tensor(base, dtype=torch.float64)))",
            ),
        ),
    ),
    Misconception(
        id="S14",
        where="_frequencies",
        title="multiplies by the wavelength instead of the frequency",
        hint="The later columns turn faster and faster where they should turn slower. The position is "
        "divided by base ** (2i / D), not multiplied by it. Look at the exponent's sign.",
        edits=((_EXPONENT, _EXPONENT.replace("-torch.arange", "torch.arange")),),
    ),
    Misconception(
        id="S15",
        where="sinusoidal_encoding",
        title="positions counted from 1",
        hint="Your row 0 is the right row 1. Positions count from 0, so that the first row is 0, 1, 0, 1, "
        "... Look at where your range of positions begins.",
        edits=((_POSITIONS, "torch.arange(1, num_positions + 1, dtype=torch.float64)"),),
    ),
    Misconception(
        id="S16",
        where="sinusoidal_encoding",
        title="positions counted from 2",
        hint="Your row 0 is the right row 2: some libraries keep rows free for padding. Here positions "
        "count from 0. Look at where your range of positions begins.",
        edits=((_POSITIONS, "torch.arange(2, num_positions + 2, dtype=torch.float64)"),),
    ),
    Misconception(
        id="S18",
        where="sinusoidal_encoding",
        title="a factor 2 pi in the angles",
        hint="The first pair of columns is 0, 1 in every row, so its angle is a whole turn per position. "
        "The formula has no 2 pi: the first angle is the position itself, in radians. Look at the "
        "angles.",
        edits=((_ANGLES, "angles = 2 * torch.pi * positions[:, None] * _frequencies(dim, base)"),),
    ),
    Misconception(
        id="S19",
        where="sinusoidal_encoding",
        title="angles taken as degrees",
        hint="Neighbouring rows hardly differ: the angles are about sixty times too small. torch.sin and "
        "torch.cos take radians, and so does the formula. Leave the angles as they are.",
        edits=((_ANGLES, "angles = torch.deg2rad(positions[:, None] * _frequencies(dim, base))"),),
    ),
    Misconception(
        id="S20",
        where="_frequencies",
        title="`base ** range / D`: the power binds more tightly than the division",
        hint="Numbers overflow or frequencies become tiny. In Python ** comes before /, so the division "
        "happens to the power and not to its exponent. Put the exponent in brackets.",
        edits=((_EXPONENT, "1 / (base ** torch.arange(0, dim, 2, dtype=torch.float64) / dim)"),),
    ),
    Misconception(
        id="S21",
        where="_frequencies",
        title="whole-number division in the exponent makes every frequency 1",
        hint="All pairs of columns are equal, so all frequencies are 1. The exponents 2i / D lie between 0 "
        "and 1, and whole-number division turns them into 0. Look at the division sign.",
        edits=((_EXPONENT, "base ** (-(torch.arange(0, dim, 2, dtype=torch.float64) // dim))"),),
    ),
    Misconception(
        id="S22",
        where="_frequencies",
        title="divides by D - 1",
        hint="The frequencies are close to the right ones and drift away towards the last columns. The "
        "exponent is divided by D itself. Look at the divisor.",
        edits=((_EXPONENT, _EXPONENT.replace("/ dim", "/ (dim - 1)")),),
    ),
    Misconception(
        id="S25",
        where="sinusoidal_encoding",
        title="float64 leaks out",
        hint="The numbers are right but float64, as NumPy and Python compute them. Results without a table "
        "are float32. Compute as precisely as you like and convert at the end.",
        edits=((_RESULT, "return pairs.reshape(num_positions, dim)"),),
    ),
    Misconception(
        id="S26",
        where="sinusoidal_encoding",
        title="transposes before reshaping, which scrambles the rows",
        hint="The right numbers are there, in the wrong places. Reshaping reads numbers in memory order, "
        "so the axis that tells sine from cosine must stand last before two axes become one. Print "
        "the shapes on the way.",
        edits=((_RESULT, "return pairs.transpose(0, 2).reshape(num_positions, dim).to(torch.float32)"),),
    ),
    Misconception(
        id="S33",
        where="sinusoidal_encoding",
        title="stacks sines on cosines and then reshapes",
        hint="The result holds all sines, one after the other, and then all cosines, cut into rows of D. Reshaping "
        "reads numbers in memory order, so the axis that tells sine from cosine must stand last before two axes "
        "become one. Print the shapes on the way.",
        edits=((_RESULT, "return pairs.movedim(2, 0).reshape(num_positions, dim).to(torch.float32)"),),
    ),
    Misconception(
        id="S28",
        where="sinusoidal_encoding",
        title="row 0 set to zeros, as in code with a padding row",
        hint="Row 0 is all zeros; it should be 0, 1, 0, 1, ... Position 0 is a position like any other, "
        "not padding. Look for what overwrites it.",
        edits=((_RESULT, "pairs[:1] = 0\n    " + _RESULT),),
    ),
    Misconception(
        id="S29",
        where="sinusoidal_encoding",
        title="scaled by the square root of D",
        hint="Some numbers are larger than 1, which no sine or cosine is. The paper scales token vectors "
        "by the square root of D, never the encoding. Take the factor out.",
        edits=((_RESULT, "return pairs.reshape(num_positions, dim).mul(dim**0.5).to(torch.float32)"),),
    ),
    Misconception(
        id="S30",
        where="sinusoidal_encoding",
        title="standardised: mean taken away, divided by the deviation",
        hint="The values are shifted and stretched, so row 0 is no longer 0, 1, 0, 1. Standardising makes "
        "every row depend on how many rows there are. The encoding is the bare sines and cosines.",
        edits=(
            (
                _RESULT,
                "pairs = (pairs - pairs.mean()) / (pairs.std() if pairs.numel() > 1 else 1)\n    " + _RESULT,
            ),
        ),
    ),
    Misconception(
        id="S31",
        where="_frequencies",
        title="an odd dim is not refused",
        hint="An odd dimension leaves a sine without its cosine, and the code either stops with an obscure "
        "error or gives a wrong number of columns. Say so at once with the exception that the "
        "conventions name. Check `dim` before you compute.",
        edits=(("if dim % 2:", "if False:"),),
    ),
    Misconception(
        id="S43",
        where="_frequencies",
        title="the error about an odd dim does not say which",
        hint="The right exception is raised, but its message does not hold the dimension. Whoever reads it "
        "should see which number was wrong. Put the value into the message.",
        edits=(("so dim must be even, not {dim}", "so dim must be even"),),
    ),
    Misconception(
        id="S44",
        where="_frequencies",
        title="an odd dim stops with an AssertionError",
        hint="An odd dimension is refused, but with a different exception from the one in the conventions. Callers "
        "catch exceptions by type. Raise the one that stands there.",
        edits=(("raise ValueError(", "raise AssertionError("),),
    ),
    Misconception(
        id="S45",
        where="SinusoidalPositions",
        title="an odd dim is noticed only when the module is called",
        hint="The module can be built with an odd dimension and fails later, at its first call. A mistake "
        "is easiest to find where it was made. Check `dim` in the constructor.",
        edits=(("        _frequencies(dim, base)  # refuse an odd dim now rather than at the first call\n", ""),),
    ),
    Misconception(
        id="S32",
        where="sinusoidal_encoding",
        title="a row short",
        hint="One row is missing, and row 0 is the right row 1. A range that starts at 1 and ends at P "
        "holds P - 1 numbers. Look at where your range of positions begins.",
        edits=(
            (_POSITIONS, "torch.arange(1, num_positions, dtype=torch.float64)"),
            ("reshape(num_positions, dim)", "reshape(-1, dim)"),
        ),
    ),
    Misconception(
        id="S46",
        where="sinusoidal_encoding",
        title="a loop over positions",
        hint="The values are right, but every position runs its own lines of Python. One tensor operation "
        "can work on all positions at once: a column of positions times a row of frequencies "
        "broadcasts to a table.",
        edits=((_ANGLES, "angles = torch.stack([p * _frequencies(dim, base) for p in positions])"),),
    ),
    Misconception(
        id="S47",
        where="sinusoidal_encoding",
        title="computed in 16 bits on the way",
        hint="The first rows are right and later ones drift away. Numbers of 16 bits cannot hold positions "
        "and angles beyond a few hundred exactly. Keep float32 or more until the end.",
        edits=((_ANGLES, "angles = (positions[:, None] * _frequencies(dim, base)).half()"),),
    ),
    Misconception(
        id="S48",
        where="sinusoidal_encoding",
        title="a table of 512 positions, so positions repeat after that",
        hint="Rows from 512 on repeat the first ones. There is no longest text for a sinusoid: every "
        "position has a row. Look for what limits the positions.",
        edits=((_POSITIONS, _POSITIONS + " % 512"),),
    ),
    Misconception(
        id="S50",
        where="shift_matrix",
        title="the rotation turns the wrong way",
        hint=_TURNS_BACK,
        edits=(("= cosines, sines", "= cosines, -sines"), ("= -sines, cosines", "= sines, cosines")),
    ),
    Misconception(
        id="S51",
        where="shift_matrix",
        title="both sines positive, so that it is no rotation",
        hint="The sine of the sum comes out right and the cosine does not. cos(a + b) holds a minus. "
        "Compare the two rows of your 2 x 2 block with the two sums.",
        edits=(("= -sines, cosines", "= sines, cosines"),),
    ),
    Misconception(
        id="S52",
        where="shift_matrix",
        title="blocks for halves, sines and cosines D/2 columns apart",
        hint="The blocks join column i with column i + D/2. In our layout a sine and its cosine are "
        "neighbours, columns 2i and 2i + 1, so the blocks lie along the diagonal. Look at which "
        "columns a block joins.",
        edits=(
            (
                "torch.arange(0, dim, 2), torch.arange(1, dim, 2)",
                "torch.arange(dim // 2), torch.arange(dim // 2, dim)",
            ),
        ),
    ),
    Misconception(
        id="S53",
        where="shift_matrix",
        title="a negative offset is treated as a positive one",
        hint="Going back by k gives what going on by k gives. The cosine forgets the sign of its angle, "
        "the sine must not. Look for what drops the sign of the offset.",
        edits=(("angles = offset *", "angles = abs(offset) *"),),
    ),
    Misconception(
        id="S54",
        where="shift_matrix",
        title="`base` is ignored",
        hint="The matrix fits only the encoding of base 10000. It must turn by the same frequencies as the "
        "encoding that it is used on. Follow `base` through the function.",
        edits=(("_frequencies(dim, base)", "_frequencies(dim, 10000.0)"),),
    ),
    Misconception(
        id="S55",
        where="shift_matrix",
        title="a permutation that moves columns",
        hint="The matrix moves columns of a row, while the offset moves positions. The next position is "
        "reached by turning each pair of columns by its own angle. Start from sin(a + b).",
        edits=(("return matrix.to(torch.float32)", "return torch.eye(dim).roll(offset, 0)"),),
    ),
    Misconception(
        id="S56",
        where="shift_matrix",
        title="every pair turned by the same angle",
        hint="The first pair of columns is right and the others turn too far. Each pair has its own "
        "frequency, so its block turns by its own angle. Look at which angle a block uses.",
        edits=(("angles = offset * _frequencies(dim, base)", "angles = offset * _frequencies(dim, base) ** 0"),),
    ),
    Misconception(
        id="S57",
        where="shift_matrix",
        title="float64 leaks out",
        hint="The numbers are right but float64. Results without a table are float32. Convert at the end.",
        edits=(("matrix.to(torch.float32)", "matrix"),),
    ),
    Misconception(
        id="S58",
        where="shift_matrix",
        title="laid out for rows times matrix",
        hint=_TURNS_BACK,
        edits=(("matrix.to(torch.float32)", "matrix.T.to(torch.float32)"),),
        same_as="S50",
    ),
    Misconception(
        id="P1",
        where="SinusoidalPositions",
        title="a plain tensor kept in the module, which .bfloat16() and .half() do not convert",
        hint="With 16-bit input the result comes out as float32: something that is added to it is "
        "float32 and wins. Only parameters and buffers follow a module's conversions. Register "
        "the encoding, or convert the sum.",
        edits=((_ADD, "return x + encoding"),),
    ),
    Misconception(
        id="P2",
        where="SinusoidalPositions",
        title="the sinusoid kept as a parameter",
        hint="The module has a parameter, so an optimizer would change the sinusoid. It is fixed: a "
        "buffer, or computed afresh. Look at how the module keeps it.",
        edits=((_SET_UP, _SET_UP + "        self.rows = nn.Parameter(sinusoidal_encoding(1, dim, base))\n"),),
    ),
    Misconception(
        id="P3",
        where="SinusoidalPositions",
        title="counts positions along the batch",
        hint="The rows added depend on which text it is, not on the place in the text. The input is (B, T, "
        "D): positions run along the middle axis. Look at which size and which axis you use.",
        edits=((_FORWARD, _FORWARD.replace("x.shape[1]", "x.shape[0]").replace("  # (T, D)", "[:, None]")),),
    ),
    Misconception(
        id="P5",
        where="SinusoidalPositions",
        title="adds in place and so changes its input",
        hint="After the call the caller's tensor is changed. `+=` and methods that end in an underscore "
        "write into the tensor they are called on. Make a new tensor instead.",
        edits=((_ADD, "x += encoding\n        return x"),),
    ),
    Misconception(
        id="P6",
        where="SinusoidalPositions",
        title="gives the encoding alone",
        hint="The result does not depend on the input. The module adds the positions to what it is given. "
        "Look at what you return.",
        edits=((_ADD, "return encoding.expand_as(x).to(x.dtype)"),),
    ),
    Misconception(
        id="P7",
        where="SinusoidalPositions",
        title="multiplies where it should add",
        hint="At position 0 half of the columns become 0, for sines are 0 there. Positions are added to "
        "token vectors. Look at the sign between them.",
        edits=((_ADD, "return (x * encoding).to(x.dtype)"),),
    ),
    Misconception(
        id="P10",
        where="SinusoidalPositions",
        title="concatenates where it should add",
        hint="The result is twice as wide as the input. Token and position share the same D numbers: they "
        "are added up. Look at how you join the two.",
        edits=((_ADD, "return torch.cat([x, encoding.to(x.dtype).expand_as(x)], dim=-1)"),),
    ),
    Misconception(
        id="P11",
        where="SinusoidalPositions",
        title="scales its input by the square root of D",
        hint="The input comes out larger than it went in. The original Transformer scales its token "
        "vectors by the square root of D; this module adds and nothing else. Take the factor out.",
        edits=((_ADD, "return (x * self.dim**0.5 + encoding).to(x.dtype)"),),
    ),
    Misconception(
        id="P13",
        where="SinusoidalPositions",
        title="adds where gradients are switched off",
        hint="The values are right but no gradient reaches the input, so nothing before this module could "
        "learn. The encoding needs no gradient, the sum does. Look for what switches gradients off.",
        edits=((_ADD, "with torch.no_grad():\n            " + _ADD),),
    ),
    Misconception(
        id="P19",
        where="SinusoidalPositions",
        title="computes the sum and drops it",
        hint="The output is the input. `x.add(...)` gives a new tensor and leaves x as it is. Use what it gives.",
        edits=((_ADD, "x.add(encoding)\n        return x"),),
    ),
    Misconception(
        id="P20",
        where="SinusoidalPositions",
        title="a table of 5,000 rows, built once",
        hint="A text of 5,300 tokens fails, and short ones do not. A sinusoid has a row for every "
        "position, so nothing limits the length. Compute what is missing when a longer text "
        "comes.",
        edits=(
            (_SET_UP, _SET_UP + "        self.rows = sinusoidal_encoding(5000, dim, base)\n"),
            (_FORWARD, "encoding = self.rows[: x.shape[1]]"),
        ),
    ),
    Misconception(
        id="P30",
        where="SinusoidalPositions",
        title="a dropout layer left in",
        hint="Some numbers of the result are 0 and the others too large, and each call gives another "
        "result. Dropout belongs to a model's training, not to this module. Take it out.",
        edits=((_ADD, "return F.dropout((x + encoding).to(x.dtype), 0.1, self.training)"),),
    ),
    Misconception(
        id="P31",
        where="SinusoidalPositions",
        title="computes the angles in the input's dtype",
        hint="With 16-bit input later positions are wrong. bfloat16 has 8 significant bits: 257 becomes "
        "256, and an angle of 100 is off by a quarter. Compute in float32 and convert the result.",
        edits=(
            (
                _FORWARD,
                "places = torch.arange(x.shape[1]).to(x.dtype)\n"
                "        angles = places[:, None] * _frequencies(self.dim, self.base).to(x.dtype)\n"
                "        encoding = torch.stack([angles.sin(), angles.cos()], -1).flatten(1)",
            ),
        ),
    ),
    Misconception(
        id="P32",
        where="SinusoidalPositions",
        title="keeps the encoding of the first call's length",
        hint="A second, longer text fails or gets wrong positions, as if the rows of the first call "
        "were kept. A cache must know what it holds and grow when it is too short.",
        edits=(
            (_SET_UP, _SET_UP + "        self.rows = None\n"),
            (
                _FORWARD,
                "if self.rows is None:\n"
                "            self.rows = sinusoidal_encoding(x.shape[1], self.dim, self.base)\n"
                "        encoding = self.rows[: x.shape[1]]",
            ),
        ),
    ),
    Misconception(
        id="P33",
        where="SinusoidalPositions",
        title="grows a persistent buffer when called",
        hint="A call with a longer text changes `state_dict()`, so a saved model depends on what it was "
        "called with. A cache may grow, but it is not part of what is saved. Look at how the buffer is "
        "registered.",
        edits=(
            (_SET_UP, _SET_UP + '        self.register_buffer("rows", sinusoidal_encoding(1, dim, base))\n'),
            (
                _FORWARD,
                "if len(self.rows) < x.shape[1]:\n"
                "            self.rows = sinusoidal_encoding(x.shape[1], self.dim, self.base).to(x.dtype)\n"
                "        encoding = self.rows[: x.shape[1]]",
            ),
        ),
    ),
    Misconception(
        id="P34",
        where="SinusoidalPositions",
        title="adds the encoding of the last position everywhere",
        hint="Every position of a text gets the same row. Row t belongs to position t. Look at which rows "
        "of the encoding are added.",
        edits=((_ADD, "return (x + encoding[-1]).to(x.dtype)"),),
    ),
    Misconception(
        id="P35",
        where="SinusoidalPositions",
        title="a class that is no module",
        hint="`SinusoidalPositions(...)` gives something that is no `nn.Module`. Only of a module does torch know how "
        "to call it, convert it and put it into others. Look at what the class is derived from.",
        edits=(("class SinusoidalPositions(nn.Module):", "class SinusoidalPositions:"),),
    ),
)
