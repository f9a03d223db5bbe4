"""Known mistakes of `word_vectors`."""

from autograder.misconceptions import Misconception

ROWS = "rows = torch.tensor(word_vectors.vectors, dtype=torch.float32)"
WORDS = "{word: row for row, word in enumerate(word_vectors.index_to_key)}"
GIVE = "return nn.Embedding.from_pretrained(rows, freeze=not trainable), vocabulary"
UNIT = "unit = F.normalize(table.detach(), dim=-1)"
QUERY = "query = F.normalize(unit[plus].sum(0) - unit[minus].sum(0), dim=-1)"
LIKENESS = "likeness = unit @ query"
ANSWERS = "answers = [row for row in order if row not in {*plus, *minus}]"
GIVE_ANSWERS = "return [(words[row], float(likeness[row])) for row in answers[:count]]"
NEAREST = "return analogy(table, vocabulary, [word], [], count)"


MISCONCEPTIONS = (
    # embedding_from_word_vectors
    Misconception(
        "W1",
        "embedding_from_word_vectors",
        "swaps frozen and trainable",
        "The embedding is frozen when `trainable=True` is given, and learns when it is not. "
        "Torch's function for given vectors asks whether to freeze them, which is the "
        "opposite question. Look at how `trainable` reaches it.",
        (("not trainable", "trainable"),),
    ),
    Misconception(
        "W2",
        "embedding_from_word_vectors",
        "always trainable",
        "The embedding learns even when nobody asked for it. By default, and with "
        "`trainable=False`, the given vectors stay as they are. Look at how `trainable` is "
        "used.",
        (("not trainable", "False"),),
    ),
    Misconception(
        "W30",
        "embedding_from_word_vectors",
        "always frozen",
        "The embedding is frozen even with `trainable=True`. Torch's function for given "
        "vectors freezes them unless it is told otherwise. Look at how `trainable` reaches "
        "it.",
        (("not trainable", "True"),),
    ),
    Misconception(
        id="W3",
        where="embedding_from_word_vectors",
        title="uses names of gensim 3",
        hint="If the error names `vocab`, `index2word` or `index2entity`: these are from gensim 3 and are "
        "gone. In gensim 4 a KeyedVectors has `index_to_key`, the words in the order of the rows, and "
        "`key_to_index`, the row of each word.",
        edits=((WORDS, "{word: entry.index for word, entry in word_vectors.vocab.items()}"),),
    ),
    Misconception(
        "W5",
        "embedding_from_word_vectors",
        "sorts the words",
        "The words were sorted and the rows were not, so most words have another word's "
        "vector. Row i belongs to the word that `word_vectors` lists in place i. Keep its "
        "order.",
        (("enumerate(word_vectors.index_to_key)", "enumerate(sorted(word_vectors.index_to_key))"),),
    ),
    Misconception(
        "W7",
        "embedding_from_word_vectors",
        "shifts the words for a padding token",
        "Every word's row is one too large, and the last one is beyond the table. Some models "
        "keep row 0 for padding, but then the rows move as well. Here row i belongs to the "
        "word in place i. Look at where the counting starts.",
        (("(word_vectors.index_to_key)", "(word_vectors.index_to_key, 1)"),),
    ),
    Misconception(
        id="W10",
        where="embedding_from_word_vectors",
        title="lower-cases the words",
        hint="Words that differ in capitals have become one. Each has a row of its own, and the vocabulary "
        "maps words one-to-one onto rows. Take the words as they are.",
        edits=(("{word: row", "{word.lower(): row"),),
    ),
    Misconception(
        id="W11",
        where="embedding_from_word_vectors",
        title="a float64 table",
        hint="The table is float64. NumPy computes in double precision unless told otherwise, and torch takes"
        " that over. The embedding is float32 whatever the vectors were.",
        edits=(("torch.float32", "torch.float64"),),
    ),
    Misconception(
        id="W31",
        where="embedding_from_word_vectors",
        title="takes over the dtype of the vectors",
        hint="The table has the dtype that the vectors had. They may be float64. The embedding is float32 "
        "whatever the vectors were, so say so when you make the tensor.",
        edits=((", dtype=torch.float32", ""),),
    ),
    Misconception(
        id="W12",
        where="embedding_from_word_vectors",
        title="shares memory with the KeyedVectors",
        hint="Training the embedding changes the caller's word vectors. Some ways to turn an array into a "
        "tensor copy it, others look at the same memory. Take one that copies.",
        edits=((ROWS, "rows = torch.from_numpy(word_vectors.vectors).to(torch.float32)"),),
    ),
    Misconception(
        id="W32",
        where="embedding_from_word_vectors",
        title="gives out the KeyedVectors' own dictionary",
        hint="The vocabulary is the very dictionary that `word_vectors` keeps. Whoever adds a word to it "
        "spoils the word vectors. Give a copy.",
        edits=((WORDS, "word_vectors.key_to_index"),),
    ),
    Misconception(
        id="W13",
        where="embedding_from_word_vectors",
        title="normalises the rows",
        hint="All rows have length 1. The embedding holds the vectors as they are; where only directions "
        "count, the functions that compare words divide by the length themselves.",
        edits=(
            (
                ROWS,
                ROWS.replace("torch.tensor(", "torch.tensor(word_vectors.get_normed_vectors() if True else "),
            ),
        ),
    ),
    Misconception(
        id="W33",
        where="embedding_from_word_vectors",
        title="row 0 as padding",
        hint="Row 0 gets no gradient. A padding index keeps its row from learning, but these vectors have no "
        "padding: row 0 is a word like the others.",
        edits=(("freeze=not trainable", "freeze=not trainable, padding_idx=0"),),
    ),
    Misconception(
        id="W34",
        where="embedding_from_word_vectors",
        title="maps rows to words",
        hint="The dictionary goes from rows to words. The functions that use it have a word and want its row,"
        " so words are the keys. Turn the dictionary round.",
        edits=(("{word: row", "{row: word"),),
    ),
    Misconception(
        id="W35",
        where="embedding_from_word_vectors",
        title="leaves the embedding random",
        hint="The embedding has the right size and random rows. The vectors have to get into its weight, or "
        "it has to be made from them.",
        edits=((GIVE, "return nn.Embedding(*rows.shape), vocabulary"),),
    ),
    Misconception(
        id="W36",
        where="embedding_from_word_vectors",
        title="vocabulary first",
        hint="The two results come in the wrong order: the embedding is first, the vocabulary second.",
        edits=((GIVE, "return vocabulary, nn.Embedding.from_pretrained(rows, freeze=not trainable)"),),
    ),
    Misconception(
        id="W37",
        where="embedding_from_word_vectors",
        title="a tensor instead of an embedding",
        hint="The rows are right, but they come as a plain tensor. An nn.Embedding holds them as its weight, "
        "can be called with ids, and can be trained or frozen.",
        edits=(("nn.Embedding.from_pretrained(rows, freeze=not trainable)", "rows"),),
    ),
    # nearest_words
    Misconception(
        id="W38",
        where="nearest_words",
        title="the word is its own nearest word",
        hint="The word itself is the first of its nearest words. It is always as close to itself "
        "as can be, which tells nothing. Leave it out, and count the answers after that.",
        edits=((NEAREST, "return ([(word, 1.0)] + analogy(table, vocabulary, [word], [], count))[:count]"),),
    ),
    Misconception(
        id="W39",
        where="nearest_words",
        title="one word too few",
        hint="There is one answer less than asked for. The word itself is not an answer and takes none "
        "of the places. Look at what is taken off `count`.",
        edits=(("[], count)", "[], count - 1)"),),
    ),
    Misconception(
        id="W40",
        where="nearest_words",
        title="forgets count",
        hint="There are always five answers, whatever `count` says. The argument has to reach what "
        "makes the list. Follow it through the function.",
        edits=(("[], count)", "[])"),),
    ),
    Misconception(
        id="W8",
        where="nearest_words",
        title="gives an unknown word the last row",
        hint="An unknown word passes quietly, and the answer is about the word in the last row. "
        "The conventions ask for an error that names the word. Look at what happens when a "
        "key is missing.",
        edits=((NEAREST, "word = word if word in vocabulary else list(vocabulary)[-1]\n    " + NEAREST),),
    ),
    Misconception(
        id="W41",
        where="nearest_words",
        title="lower-cases the query",
        hint="A word with capitals is looked up in small letters. Words are taken as they are, so an unknown "
        "spelling is an unknown word.",
        edits=(("[word]", "[word.lower()]"),),
    ),
    Misconception(
        id="W42",
        where="nearest_words",
        title="an empty list for an unknown word",
        hint="An unknown word gives an empty list, as if nothing were near it. The conventions ask "
        "for an error that names the word. Look at what happens when a key is missing.",
        edits=((NEAREST, "if word not in vocabulary:\n        return []\n    " + NEAREST),),
    ),
    Misconception(
        id="W43",
        where="nearest_words",
        title="Euclidean distance",
        hint="The nearest words are those at the smallest distance. Distance also measures how long the "
        "vectors are. The cosine compares directions alone.",
        edits=(
            (
                NEAREST,
                "far = (table.detach() - table.detach()[vocabulary[word]]).norm(dim=-1)\n"
                "    words = {row: name for name, row in vocabulary.items()}\n"
                "    order = [row for row in far.argsort().tolist() if words[row] != word]\n"
                "    return [(words[row], float(far[row])) for row in order[:count]]",
            ),
        ),
    ),
    # analogy
    Misconception(
        "A1",
        "analogy",
        "leaves the query words in",
        "Words of the query are among the answers. The sum stays close to the words it was "
        "made of, so they would nearly always win. Leave all of them out, and count the "
        "answers after that.",
        ((ANSWERS, "answers = order"),),
    ),
    Misconception(
        "A30",
        "analogy",
        "leaves only the positive words out",
        "Words of `negative` are among the answers. Those of `positive` are left out, but "
        "every word of the query has to be. Look at which words you leave out.",
        (("{*plus, *minus}", "plus"),),
    ),
    Misconception(
        "A31",
        "analogy",
        "leaves out as many words as were asked about",
        "The best few answers are dropped, as many as there are words in the query. That "
        "leaves the query out only if its words come first, and they do not always. Leave "
        "words out by name or row, not by place.",
        ((ANSWERS, "answers = order[len(plus) + len(minus) :]"),),
    ),
    Misconception(
        "A32",
        "analogy",
        "counts before it leaves out",
        "There are fewer answers than asked for: the best are counted first, and the words of "
        "the query are taken out of them after that. Look at the order of the two.",
        (("row in order if", "row in order[:count] if"),),
    ),
    Misconception(
        "A3",
        "analogy",
        "sums the rows as they are",
        "In the sum a long vector counts for more than a short one. Frequent words often have "
        "long vectors, whatever they mean. Every word of the query should count equally: look "
        "at what is added up.",
        (
            (
                "unit[plus].sum(0) - unit[minus].sum(0)",
                "table.detach()[plus].sum(0) - table.detach()[minus].sum(0)",
            ),
        ),
    ),
    Misconception(
        "A4",
        "analogy",
        "dot product instead of cosine",
        "Words with long vectors come out too high, and the numbers are not cosines. A dot "
        "product grows with the length of a row. Only its direction should count: look at "
        "what the query is multiplied with.",
        ((LIKENESS, "likeness = table.detach() @ query"),),
    ),
    Misconception(
        "A33",
        "analogy",
        "normalises nothing",
        "Neither the words of the query nor the rows that they are compared with were divided "
        "by their lengths, so long vectors win. Only directions should count. Look for the "
        "place where rows get length 1.",
        ((UNIT, "unit = table.detach()"), (QUERY, "query = unit[plus].sum(0) - unit[minus].sum(0)")),
    ),
    Misconception(
        id="A34",
        where="analogy",
        title="does not normalise the sum",
        hint="The words are right, but the numbers beside them are not cosines: the sum of unit vectors is not"
        " of length 1 itself. A cosine divides by both lengths.",
        edits=((QUERY, "query = unit[plus].sum(0) - unit[minus].sum(0)"),),
    ),
    Misconception(
        id="A35",
        where="analogy",
        title="Euclidean distance",
        hint="The words are those at the smallest distance from the sum. Distance also measures how long the "
        "vectors are. The cosine compares directions alone.",
        edits=((LIKENESS, "likeness = -(table.detach() - query).norm(dim=-1)"),),
    ),
    Misconception(
        id="A36",
        where="analogy",
        title="normalises columns",
        hint="Each column was divided by its length, not each row. A word's vector is a row. Look at the "
        "dimension along which you take the length.",
        edits=((UNIT, "unit = F.normalize(table.detach(), dim=0)"),),
    ),
    Misconception(
        "A6",
        "analogy",
        "swaps the signs",
        "The signs are swapped: words of `positive` are taken away and those of `negative` "
        "added, so the best answers come last. Write down king - man + woman and see which "
        "list each word is in.",
        (("unit[plus].sum(0) - unit[minus].sum(0)", "unit[minus].sum(0) - unit[plus].sum(0)"),),
    ),
    Misconception(
        "A37",
        "analogy",
        "adds the negative words",
        "The words of `negative` are added where they should be taken away, so the answers "
        "are close to them. Write down king - man + woman and look at the signs.",
        ((".sum(0) - unit", ".sum(0) + unit"),),
    ),
    Misconception(
        "A38",
        "analogy",
        "takes no notice of the negative words",
        "The words of `negative` make no difference. They are to be taken away from the sum "
        "of the others. Write down king - man + woman and see what becomes of man.",
        ((".sum(0) - unit[minus].sum(0)", ".sum(0)"),),
    ),
    Misconception(
        "A39",
        "analogy",
        "averages each list by itself",
        "Adding two words and subtracting one gives each word the same weight. Averages of the two lists "
        "give the words of the longer list less. Add and subtract the unit vectors themselves.",
        (
            (
                "unit[plus].sum(0) - unit[minus].sum(0)",
                "unit[plus].mean(0).nan_to_num() - unit[minus].mean(0).nan_to_num()",
            ),
        ),
    ),
    Misconception(
        id="A40",
        where="analogy",
        title="subtracts the mean of the table",
        hint="The table was centred first. That is a method of its own and gives other cosines. Here the rows"
        " are taken as they are.",
        edits=((UNIT, "unit = F.normalize(table.detach() - table.detach().mean(0), dim=-1)"),),
    ),
    Misconception(
        id="A41",
        where="analogy",
        title="worst first",
        hint="The list starts with the least alike words. A high cosine means alike, so it belongs first. "
        "Look at the direction in which you sort.",
        edits=(("descending=True", "descending=False"),),
    ),
    Misconception(
        id="A42",
        where="analogy",
        title="takes the dictionary's order for the rows'",
        hint="Rows are named after the place of a word in the dictionary. The dictionary may list words in "
        "any order. The row of a word is the value stored with it.",
        edits=(("words = {row: word for word, row in vocabulary.items()}", "words = list(vocabulary)"),),
    ),
    Misconception(
        id="A43",
        where="analogy",
        title="skips unknown words",
        hint="Unknown words are dropped from the query, and the answer is about the others. The "
        "conventions ask for an error that names the word. Look for a condition that skips "
        "some words.",
        edits=(
            ("for word in positive]", "for word in positive if word in vocabulary]"),
            ("for word in negative]", "for word in negative if word in vocabulary]"),
        ),
    ),
    Misconception(
        id="A44",
        where="analogy",
        title="an error that does not name the word",
        hint="An unknown word raises the right exception, but its message does not say which word it was. "
        "Look at what you put into the message.",
        edits=(
            (
                "    plus = [",
                "    if {*positive, *negative} - set(vocabulary):\n"
                "        raise KeyError('unknown word')\n    plus = [",
            ),
        ),
    ),
    Misconception(
        id="A45",
        where="analogy",
        title="a ValueError for an unknown word",
        hint="An unknown word is refused, but by the wrong exception. A word is a key of the vocabulary: "
        "callers expect the error for a missing key.",
        edits=(
            (
                "    plus = [",
                "    for word in [*positive, *negative]:\n        if word not in vocabulary:\n"
                "            raise ValueError(word)\n    plus = [",
            ),
        ),
    ),
    Misconception(
        "A46",
        "analogy",
        "gives 5 words for a count of 0",
        "A count of 0 gives five answers instead of an empty list. In Python 0 counts as "
        "false, so `or` puts another number in its place. Look for a place where 0 is taken "
        "for nothing.",
        (("answers[:count]", "answers[: count or 5]"),),
    ),
    Misconception(
        id="A47",
        where="analogy",
        title="fails when count is larger than the words left",
        hint="A count larger than the number of remaining words ends in an error. Then all the "
        "rest is the answer: a slice may reach past the end, torch's choice of the k best may "
        "not. Look at what k may be.",
        edits=((ANSWERS, ANSWERS + "\n    likeness.topk(count + len({*plus, *minus}))"),),
    ),
    Misconception(
        "A48",
        "analogy",
        "gives one word too many",
        "There is one answer more than asked for. Look at where the list is cut, and whether "
        "something is still taken out of it afterwards.",
        (("answers[:count]", "answers[: count + 1]"),),
    ),
    Misconception(
        "A49",
        "analogy",
        "words without cosines",
        "The answers are words alone. Each should be a pair of a word and its cosine, as the "
        "signature says. Look at what goes into the list.",
        ((GIVE_ANSWERS, "return [words[row] for row in answers[:count]]"),),
    ),
    Misconception(
        "A50",
        "analogy",
        "cosines as tensors",
        "The cosines are tensors. A pair should hold a word and a Python number, which can be "
        "printed, sorted and saved. Look at what turns one number of a tensor into a number.",
        (("float(likeness[row])", "likeness[row]"),),
    ),
    Misconception(
        "A51",
        "analogy",
        "cosine before word",
        "The pairs are the wrong way round: the word comes first, then its cosine. Look at what goes into the list.",
        (("(words[row], float(likeness[row]))", "(float(likeness[row]), words[row])"),),
    ),
    Misconception(
        "A52",
        "analogy",
        "rows instead of words",
        "The answers name rows instead of words. The vocabulary leads from words to rows; for "
        "the answers you need the way back.",
        (("(words[row],", "(row,"),),
    ),
    Misconception(
        id="A53",
        where="analogy",
        title="gives 1 - cosine",
        hint="The numbers are distances, 1 minus the cosine. The conventions ask for the cosine itself, which"
        " is 1 for vectors of one direction.",
        edits=(("float(likeness[row])", "1.0 - float(likeness[row])"),),
    ),
    Misconception(
        id="A54",
        where="analogy",
        title="rounds the cosines",
        hint="The cosines are cut to two places. Leave rounding to whoever prints them.",
        edits=(("float(likeness[row])", "round(float(likeness[row]), 2)"),),
    ),
    Misconception(
        id="A55",
        where="analogy",
        title="normalises the caller's table",
        hint="The call changes the table it was given. Dividing in place, with `/=` or a function whose name "
        "ends in an underscore, writes into the caller's tensor. Make a new one.",
        edits=((UNIT, "unit = table.detach().div_(table.detach().norm(dim=-1, keepdim=True))"),),
    ),
    Misconception(
        id="A56",
        where="analogy",
        title="fails on a table that requires gradients",
        hint="A table that learns cannot be turned into a NumPy array as it is. Comparing words needs no "
        "gradients: detach the table first, or stay with torch.",
        edits=((UNIT, "unit = torch.from_numpy(table.numpy())\n    unit = F.normalize(unit, dim=-1)"),),
    ),
    Misconception(
        id="A57",
        where="analogy",
        title="extends the caller's list",
        hint="After the call the caller's list of words is longer. `+=` and `append` write into the list that"
        " was given. Make a new list.",
        edits=((ANSWERS, "positive += negative\n    " + ANSWERS),),
    ),
    Misconception(
        id="A58",
        where="analogy",
        title="multiplies likenesses",
        hint="The likenesses to the single words are multiplied and divided. That method is known as 3CosMul."
        " Here the vectors are added first, and one cosine is taken.",
        edits=(
            (
                LIKENESS,
                "shifted = (unit @ unit.T + 1) / 2\n"
                "    likeness = shifted[:, plus].prod(1) / (shifted[:, minus].prod(1) + 0.001)",
            ),
        ),
    ),
)
