"""Known mistakes of `one_hot`."""

from autograder.misconceptions import Misconception

CHECK = "_refuse_bad_ids(ids, vocab_size)"
CATCH = f"try:\n        {CHECK}\n    except IndexError as e:\n        raise "
CODES = "return F.one_hot(ids, vocab_size).to(torch.float32)"
PRODUCT = "return one_hot(ids, table.shape[0]).to(table.dtype) @ table"
NEW_LINEAR = "linear = nn.Linear(vocab_size, dim, bias=False)"
WEIGHT = "linear.weight = nn.Parameter(table.detach().T.clone())"

WIDTH = (
    "The rows are only as long as the largest id of this call needs. Two batches would then get rows of two "
    "lengths. The length is the size of the vocabulary, which the caller gives."
)
NO_PRODUCT = (
    "The rows are right, but they do not come from a matrix product of the one-hot rows and the table. "
    "This question shows what a lookup would cost as a product, so let torch multiply the matrices."
)
ALIAS = (
    "The layer and the table share their numbers: change one, and the other follows. Transposing gives "
    "another view of the same storage, and wrapping it in a parameter copies nothing. Make a copy."
)
NO_GRADIENT = (
    "The rows are right, but no gradient goes back from them to the table. Something cuts the table off: "
    "`detach`, `.data`, `no_grad` or a copy. The table takes part in the product as it is."
)
ORIENTATION = (
    "The layer does not take one-hot rows, V long, to rows of the table, D long: it turns the table round. "
    "nn.Linear multiplies by the transpose of its weight, whose shape is (out, in). Write down the shape "
    "that the weight must have."
)
COST = "Multiply the three sizes out for a small example and compare."

