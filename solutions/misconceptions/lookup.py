"""Known mistakes of `lookup`."""

from autograder.misconceptions import Misconception

CHECK = "_refuse_bad_ids(ids, table.shape[0])"
CATCH = f"try:\n        {CHECK}\n    except IndexError as e:\n        raise "
VOCABULARY = "return {token: index for index, token in enumerate(sorted(set(tokens)))}"
ROWS = "return table[ids]"
DRAW = "return nn.Parameter(torch.randn(vocab_size, dim, generator=generator) * std)"

NO_GRADIENT = (
    "No gradient goes back from the rows to the table, so the table would never learn. "
    "Something cuts the rows off on the way: `detach`, `.data`, `no_grad`, or numbers that go "
    "through Python lists. Look at how the rows leave the table."
)
MESSAGE = (
    "The exception is of the right kind, but its message leaves out what the reader needs: "
    "which id was bad, and how large the vocabulary is. Put both numbers into the message."
)

MISCONCEPTIONS = (
    # build_vocabulary
    Misconception(
        id="L30",
        where="build_vocabulary",
        title="numbers tokens in order of appearance",
        hint="The ids follow the order in which the tokens first appear. Two texts with the same words would "
        "then get two vocabularies. Number the tokens in an order that does not depend on the text.",
        edits=(("sorted(set(tokens))", "dict.fromkeys(tokens)"),),
    ),
    Misconception(
        id="L64",
        where="build_vocabulary",
        title="numbers tokens in the order of a set",
        hint="The ids follow the order in which Python happens to keep a set, and for words that differs from one "
        "start of Python to the next. A table that was saved would no longer fit its vocabulary. Number the tokens "
        "in an order that follows from the tokens themselves.",
        # Written so that no other mistake fits beside it: its values would differ in each run.
        edits=((VOCABULARY, "order = {*tokens}\n    return dict(zip(order, range(len(order))))"),),
    ),
    Misconception(
        id="L31",
        where="build_vocabulary",
        title="numbers tokens from 1",
        hint="Every id is one too large. Ids are row numbers of a table, and a table's first row has the "
        "number 0. Look at where the counting starts.",
        edits=(("sorted(set(tokens)))", "sorted(set(tokens)), 1)"),),
    ),
    Misconception(
        id="L32",
        where="build_vocabulary",
        title="counts repeated tokens again",
        hint="The ids have gaps and run beyond V-1. A token that occurs twice takes two numbers. The "
        "vocabulary has one entry for each distinct token.",
        edits=(("sorted(set(tokens))", "sorted(tokens)"),),
    ),
    Misconception(
        id="L33",
        where="build_vocabulary",
        title="lower-cases the tokens",
        hint="Tokens with capitals are missing from the vocabulary. It takes tokens as they are: whoever "
        "wants small letters asks for them when cutting the text into tokens.",
        edits=(("set(tokens)", "{token.lower() for token in tokens}"),),
    ),
    Misconception(
        id="L34",
        where="build_vocabulary",
        title="maps ids to tokens",
        hint="The dictionary goes from ids to tokens. `encode` has a token and wants its id, so tokens are "
        "the keys. Turn the dictionary round.",
        edits=(("{token: index", "{index: token"),),
    ),
    Misconception(
        id="L35",
        where="build_vocabulary",
        title="numbers tokens by frequency",
        hint="The ids follow how often the tokens occur. Many real vocabularies do that, but this one is in "
        "sorted order. Look at what the tokens are sorted by.",
        edits=(("sorted(set(tokens))", "sorted(set(tokens), key=lambda t: (-tokens.count(t), t))"),),
    ),
    Misconception(
        id="L36",
        where="build_vocabulary",
        title="sorts the caller's list",
        hint="After the call the caller's tokens are in another order, so the text is lost. A list has a "
        "method that sorts it in place, and there is a function that gives a new sorted list.",
        edits=(("return {", "tokens.sort()\n    return {"),),
    ),
    # encode
    Misconception(
        id="L37",
        where="encode",
        title="skips unknown tokens",
        hint="Unknown tokens are left out, so the ids are fewer than the tokens and the text that "
        "comes out is not the text that went in. The conventions ask for an error that names "
        "the token. Look for a condition that skips some tokens.",
        edits=(("for token in tokens]", "for token in tokens if token in vocabulary]"),),
    ),
    Misconception(
        id="L38",
        where="encode",
        title="gives unknown tokens the id 0",
        hint="An unknown token gets the id 0, which belongs to another token. Nobody can tell the "
        "two apart afterwards. The conventions ask for an error that names the token: look at "
        "what happens when a key is missing.",
        edits=(("vocabulary[token]", "vocabulary.get(token, 0)"),),
    ),
    Misconception(
        id="L39",
        where="encode",
        title="gives unknown tokens the id -1",
        hint="An unknown token gets the id -1, which is not a row of any table: plain indexing would "
        "take the last one. The conventions ask for an error that names the token: look at "
        "what happens when a key is missing.",
        edits=(("vocabulary[token]", "vocabulary.get(token, -1)"),),
    ),
    Misconception(
        id="L40",
        where="encode",
        title="adds unknown tokens to the vocabulary",
        hint="An unknown token gets a new id, for which the table has no row. The vocabulary stays as "
        "it is, and the token is refused by name.",
        edits=(("vocabulary[token]", "vocabulary.setdefault(token, len(vocabulary))"),),
    ),
    Misconception(
        id="L41",
        where="encode",
        title="leaves the dtype of an empty tensor to torch",
        hint="No tokens give a float tensor. Torch guesses the dtype from the numbers, and here there are "
        "none to guess from. Say which dtype you want.",
        edits=((", dtype=torch.int64", ""),),
    ),
    Misconception(
        id="L42",
        where="encode",
        title="gives int32 ids",
        hint="The numbers are right, the dtype is not. Ids are int64 everywhere in this assignment. Look at "
        "the dtype that you name, or that your array had.",
        edits=(("torch.int64", "torch.int32"),),
    ),
    Misconception(
        id="L43",
        where="encode",
        title="uses a token's place in the dictionary as its id",
        hint="The ids are the places at which the dictionary lists the tokens. A dictionary may list them in "
        "any order. The id is the value stored with the token.",
        edits=(("vocabulary[token]", "list(vocabulary).index(token)"),),
    ),
    Misconception(
        id="L44",
        where="encode",
        title="gives a list",
        hint="The ids come as a Python list. A table is looked up with a tensor of ids. Turn the list into "
        "one, of the dtype that the conventions name.",
        edits=(("torch.tensor([", "list(["), ("tokens], dtype=torch.int64)", "tokens])")),
    ),
    Misconception(
        id="L45",
        where="encode",
        title="gives every id once, sorted",
        hint="The ids have lost the order of the text and its repetitions. A text is a sequence: one id for "
        "each token, one after the other.",
        edits=(("for token in tokens]", "for token in sorted(set(tokens))]"),),
    ),
    # new_embedding_table
    Misconception(
        id="L27",
        where="new_embedding_table",
        title="standard deviation 1",
        hint="The numbers are spread fifty times too wide. A normal draw has standard deviation 1 unless one "
        "makes it smaller. Look at what is done with `std`.",
        edits=((" * std", ""),),
    ),
    Misconception(
        id="L46",
        where="new_embedding_table",
        title="takes std for the variance",
        hint="The spread is the square root of what it should be. `std` is the standard deviation itself, not"
        " the variance. Look at what you multiply by.",
        edits=((" * std", " * std**0.5"),),
    ),
    Misconception(
        id="L47",
        where="new_embedding_table",
        title="draws from a uniform distribution",
        hint="The numbers are spread evenly between two bounds. A normal distribution has most of its numbers"
        " near the mean and a few far out. Look at which function draws them.",
        edits=((DRAW, DRAW.replace("randn", "rand").replace("* std", "* std * 12**0.5 - std * 3**0.5")),),
    ),
    Misconception(
        id="L48",
        where="new_embedding_table",
        title="gives a plain tensor",
        hint="The table is a plain tensor that requires no gradient, so no module would register it and "
        "nothing would train it. Torch has a class for tensors that are to be trained. Look at what you "
        "return.",
        edits=((DRAW, "return torch.randn(vocab_size, dim, generator=generator) * std"),),
    ),
    Misconception(
        id="L62",
        where="new_embedding_table",
        title="scales the parameter, which gives a plain tensor",
        hint="The table carries gradients but is no parameter, so no module would register it. What comes of "
        "computing with a parameter, such as multiplying it, is a plain tensor again. Look at which of your "
        "steps comes last.",
        edits=((DRAW, DRAW.replace(" * std)", ") * std")),),
    ),
    Misconception(
        id="L49",
        where="new_embedding_table",
        title="takes no notice of the generator",
        hint="Two generators with the same seed give different tables. A generator is there so that a run can be "
        "repeated. Pass it on to the function that draws.",
        edits=((", generator=generator", ""),),
    ),
    Misconception(
        id="L50",
        where="new_embedding_table",
        title="sets a fixed seed",
        hint="Without a generator every call gives the same table, as if a seed were set inside. A "
        "function that draws leaves seeding to its caller, and one draw after the other differs.",
        edits=((DRAW, "torch.manual_seed(0)\n    " + DRAW),),
    ),
    Misconception(
        id="L51",
        where="new_embedding_table",
        title="seeds torch's global state from the generator",
        hint="A call with a generator sets torch's global random state. The generator is a source of random "
        "numbers of its own: draw from it, not from the global one.",
        edits=(
            (
                DRAW,
                "if generator is not None:\n        torch.manual_seed(generator.initial_seed())\n    "
                + DRAW.replace(", generator=generator", ""),
            ),
        ),
    ),
    Misconception(
        id="L52",
        where="new_embedding_table",
        title="one column per token",
        hint="The table has its two sizes the wrong way round. Every token has a row, every row has `dim` "
        "numbers. Look at the order in which you give the sizes.",
        edits=(("torch.randn(vocab_size, dim,", "torch.randn(dim, vocab_size,"),),
    ),
    Misconception(
        id="L53",
        where="new_embedding_table",
        title="starts from zeros",
        hint="All numbers are 0, so all tokens are the same and would learn the same. Small random numbers "
        "make the rows differ from the start.",
        edits=((DRAW, "return nn.Parameter(torch.zeros(vocab_size, dim))"),),
    ),
    # embedding_lookup
    Misconception("L1", "embedding_lookup", "detaches the table", NO_GRADIENT, ((ROWS, "return table.detach()[ids]"),)),
    Misconception("L2", "embedding_lookup", "reads table.data", NO_GRADIENT, ((ROWS, "return table.data[ids]"),), "L1"),
    Misconception(
        id="L4",
        where="embedding_lookup",
        title="rebuilds the rows from Python numbers",
        hint=NO_GRADIENT,
        edits=((ROWS, "return torch.tensor(table.tolist(), dtype=table.dtype)[ids]"),),
        same_as="L1",
    ),
    Misconception(
        id="L6",
        where="embedding_lookup",
        title="looks up in a parameter of its own",
        hint="The rows carry gradients, but none reaches the table that was given, as if a copy were "
        "looked up. Training would move the copy and leave the caller's table where it was. Look "
        "the ids up in the table you were given.",
        edits=((ROWS, "return nn.Parameter(table.detach().clone())[ids]"),),
    ),
    Misconception(
        id="L7",
        where="embedding_lookup",
        title="lets negative ids wrap round",
        hint="A negative id gives a row. In Python an index of -1 means the last one, and plain indexing does"
        " the same to a table without a word. Check for negative ids before you look them up.",
        edits=((CHECK, "_refuse_bad_ids(ids[ids >= 0], table.shape[0])"),),
    ),
    Misconception(
        "L8",
        "embedding_lookup",
        "clamps ids",
        "A bad id gives the first or the last row instead of an error, as if it were moved into "
        "the range. A bad id means that a mistake was made before, and a quiet answer hides it. "
        "Refuse it.",
        ((CHECK, "ids = ids.clamp(0, table.shape[0] - 1)"),),
    ),
    Misconception(
        "L9",
        "embedding_lookup",
        "takes ids modulo V",
        "A bad id gives a row instead of an error: id V gives row 0, V + 1 row 1 and so on, "
        "as counting round a clock does. A bad id means that a mistake was made before, and a "
        "quiet answer hides it. Refuse it.",
        ((CHECK, "ids = ids % table.shape[0]"),),
    ),
    Misconception(
        id="L54",
        where="embedding_lookup",
        title="checks the first id alone",
        hint="A bad id is refused when it comes first, and passes when it comes later. The check "
        "has to look at all ids, of whatever shape, before any of them is looked up.",
        edits=((CHECK, "_refuse_bad_ids(ids.flatten()[:1], table.shape[0])\n    ids = ids % table.shape[0]"),),
    ),
    Misconception(
        id="L55",
        where="embedding_lookup",
        title="a message that quotes nothing",
        hint=MESSAGE,
        edits=(
            (
                CHECK,
                CATCH + "IndexError('bad id') from None",
            ),
        ),
    ),
    Misconception(
        id="L56",
        where="embedding_lookup",
        title="leaves the error to F.embedding",
        hint=MESSAGE,
        edits=((CHECK, ""), (ROWS, "return F.embedding(ids, table)")),
        same_as="L55",
    ),
    Misconception(
        id="L57",
        where="embedding_lookup",
        title="raises a ValueError",
        hint="A bad id is refused, but by the wrong exception. An id is an index, and callers look out for "
        "the error that Python raises for a bad index.",
        edits=(
            (
                CHECK,
                CATCH + "ValueError(str(e)) from None",
            ),
        ),
    ),
    Misconception(
        id="L11",
        where="embedding_lookup",
        title="takes the row before",
        hint="Every id gives the row before its own. Ids start at 0, and so do a table's rows. Nothing has to"
        " be added or taken away.",
        edits=((ROWS, "return table[ids - 1]"),),
    ),
    Misconception(
        id="L12",
        where="embedding_lookup",
        title="takes the next row",
        hint="Every id gives the row after its own. Ids start at 0, and so do a table's rows. Nothing has to"
        " be added or taken away.",
        edits=((ROWS, "return table[(ids + 1) % table.shape[0]]"),),
    ),
    Misconception(
        id="L13",
        where="embedding_lookup",
        title="picks columns",
        hint="The ids pick columns of the table. A token's vector is a row: the table is (V, D), and the ids "
        "belong to its first dimension.",
        edits=((ROWS, "return table[:, ids]"),),
    ),
    Misconception(
        id="L58",
        where="embedding_lookup",
        title="looks up in the transposed table",
        hint="The result holds columns of the table where rows should be. A token's vector is a row: the "
        "table is (V, D), and the ids belong to its first dimension.",
        edits=((ROWS, "return table.T[ids]"),),
    ),
    Misconception(
        id="L15",
        where="embedding_lookup",
        title="flattens the ids",
        hint="The rows are right, but the shape of the ids is lost. A batch (B, T) of ids gives (B, T, D). "
        "Whatever shape the ids have, the result has it too, with D at the end.",
        edits=((ROWS, "return table[ids.flatten()]"),),
    ),
    Misconception(
        id="L16",
        where="embedding_lookup",
        title="squeezes the result",
        hint="Dimensions of size 1 have vanished. A batch of one text of one token is still (1, 1), and its "
        "rows are (1, 1, D). Code that works on batches relies on that.",
        edits=((ROWS, "return table[ids].squeeze()"),),
    ),
    Misconception(
        id="L17",
        where="embedding_lookup",
        title="index_select on ids of one dimension only",
        hint="Ids in a plain list give their rows, and ids of other shapes do not. A scalar or a batch"
        " needs more: look at what becomes of the shape before and after.",
        edits=((ROWS, "return torch.index_select(table, 0, ids)"),),
    ),
    Misconception(
        id="L18",
        where="embedding_lookup",
        title="looks every id up once",
        hint="Repeated ids have vanished, and the order is lost. A text may use a token many times, and each "
        "time it gets its row.",
        edits=((ROWS, "return table[ids.unique()]"),),
    ),
    Misconception(
        id="L20",
        where="embedding_lookup",
        title="normalises the caller's table",
        hint="The call changes the table it was given, and the rows come out with length 1. A lookup only "
        "reads. Look for an assignment to the table, or a function whose name ends in an underscore.",
        edits=((ROWS, "table.data /= table.data.norm(dim=1, keepdim=True)\n    return table[ids]"),),
    ),
    Misconception(
        id="L22",
        where="embedding_lookup",
        title="gives half precision",
        hint="The rows have a different dtype from the table. A lookup copies numbers as they are. Look for a "
        "conversion on the way.",
        edits=((ROWS, "return table[ids].half()"),),
    ),
    Misconception(
        id="L59",
        where="embedding_lookup",
        title="gives float32 whatever the table has",
        hint="The rows have a different dtype from the table. A lookup copies numbers as they are. Look for a "
        "conversion on the way, such as `.float()` or an empty tensor that is filled row by row.",
        edits=((ROWS, "return table[ids].float()"),),
    ),
    Misconception(
        id="L23",
        where="embedding_lookup",
        title="scales by the root of the dimension",
        hint="Every number is too large by the root of the dimension. The original Transformer scales its "
        "token vectors so, but a lookup gives the rows as they stand in the table.",
        edits=((ROWS, "return table[ids] * table.shape[1] ** 0.5"),),
    ),
    Misconception(
        id="L24",
        where="embedding_lookup",
        title="averages over the tokens",
        hint="One vector comes out where every token should have its own. Averaging makes a vector for a "
        "whole text, and the order of its tokens is lost. A lookup keeps all rows.",
        edits=((ROWS, "return table[ids].mean(-2)"),),
    ),
    Misconception(
        id="L60",
        where="embedding_lookup",
        title="multiplies one-hot rows with the table",
        hint="The rows are right, but they come from a product: nearly all of its work is multiplying by 0. A"
        " lookup copies the rows that are wanted and multiplies nothing.",
        edits=((ROWS, "return F.one_hot(ids, table.shape[0]).to(table.dtype) @ table"),),
    ),
    Misconception(
        id="L61",
        where="embedding_lookup",
        title="sorts the ids",
        hint="The rows come in the order of the table, not of the text. Each place of the result belongs to "
        "the id at the same place.",
        edits=((ROWS, "return table[ids.sort().values]"),),
    ),
    Misconception(
        id="L63",
        where="embedding_lookup",
        title="asks `if ids < 0` of a tensor",
        hint="If the error says that the truth value of a tensor is ambiguous: `if ids < 0` asks it of many "
        "numbers at once. Ask whether any of them is negative or too large.",
        edits=(
            (
                "_refuse_bad_ids(ids, table.shape[0])",
                "if ids < 0 or ids >= len(table):\n        raise IndexError(f'{ids} is not an id below {len(table)}')",
            ),
        ),
    ),
)
