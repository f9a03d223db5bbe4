"""Known mistakes of `input_embeddings`."""

from autograder.misconceptions import Misconception

_RETURN = "return self.positions(embedding_lookup(self.tokens, ids))"
_TOKENS = "self.tokens = new_embedding_table(vocab_size, dim)"
_BUILD = "self.positions = choices[positions]()"
_ROWS = "rows = embedding_lookup(self.tokens, ids)\n        "
_REFUSE = "raise ValueError(f\"positions must be one of {', '.join(choices)}, not {positions!r}\")"
_LEARNED = '"learned": lambda: LearnedPositions(max_positions, dim),'
_SINUSOIDAL = '"sinusoidal": lambda: SinusoidalPositions(dim),'

MISCONCEPTIONS = (
    Misconception(
        id="I1",
        where="InputEmbedding",
        title="scales the token rows by the square root of D",
        hint="The token rows come out larger than they are. The original Transformer scales them by the "
        "square root of D, GPT-2 does not, and neither do we. Take the factor out.",
        edits=(
            (
                _RETURN,
                "return self.positions(embedding_lookup(self.tokens, ids) * self.tokens.shape[1] ** 0.5)",
            ),
        ),
    ),
    Misconception(
        id="I2",
        where="InputEmbedding",
        title="forgets the positions",
        hint="The positions are missing: both sentences about cat and dog get the same vectors. What the "
        "module of positions gives must be returned.",
        edits=((_RETURN, "return embedding_lookup(self.tokens, ids)"),),
    ),
    Misconception(
        id="I3",
        where="InputEmbedding",
        title='adds positions with "none", too',
        hint='With "none" the result should be the token rows and nothing else. Look at what is built for each kind.',
        edits=(('"none": nn.Identity,', '"none": lambda: SinusoidalPositions(dim + dim % 2),'),),
    ),
    Misconception(
        id="I4",
        where="InputEmbedding",
        title="sinusoidal and learned swapped",
        hint="The two kinds of positions are exchanged. Look at which module belongs to which name.",
        edits=(
            (_SINUSOIDAL, '"learned": lambda: SinusoidalPositions(dim),'),
            (_LEARNED, '"sinusoidal": lambda: LearnedPositions(max_positions, dim),'),
        ),
        gives_nothing="With either name the module is the other one, parameters included.",
    ),
    Misconception(
        id="I5",
        where="InputEmbedding",
        title='the default is not "learned"',
        hint="Without `positions` the module should learn its positions. Look at the default in the signature.",
        edits=(('positions: str = "learned"', 'positions: str = "sinusoidal"'),),
    ),
    Misconception(
        id="I6",
        where="InputEmbedding",
        title="an unknown kind of positions means none",
        hint="An unknown kind is accepted without a word, so that a typing error would train a model "
        "without positions. The conventions name an error for it.",
        edits=((_REFUSE, 'positions = "none"'),),
    ),
    Misconception(
        id="I7",
        where="InputEmbedding",
        title="an unknown kind is a KeyError",
        hint="An unknown kind is refused, but with a different exception from the one in the conventions. Looking "
        "a name up in a dictionary raises a KeyError. Check the name first.",
        edits=((_REFUSE, "raise KeyError(positions)"),),
    ),
    Misconception(
        id="T3",
        where="InputEmbedding",
        title="token ids used as positions",
        hint="The same token gets the same position wherever it stands, so order is still lost. A "
        "position is a place in the text: 0, 1, 2 and so on. Look at what picks the position rows.",
        edits=(
            (
                _RETURN,
                _ROWS + "length = int(ids.max()) + 1 if ids.numel() else 1\n        "
                "return rows + self.positions(rows.new_zeros(1, length, rows.shape[-1]))[0][ids]",
            ),
        ),
    ),
    Misconception(
        id="I8",
        where="InputEmbedding",
        title="takes (T, B) where (B, T) comes",
        hint="Positions run along the batch: each text has one position. The first axis of the ids "
        "counts texts, the second tokens. Look at the axes.",
        edits=((_RETURN, "return self.positions(embedding_lookup(self.tokens, ids.T)).transpose(0, 1)"),),
    ),
    Misconception(
        id="I9",
        where="InputEmbedding",
        title="concatenates tokens and positions",
        hint="The vectors are wider than D. Token and position share the same D numbers: they are added up.",
        edits=(
            (
                _RETURN,
                _ROWS + "return torch.cat([rows, self.positions(torch.zeros_like(rows))], dim=-1)",
            ),
        ),
    ),
    Misconception(
        id="I10",
        where="InputEmbedding",
        title="adds the positions twice",
        hint="The positions come in twice: the module of positions already adds them to what it is "
        "given. Look at what you add to its result.",
        edits=(
            (
                _RETURN,
                _ROWS + "return self.positions(self.positions(rows))",
            ),
        ),
    ),
    Misconception(
        id="I11",
        where="InputEmbedding",
        title="adds the token rows twice",
        hint="The token rows come in twice: the module of positions gives their sum with the positions "
        "already. Look at what you add to its result.",
        edits=(
            (
                _RETURN,
                _ROWS + "return rows + self.positions(rows)",
            ),
        ),
    ),
    Misconception(
        id="I12",
        where="InputEmbedding",
        title="divides the sum by two",
        hint="The result is half of what it should be. Token and position are added, not averaged.",
        edits=((_RETURN, "return self.positions(embedding_lookup(self.tokens, ids)) / 2"),),
    ),
    Misconception(
        id="I13",
        where="InputEmbedding",
        title="normalises every vector",
        hint="All vectors have the same length or mean. Layer norm comes later in a Transformer, if at "
        "all; the input is the bare sum.",
        edits=(
            (
                _RETURN,
                _RETURN.replace("return ", "return F.layer_norm(") + ", self.tokens.shape[1:])",
            ),
        ),
    ),
    Misconception(
        id="I14",
        where="InputEmbedding",
        title="a dropout layer left in",
        hint="Some numbers are 0 and each call gives a different result. Dropout belongs to a model's "
        "training, not to this module.",
        edits=(
            (
                _RETURN,
                _RETURN.replace("return ", "return F.dropout(") + ", 0.1, self.training)",
            ),
        ),
    ),
    Misconception(
        id="I15",
        where="InputEmbedding",
        title="row 0 is padding",
        hint="Id 0 gets a row of zeros. Here 0 is a token like any other. Look for a padding index.",
        edits=((_RETURN, "return self.positions(embedding_lookup(self.tokens, ids) * (ids != 0).unsqueeze(-1))"),),
    ),
    Misconception(
        id="I16",
        where="InputEmbedding",
        title="token rows of standard deviation 1",
        hint="The token rows are fifty times too large, as nn.Embedding draws them, and drown positions "
        "of 0.02. Look at how the table is drawn.",
        edits=((_TOKENS, "self.tokens = new_embedding_table(vocab_size, dim, std=1.0)"),),
    ),
    Misconception(
        id="I17",
        where="InputEmbedding",
        title="token rows from a uniform distribution",
        hint="The token rows are spread evenly, not normally. Look at the function that draws them.",
        edits=((_TOKENS, "self.tokens = nn.Parameter((torch.rand(vocab_size, dim) - 0.5) * 12**0.5 * 0.02)"),),
    ),
    Misconception(
        id="I18",
        where="InputEmbedding",
        title="the token table is frozen",
        hint="No gradient reaches the token table. It starts at random, so it means nothing until it has learned.",
        edits=((_TOKENS, _TOKENS + ".requires_grad_(False)"),),
    ),
    Misconception(
        id="I19",
        where="InputEmbedding",
        title="the token table is no parameter",
        hint="The token table is missing among the parameters, so no optimizer would train it. Keep it "
        "as a parameter of the module.",
        edits=(
            (_TOKENS, _TOKENS.replace("= new", "= [new") + "]"),
            (_RETURN, _RETURN.replace("self.tokens", "self.tokens[0]")),
        ),
        gives_nothing="Without its token table among the parameters no value of it can be asked for.",
    ),
    Misconception(
        id="I20",
        where="InputEmbedding",
        title="looks rows up where gradients are switched off",
        hint="No gradient reaches the token table. Look for what switches gradients off.",
        edits=(
            (
                _RETURN,
                "with torch.no_grad():\n            " + _ROWS + "return self.positions(rows)",
            ),
        ),
    ),
    Misconception(
        id="I21",
        where="InputEmbedding",
        title="a vocabulary of `max_positions` rows",
        hint="The token table has one row per position instead of one per token. Look at the two sizes.",
        edits=((_TOKENS, "self.tokens = new_embedding_table(max_positions, dim)"),),
        gives_nothing="Its token table has no row for most of the tokens.",
    ),
    Misconception(
        id="I22",
        where="InputEmbedding",
        title="a position table of `vocab_size` rows",
        hint="The position table has one row per token of the vocabulary. Look at the two sizes.",
        edits=((_LEARNED, _LEARNED.replace("max_positions", "vocab_size")),),
    ),
    Misconception(
        id="I23",
        where="InputEmbedding",
        title="`max_positions` limits every kind",
        hint="Without learned positions there is no table that could end. Only one of the three kinds "
        "has a limit. Look at where you compare lengths.",
        edits=(
            (_BUILD, _BUILD + "\n        self.limit = max_positions"),
            (
                _RETURN,
                'if ids.shape[1] > self.limit:\n            raise ValueError("too long")\n        ' + _RETURN,
            ),
        ),
    ),
    Misconception(
        id="I24",
        where="InputEmbedding",
        title="cuts texts that are too long",
        hint="A text longer than the table comes back shorter. Dropping tokens silently is worse than an "
        "error. Let the error through.",
        edits=(
            (_BUILD, _BUILD + '\n        self.limit = max_positions if positions == "learned" else None'),
            (_RETURN, _RETURN.replace("ids)", "ids[:, : self.limit])")),
        ),
    ),
    Misconception(
        id="I25",
        where="InputEmbedding",
        title="looks up without a check, so that negative ids wrap round",
        hint="A negative id picks a row from the end of the table. Plain indexing does that without a "
        "word; the conventions ask for an error. Look at what does the lookup.",
        edits=((_RETURN, "return self.positions(self.tokens[ids])"),),
    ),
    Misconception(
        id="I32",
        where="InputEmbedding",
        title="leaves the error about a bad id to torch",
        hint="A bad id is refused, but the message does not hold the id and the size of the vocabulary. "
        "Check the ids before they are looked up.",
        edits=((_RETURN, "return self.positions(F.embedding(ids, self.tokens))"),),
    ),
    Misconception(
        id="I26",
        where="InputEmbedding",
        title="clamps bad ids",
        hint="A bad id is turned into a good one without a word. Whoever passes it must hear so. Let the "
        "error through.",
        edits=((_RETURN, _RETURN.replace("ids)", "ids.clamp(0, len(self.tokens) - 1))")),),
    ),
    Misconception(
        id="I27",
        where="InputEmbedding",
        title="float32 leaks out",
        hint="The result is float32 whatever the module was converted to. A module gives the dtype of "
        "its tables. Look at what converts.",
        edits=((_RETURN, _RETURN + ".float()"),),
    ),
    Misconception(
        id="I28",
        where="InputEmbedding",
        title="changes the ids it was given",
        hint="After the call the caller's ids are changed. Methods that end in an underscore write into "
        "their tensor. Work on a copy.",
        edits=(
            (
                _RETURN,
                "result = " + _RETURN.removeprefix("return ") + "\n        ids.zero_()\n        return result",
            ),
        ),
    ),
    Misconception(
        id="I29",
        where="InputEmbedding",
        title="normalises the token table at every call",
        hint="A call changes the table, and with it every later result. Calling a model must not change "
        "its parameters.",
        edits=(
            (
                _RETURN,
                "table = self.tokens.data\n        table /= table.norm(dim=1, keepdim=True)\n        " + _RETURN,
            ),
        ),
    ),
    Misconception(
        id="I30",
        where="InputEmbedding",
        title="averages over the tokens",
        hint="The result has one vector per text. A bag of words forgets order; every token keeps a "
        "vector of its own here.",
        edits=((_RETURN, _RETURN + ".mean(1)"),),
    ),
    Misconception(
        id="I31",
        where="InputEmbedding",
        title="trains a factor for the positions",
        hint="The module learns more than its tables: a factor was added. Token rows and positions are "
        "added as they are.",
        edits=(
            (_BUILD, _BUILD + "\n        self.factor = nn.Parameter(torch.ones(()))"),
            (
                _RETURN,
                _ROWS + "return rows + self.factor * (self.positions(rows) - rows)",
            ),
        ),
    ),
    Misconception(
        id="I33",
        where="InputEmbedding",
        title="a class that is no module",
        hint="`InputEmbedding(...)` gives something that is no `nn.Module`. Only of a module does torch know how to "
        "call it, convert it and find its parameters. Look at what the class is derived from.",
        edits=(("class InputEmbedding(nn.Module):", "class InputEmbedding:"),),
        gives_nothing="What is no module can be neither called nor filled with rows.",
    ),
)