MISCONCEPTIONS = (
    # one_hot
    Misconception("O1", "one_hot", "leaves the width to torch", WIDTH, (("(ids, vocab_size).to", "(ids).to"),)),
    Misconception(
        id="O4",
        where="one_hot",
        title="takes the width from the largest id",
        hint=WIDTH,
        edits=(("F.one_hot(ids, vocab_size)", "F.one_hot(ids, int(ids.max()) + 1)"),),
        same_as="O1",
    ),
    Misconception(
        id="O2",
        where="one_hot",
        title="leaves the rows as int64",
        hint="The rows hold the right numbers as integers. A product with a table of floating-point numbers "
        "needs floating-point rows. Look at the dtype that comes out.",
        edits=((".to(torch.float32)", ""),),
    ),
    Misconception(
        id="O30",
        where="one_hot",
        title="gives bool rows",
        hint="The rows come out as True and False. A product with a table of floating-point numbers needs "
        "floating-point rows. Look at the dtype that comes out.",
        edits=((".to(torch.float32)", ".to(torch.bool)"),),
    ),
    Misconception(
        id="O31",
        where="one_hot",
        title="gives float64 rows",
        hint="The rows hold the right numbers in double precision. NumPy makes float64 unless it is told "
        "otherwise. Look at the dtype that comes out.",
        edits=((".to(torch.float32)", ".to(torch.float64)"),),
    ),
    Misconception(
        id="O11",
        where="one_hot",
        title="lets -1 pick the last row of an identity matrix",
        hint="A negative id gives a row instead of an error: as an index, -1 means the last place. "
        "That hides the mistake that was made before. Check the ids first, from both sides.",
        edits=(
            (CHECK, "_refuse_bad_ids(ids[ids >= 0], vocab_size)"),
            (CODES, "return torch.eye(vocab_size)[ids]"),
        ),
    ),
    Misconception(
        id="O32",
        where="one_hot",
        title="gives bad ids a row of zeros",
        hint="A bad id gives a row of zeros instead of an error. A comparison with all places "
        "finds none and says nothing. Such a row would turn into a zero vector further on. "
        "Check the ids first.",
        edits=((CHECK, ""), (CODES, "return (ids[..., None] == torch.arange(vocab_size)).to(torch.float32)")),
    ),
    Misconception(
        id="O33",
        where="one_hot",
        title="leaves the error to F.one_hot",
        hint="A bad id is refused, but by torch's own error for one-hot rows. It is not an IndexError and "
        "does not say which id was bad. Check the ids yourself before you build the rows.",
        edits=((CHECK, ""),),
    ),
    Misconception(
        id="O34",
        where="one_hot",
        title="a message that quotes nothing",
        hint="The exception is of the right kind, but its message leaves out what the reader needs: which id "
        "was bad, and how large the vocabulary is. Put both numbers into the message.",
        edits=((CHECK, CATCH + "IndexError('bad id') from None"),),
    ),
    Misconception(
        id="O60",
        where="one_hot",
        title="asks `if ids < 0` of a tensor",
        hint="If the error says that the truth value of a tensor is ambiguous: `if ids < 0` asks it of many "
        "numbers at once. Ask whether any of them is negative or too large.",
        edits=((CHECK, "if ids < 0 or ids >= vocab_size:\n        raise IndexError(f'{ids}, {vocab_size}')"),),
        gives_nothing="Every call with several ids ends in an error, and so does every product of such rows.",
    ),
    Misconception(
        id="O13",
        where="one_hot",
        title="soft rows",
        hint="The rows are not exactly 1 and 0. Smoothed rows are used as targets in training, but their "
        "product with a table would mix in all other rows. A one-hot row picks one.",
        edits=((CODES, "return F.one_hot(ids, vocab_size).to(torch.float32) * 0.9 + 0.1 / vocab_size"),),
    ),
    Misconception(
        id="O35",
        where="one_hot",
        title="one column per id",
        hint="The one-hot codes are in columns. Each id has a row of its own: the shape of the ids comes "
        "first, the vocabulary last.",
        edits=((CODES, CODES + ".movedim(-1, 0)"),),
    ),
    Misconception(
        id="O36",
        where="one_hot",
        title="one row for all ids",
        hint="All ids share one row that counts them. Such a bag of words forgets the order. Each id has a "
        "row of its own.",
        edits=((CODES, "return F.one_hot(ids.flatten(), vocab_size).sum(0).to(torch.float32)"),),
    ),
    Misconception(
        id="O37",
        where="one_hot",
        title="flattens the ids",
        hint="The rows are right, but the shape of the ids is lost. A batch (B, T) of ids gives (B, T, V). "
        "Look at what becomes of the shape before and after.",
        edits=((CODES, "return F.one_hot(ids.flatten(), vocab_size).to(torch.float32)"),),
    ),
    Misconception(
        id="O38",
        where="one_hot",
        title="counts ids from 1",
        hint="The 1 is one place too far left. Ids start at 0, so id 0 has its 1 in the first place.",
        edits=((CODES, "return F.one_hot((ids - 1) % vocab_size, vocab_size).to(torch.float32)"),),
    ),
    # one_hot_lookup
    Misconception(
        id="O39",
        where="one_hot_lookup",
        title="looks the rows up",
        hint=NO_PRODUCT,
        edits=((PRODUCT, "return embedding_lookup(table, ids)"),),
    ),
    Misconception(
        id="O40",
        where="one_hot_lookup",
        title="broadcasts a multiplication and sums",
        hint=NO_PRODUCT,
        edits=((PRODUCT, "return (one_hot(ids, table.shape[0]).to(table.dtype)[..., None] * table).sum(-2)"),),
        same_as="O39",
    ),
    Misconception(
        id="O41",
        where="one_hot_lookup",
        title="multiplies by the transposed table",
        hint="The one-hot rows meet the table the wrong way round. In (..., V) @ (V, D) the two V stand next "
        "to each other. Write the shapes down before you transpose.",
        edits=((PRODUCT, PRODUCT + ".T"),),
    ),
    Misconception(
        id="O42",
        where="one_hot_lookup",
        title="always multiplies in float32",
        hint="A table of another dtype cannot be multiplied with float32 rows, or comes out as float32. The "
        "result has the table's dtype, so the one-hot rows must take it on.",
        edits=((PRODUCT, "return one_hot(ids, table.shape[0]) @ table.float()"),),
    ),
    Misconception(
        id="O43",
        where="one_hot_lookup",
        title="does not convert the one-hot rows",
        hint="A product needs the same dtype on both sides. The one-hot rows are float32, the table may be "
        "anything. Bring the rows to the table's dtype.",
        edits=((".to(table.dtype)", ""),),
    ),
    Misconception(
        id="O59",
        where="one_hot_lookup",
        title="multiplies rows of integers",
        hint="torch multiplies no matrix of integers by a table of floating-point numbers. Look at the dtype "
        "of the one-hot rows where they meet the table, and bring them to the table's.",
        edits=((".to(table.dtype)", ".to(torch.int64)"),),
    ),
    Misconception("O44", "one_hot_lookup", "detaches the table", NO_GRADIENT, (("@ table ", "@ table.detach() "),)),
    Misconception(
        id="O45",
        where="one_hot_lookup",
        title="flattens the ids",
        hint="The rows are right, but the shape of the ids is lost. `torch.mm` takes matrices alone, but "
        "other products take leading dimensions along. Whatever shape the ids have, the result has it "
        "too.",
        edits=((PRODUCT, "return torch.mm(one_hot(ids.flatten(), table.shape[0]).to(table.dtype), table)"),),
    ),
    Misconception(
        id="O46",
        where="one_hot_lookup",
        title="takes the vocabulary's size from D",
        hint="The one-hot rows have the wrong length. A table (V, D) has a row for each token, so its first "
        "size is the vocabulary's.",
        edits=(("one_hot(ids, table.shape[0])", "one_hot(ids, table.shape[1])"),),
    ),
    # linear_from_table
    Misconception(
        id="O6",
        where="linear_from_table",
        title="swaps the layer's sizes",
        hint=ORIENTATION,
        edits=(
            (NEW_LINEAR, NEW_LINEAR.replace("vocab_size, dim", "dim, vocab_size")),
            (WEIGHT, WEIGHT.replace(".T", "")),
        ),
    ),
    Misconception(
        id="O7",
        where="linear_from_table",
        title="does not transpose the table",
        hint=ORIENTATION,
        edits=((WEIGHT, WEIGHT.replace(".T", "")),),
        same_as="O6",
    ),
    Misconception(
        id="O8",
        where="linear_from_table",
        title="leaves the bias on",
        hint="The layer adds a bias to every row. nn.Linear has one unless it is told otherwise, and it "
        "starts at random. A lookup adds nothing.",
        edits=((", bias=False", ""),),
    ),
    Misconception(
        id="O47",
        where="linear_from_table",
        title="a bias of zeros",
        hint="The layer has a bias of zeros. It changes nothing now, but training would move it. The layer "
        "should have none.",
        edits=((", bias=False", ""), (WEIGHT, WEIGHT + "\n    nn.init.zeros_(linear.bias)")),
    ),
    Misconception(
        id="O9",
        where="linear_from_table",
        title="shares the table's storage",
        hint=ALIAS,
        edits=((".clone()", ""),),
    ),
    Misconception(
        id="O48",
        where="linear_from_table",
        title="puts a transposed view into weight.data",
        hint=ALIAS,
        edits=((WEIGHT, "linear.weight.data = table.detach().T"),),
        same_as="O9",
    ),
    Misconception(
        id="O49",
        where="linear_from_table",
        title="a frozen layer",
        hint="The layer's weight requires no gradient, so it cannot be trained. A parameter does so unless it"
        " is told otherwise.",
        edits=((WEIGHT, WEIGHT + ".requires_grad_(False)"),),
    ),
    Misconception(
        id="O50",
        where="linear_from_table",
        title="a layer in float32",
        hint="The layer has a different dtype from the table. A new layer is float32, and copying numbers into it"
        " rounds them. Look at how the layer gets its dtype.",
        edits=((".T.clone()", ".T.clone().float()"),),
    ),
    Misconception(
        id="O51",
        where="linear_from_table",
        title="leaves the random weight",
        hint="The layer's weight is still the one it was born with. The numbers of the table have to get into"
        " it, in the shape of the weight.",
        edits=((WEIGHT, ""),),
    ),
    # lookup_cost
    Misconception(
        id="O52",
        where="lookup_cost",
        title="forgets the dimension in the product",
        hint="The multiply-adds of the product are too few by a factor. A product of an n x V and a V x D "
        "matrix sums V terms for each of its n x D numbers. " + COST,
        edits=(("num_ids * vocab_size * dim", "num_ids * vocab_size"),),
    ),
    Misconception(
        id="O53",
        where="lookup_cost",
        title="counts multiplications and additions apart",
        hint="There are twice too many multiply-adds. A multiplication with its addition counts as one. " + COST,
        edits=(("num_ids * vocab_size * dim", "2 * num_ids * vocab_size * dim"),),
    ),
    Misconception(
        id="O54",
        where="lookup_cost",
        title="lets a lookup multiply",
        hint="A lookup is said to multiply, but it copies rows. Copied numbers are counted in bytes, not in "
        "multiply-adds.",
        edits=(('"lookup_multiply_adds": 0', '"lookup_multiply_adds": num_ids * dim'),),
    ),
    Misconception(
        id="O55",
        where="lookup_cost",
        title="counts numbers, not bytes",
        hint="The bytes are too few by a factor of 4. A float32 number takes 32 bits.",
        edits=(("bytes_per_number = 4", "bytes_per_number = 1"),),
    ),
    Misconception(
        id="O56",
        where="lookup_cost",
        title="counts 8 bytes per number",
        hint="There are twice too many bytes. 8 bytes are a float64's or an int64's; these are float32.",
        edits=(("bytes_per_number = 4", "bytes_per_number = 8"),),
    ),
    Misconception(
        id="O57",
        where="lookup_cost",
        title="counts the whole table as copied",
        hint="The bytes of a lookup grow with the vocabulary. A lookup copies only the rows that are asked "
        "for. " + COST,
        edits=(("num_ids * dim * bytes_per_number", "vocab_size * dim * bytes_per_number"),),
    ),
)
