"""Known mistakes of `rotary`."""

from autograder.misconceptions import Misconception

_ANGLES = "angles = torch.arange(length)[:, None] * frequencies  # (T, D/2)"
_SPLIT = "first, second = x[..., ::2], x[..., 1::2]  # (B, T, D/2)"
_TURNED = "turned = [first * cosines - second * sines, first * sines + second * cosines]"
_JOIN = "return torch.stack(turned, dim=-1).flatten(2).to(x.dtype)  # (B, T, D/2, 2) -> (B, T, D)"
_EXPONENT = "base ** (-torch.arange(0, dim, 2) / dim)"
_SCORES = "return rotate_by_position(queries, base) @ rotate_by_position(keys, base).mT"

MISCONCEPTIONS = (
    Misconception(
        id="R1",
        where="rotate_by_position",
        title="pairs column i with column i + D/2",
        hint="Column i is turned together with column i + D/2, as some libraries do it. Here neighbouring columns, "
        "2i and 2i + 1, form a pair. Look at how you cut x into the two parts of its pairs.",
        edits=(
            (_SPLIT, "first, second = x.chunk(2, dim=-1)"),
            (_JOIN, "return torch.cat(turned, dim=-1).to(x.dtype)"),
        ),
    ),
    Misconception(
        id="R2",
        where="rotate_by_position",
        title="turns the other way",
        hint="Every pair is turned by the right angle, but the other way round: by -t * w_i. Turn (1, 0) by hand: "
        "for a small angle its second number becomes positive. Compare the two signs with the formula.",
        edits=((_TURNED, "turned = [first * cosines + second * sines, second * cosines - first * sines]"),),
    ),
    Misconception(
        id="R3",
        where="rotate_by_position",
        title="no minus in the first number",
        hint="The second number of a pair is right, the first is not. A turn of (a, b) holds one minus: without it "
        "rows change their length. Compare the first number with the formula.",
        edits=((_TURNED, "turned = [first * cosines + second * sines, first * sines + second * cosines]"),),
    ),
    Misconception(
        id="R4",
        where="rotate_by_position",
        title="the second number is made from the first one, already turned",
        hint="The first number of a pair is right. The second is made from it as it is after the turn, where the "
        "formula means (a, b) as they were. Keep both old numbers until both new ones are there.",
        edits=(
            (
                _TURNED,
                "turned = [first * cosines - second * sines]\n    turned.append(turned[0] * sines + second * cosines)",
            ),
        ),
    ),
    Misconception(
        id="R5",
        where="rotate_by_position",
        title="every pair turned by the same angle",
        hint="The first pair is right and the others turn too far. Each pair has a frequency of its own, "
        "base ** (-2i / D). Look at which angle the second pair gets.",
        edits=((_ANGLES, "angles = torch.arange(length)[:, None] * frequencies**0"),),
    ),
    Misconception(
        id="R6",
        where="rotate_by_position",
        title="`base` is ignored",
        hint="Whatever base is given, the pairs turn as for 10000. The frequencies are powers of the base. "
        "Follow `base` through the function.",
        edits=((_EXPONENT, _EXPONENT.replace("base", "10000.0")),),
    ),
    Misconception(
        id="R7",
        where="rotate_by_position",
        title="exponent i / D where 2i / D is meant",
        hint="The frequencies fall too slowly: the exponent runs only to one half. Pair i has exponent 2i / D. "
        "Work out which number your range holds for the third pair.",
        edits=((_EXPONENT, "base ** (-torch.arange(dim // 2) / dim)"),),
    ),
    Misconception(
        id="R8",
        where="rotate_by_position",
        title="positions count from 1",
        hint="Position 0 is turned, by as much as position 1 should be. Positions count from 0, and the first "
        "row stays as it is. Look at where your positions begin.",
        edits=((_ANGLES, "angles = torch.arange(1, length + 1)[:, None] * frequencies"),),
    ),
    Misconception(
        id="R9",
        where="rotate_by_position",
        title="counts positions along the batch",
        hint="How far a row is turned depends on which text it is in, not on its place in the text. x is (B, T, "
        "D): positions run along the middle axis. Look at which size and which axis you use.",
        edits=((_ANGLES, "angles = torch.arange(len(x))[:, None, None] * frequencies"),),
    ),
    Misconception(
        id="R10",
        where="rotate_by_position",
        title="adds a sinusoid where it should turn",
        hint="Sines and cosines are added to x. A rotary encoding adds nothing: it turns each pair of numbers, "
        "and so keeps the length of every row. Start from the formula for (a, b).",
        edits=((_TURNED, "turned = [first + sines, second + cosines]"),),
    ),
    Misconception(
        id="R11",
        where="rotate_by_position",
        title="the dtype of x is lost",
        hint="With 16-bit input the result is float32, that of the angles. It has the dtype of x. Convert at the end.",
        edits=((_JOIN, "return torch.stack(turned, dim=-1).flatten(2)"),),
    ),
    Misconception(
        id="R12",
        where="rotate_by_position",
        title="computes the angles in the dtype of x",
        hint="With 16-bit input later positions are wrong. bfloat16 has 8 significant bits: 257 becomes 256, and "
        "an angle of 100 is off by a quarter. Compute angles in float32 and convert the result.",
        edits=((_ANGLES, "angles = torch.arange(length).to(x.dtype)[:, None] * frequencies.to(x.dtype)"),),
    ),
    Misconception(
        id="R13",
        where="rotate_by_position",
        title="accepts an odd D",
        hint="An odd number of columns goes through, or fails with another error. One column would be left "
        "without a partner: refuse it first, with a ValueError that quotes D.",
        edits=(
            ("if dim % 2:", "if dim < 0:"),
            (_SPLIT, "first, second = x[..., 0 : dim - 1 : 2], x[..., 1::2]"),
            (_EXPONENT, "base ** (-torch.arange(0, dim - 1, 2) / dim)"),
        ),
    ),
    Misconception(
        id="R14",
        where="rotate_by_position",
        title="writes into its input",
        hint="After the call the caller's x is turned. Assigning to a part of a tensor writes into it. Make a new "
        "tensor instead.",
        edits=(
            (
                _JOIN,
                "with torch.no_grad():\n        x[..., 0::2], x[..., 1::2] = turned\n    return x.clone()",
            ),
        ),
    ),
    Misconception(
        id="R15",
        where="rotate_by_position",
        title="switches gradients off",
        hint="The values are right but no gradient reaches x, so queries and keys could not learn. The angles need "
        "no gradient, the result does. Look for what cuts it off.",
        edits=((_JOIN, _JOIN.replace(".to(x.dtype)", ".to(x.dtype).detach()")),),
    ),
    Misconception(
        id="R16",
        where="rotate_by_position",
        title="sines first, then cosines of all columns",
        hint="The pairs are turned rightly, but the result holds all first numbers and then all second ones. "
        "A pair stays where it was, in columns 2i and 2i + 1. Look at how you join the two parts.",
        edits=((_JOIN, "return torch.cat(turned, dim=-1).to(x.dtype)"),),
    ),
    Misconception(
        id="R17",
        where="rotate_by_position",
        title="loops over positions",
        hint="The result is right, but the function takes more lines or operations the longer the text is. "
        "Angles of all positions are one product, and so are the turns. Let one operation work on all rows.",
        edits=(
            (
                _JOIN,
                "rows = [torch.stack([part[:, t] for part in turned], dim=-1).flatten(-2) for t in range(length)]\n"
                "    return torch.stack(rows, dim=1).to(x.dtype)",
            ),
        ),
    ),
    Misconception(
        id="R30",
        where="rotary_scores",
        title="turns the queries only",
        hint="Only the queries are turned, so a score depends on where the query stands, not on how far the key is "
        "from it. Turn both.",
        edits=((_SCORES, "return rotate_by_position(queries, base) @ keys.mT"),),
    ),
    Misconception(
        id="R31",
        where="rotary_scores",
        title="turns nothing",
        hint="The scores are those of the rows as they came: positions play no part. Turn queries and keys before "
        "you take their dot products.",
        edits=((_SCORES, "return queries @ keys.mT"),),
    ),
    Misconception(
        id="R32",
        where="rotary_scores",
        title="divides by the square root of D",
        hint="The scores are too small, all by one factor: the square root of D. Attention divides by it later; "
        "here nothing is done to the scores. Take the factor out.",
        edits=((_SCORES, _SCORES + " / queries.shape[-1] ** 0.5"),),
    ),
    Misconception(
        id="R33",
        where="rotary_scores",
        title="keys by queries",
        hint="The scores come out as (B, S, T): a row for each key. Entry (b, t, s) is for query t and key s. Look "
        "at which of the two stands first in the product.",
        edits=((_SCORES, "return rotate_by_position(keys, base) @ rotate_by_position(queries, base).mT"),),
    ),
    Misconception(
        id="R34",
        where="rotary_scores",
        title="turns the keys the other way",
        hint="The scores depend on the sum of the two positions. Queries and keys are turned the same way, so that "
        "what both turns share cancels out. Look at how the keys are turned.",
        edits=(
            (
                _SCORES,
                "signs = torch.tensor([1, -1]).repeat(keys.shape[-1] // 2)\n"
                "    return rotate_by_position(queries, base) @ (rotate_by_position(keys * signs, base) * signs).mT",
            ),
        ),
    ),
    Misconception(
        id="R35",
        where="rotary_scores",
        title="`base` is not handed on",
        hint="Whatever base is given, the scores are those for 10000. Both turns need the base. Follow it "
        "through the function.",
        edits=((_SCORES, "return rotate_by_position(queries) @ rotate_by_position(keys).mT"),),
    ),
    Misconception(
        id="R36",
        where="rotary_scores",
        title="weights in place of scores",
        hint="Every row of the result sums to 1: a softmax was taken. It comes after the scores, in attention; here "
        "the dot products themselves are asked for.",
        edits=(
            (
                _SCORES,
                "return (rotate_by_position(queries, base) @ rotate_by_position(keys, base).mT).softmax(dim=-1)",
            ),
        ),
    ),
    Misconception(
        id="R37",
        where="rotary_scores",
        title="hides later keys",
        hint="Keys that stand behind the query have no score. That is a causal mask, which is not asked for here: "
        "every query meets every key.",
        edits=(
            (
                _SCORES,
                "return (rotate_by_position(queries, base) @ rotate_by_position(keys, base).mT).tril()",
            ),
        ),
    ),
    Misconception(
        id="R38",
        where="rotary_scores",
        title="every text's queries against all texts' keys, summed",
        hint="The scores of a text hold something of the other texts. Queries meet the keys of their own text only. "
        "Look at what becomes of the batch axis in your product.",
        edits=(
            (
                _SCORES,
                "turned = (rotate_by_position(rows, base) for rows in (queries, keys))\n"
                '    return torch.einsum("btd,csd->bts", *turned)',
            ),
        ),
    ),
)
