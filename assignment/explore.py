# %% [markdown]
# # Explore: your own functions on real data
#
# You have written functions; here you see what they can do. Nothing on these pages is handed in or graded.
# Before you run a cell, say what you expect. Afterwards change a word or a number, and run it again.
#
# | section | needs these functions of yours |
# |---|---|
# {% if defined.lookup_cost %}
# | 1. What a lookup saves | `lookup_cost` |
# {% endif %}
# {% if defined.encode and defined.embedding_lookup %}
# | 2. Near and far | `encode`, `embedding_lookup` |
# {% endif %}
# {% if defined.nearest_words %}
# | 3. The nearest words | `nearest_words` |
# {% endif %}
# {% if defined.analogy and defined.encode and defined.embedding_lookup %}
# | 4. Analogies | `analogy`, `encode`, `embedding_lookup` |
# {% endif %}
# {% if defined.encode and defined.embedding_lookup %}
# | 5. A map of words | `encode`, `embedding_lookup` |
# {% endif %}
# {% if defined.build_vocabulary and defined.encode and defined.new_embedding_table and defined.embedding_lookup and defined.train_embeddings %}
# | 6. Learned or pre-learned? | `build_vocabulary`, `encode`, `new_embedding_table`, `embedding_lookup`, `train_embeddings` |
# {% endif %}
# {% if defined.new_embedding_table and defined.embedding_lookup %}
# | 7. Which rows move? | `new_embedding_table`, `embedding_lookup` |
# {% endif %}
# {% if defined.build_vocabulary and defined.encode and defined.InputEmbedding %}
# | 8. Order lost and found | `build_vocabulary`, `encode`, `InputEmbedding` |
# | 9. Who bites whom? | `build_vocabulary`, `encode`, `InputEmbedding` |
# {% endif %}
# {% if defined.sinusoidal_encoding %}
# | 10. The sinusoid as a picture | `sinusoidal_encoding` |
# {% endif %}
# {% if defined.new_embedding_table and defined.sinusoidal_encoding %}
# | 11. Positions that drown tokens | `new_embedding_table`, `sinusoidal_encoding` |
# {% endif %}
# {% if defined.similarity_by_offset and defined.sinusoidal_encoding and defined.LearnedPositions %}
# | 12. Alike by distance | `similarity_by_offset`, `sinusoidal_encoding`, `LearnedPositions` |
# {% endif %}
#
# Where a function is not written yet, its cell says so in a sentence, and the others run all the same. When
# you have changed your file, save it and run the cell again: it takes the new version. (If you write in
# `embeddings.ipynb`, your functions are taken from there.)

# %%
# %config InlineBackend.figure_format = "retina"
import os
import sys

if "google.colab" in sys.modules:  # put student_template.zip into the file pane on the left first
    # !unzip -qo /content/student_template.zip -d /content
    # !pip install -q -r /content/student_template/requirements.txt
    os.chdir("/content/student_template/notebooks")
sys.path.append("..")  # the folder that you were given, with check/ and data/

import math

import exploring
import torch
import torch.nn.functional as F
from check.data import glove, minilm_positions
from torch import nn

attempt = exploring.Attempt(globals())  # brings your functions, and takes them again when you change them
words, vectors = glove()  # 20,000 words, most frequent first, and their vectors (20000, 50)
vocabulary = {word: row for row, word in enumerate(words)}

# {% if defined.lookup_cost %}
# %% [markdown]
# ## 1. What a lookup saves
#
# A lookup is a matrix product with one-hot rows, in which nearly every multiplication is by 0. GPT-2 has
# 50,257 tokens and 768 numbers for each; take a text of 1,024 tokens.
#
# **What do you expect?** How many times more memory than the rows that come out does the one-hot matrix
# alone take: 5 times, 65 times, 5,000 times?

# %%
with attempt:
    cost = lookup_cost(num_ids=1024, vocab_size=50257, dim=768)
    for way in ("one_hot", "lookup"):
        print(f"{way:8} {cost[way + '_multiply_adds']:>15,} multiply-adds {cost[way + '_bytes']:>12,} bytes")
    print(f"one-hot matrix / rows copied = {cost['one_hot_bytes'] / cost['lookup_bytes']:.1f}")
    exploring.draw_costs(cost)

# %% [markdown]
# **What to look for.** From one mark to the next the scale grows a thousandfold. The product does 39.5
# billion multiply-adds to find what a lookup finds with none. The bytes differ by 50257 / 768 = 65.4: one
# row is V numbers long in the one case and D in the other. Try `vocab_size=10, dim=768`: who holds more
# bytes now?
# {% endif %}

# {% if defined.encode and defined.embedding_lookup %}
# %% [markdown]
# ## 2. Near and far
#
# Each word is a row of 50 numbers. Two rows can be compared by the length of their difference, |a − b|, or
# by the cosine of the angle between them.
#
# **What do you expect?** Put these in order, nearest to *cat* first: london, dog, the, mouse, king.

# %%
with attempt:
    word = "cat"
    others = ["dog", "rabbit", "mouse", "animal", "the", "king", "london", "music", "parliament"]
    rows = embedding_lookup(vectors, encode([word, *others], vocabulary))  # (10, 50)
    first, rest = rows[0], rows[1:]
    distances = (rest - first).norm(dim=-1)  # (9,)
    cosines = F.cosine_similarity(rest, first, dim=-1)  # (9,)
    print(f"|cat - dog| = {distances[0]:.2f}    |cat - london| = {distances[6]:.2f}")
    exploring.draw_distances(word, others, distances, cosines)

# %% [markdown]
# **What to look for.** The two measures nearly agree, but not quite: *london* is a little nearer to *cat*
# than *music* is, and yet less alike in direction. Distance sees the length of a row, the cosine does not.
# And *the* lies nearer to *cat* than *king* does: large differences tell much, small ones little.
# {% endif %}

# {% if defined.nearest_words %}
# %% [markdown]
# ## 3. The nearest words
#
# Which rows of all 20,000 point most nearly the same way?
#
# **What do you expect?** Will *apple* be among fruit? What is nearest to *hot*?

# %%
with attempt:
    for word in ("cat", "violin", "seven", "paris", "hot", "apple"):
        exploring.print_answers(word, nearest_words(vectors, vocabulary, word))

# %% [markdown]
# **What to look for.** *Cool* and *cold* are nearest to *hot*: opposites stand beside the same words, and
# that is all that these vectors have seen. And *apple* is mostly a maker of telephones and computers: one
# spelling has one vector, whatever it means in the sentence. A language model mends that in its later
# layers, which see the sentence.
# {% endif %}

# {% if defined.analogy and defined.encode and defined.embedding_lookup %}
# %% [markdown]
# ## 4. Analogies
#
# If the step from *man* to *woman* is the same as the step from *king* to *queen*, then king − man + woman
# must come out near queen.
#
# **What do you expect?** One of these answers is famous. Which ones will be wrong? Which will be right in a
# way that should worry you?

# %%
with attempt:
    for a, b, c in (
        ("king", "man", "woman"),
        ("paris", "france", "italy"),
        ("london", "england", "japan"),
        ("walked", "walk", "swim"),
        ("cats", "cat", "dog"),
        ("berlin", "germany", "spain"),
        ("hand", "arm", "leg"),
        ("doctor", "man", "woman"),
    ):
        answers = analogy(vectors, vocabulary, positive=[a, c], negative=[b], count=4)
        exploring.print_answers(f"{a} - {b} + {c}", answers)

# %% [markdown]
# **What to look for.** Queen, Rome, Tokyo and swam are there. Madrid and foot are not: such steps are alike
# only roughly. (The words of the question are left out. Otherwise the nearest row to king − man + woman
# would be *king*.) And *doctor* − man + woman gives *nurse*: the vectors hold what people wrote, prejudice
# included, and a model built on them starts with it.
#
# Now the steps themselves. A map can show only two directions of the 50, so we take the two in which the
# points differ most. (This is called principal component analysis, PCA.)


# %%
def flatten(points):
    """Look at points (N, D) from the side from which they differ most: (N, 2)."""
    centred = points - points.mean(dim=0)
    _, spread, directions = torch.linalg.svd(centred, full_matrices=False)
    seen = spread[:2].square().sum() / spread.square().sum()
    print(f"Two directions show {seen:.0%} of what makes these {len(points)} rows differ.")
    return centred @ directions[:2].T


with attempt:
    people = "man woman boy girl king queen prince princess duke duchess emperor empress actor actress "
    people += "uncle aunt brother sister"
    places = "england london france paris italy rome spain madrid germany berlin poland warsaw "
    places += "russia moscow china beijing japan tokyo"
    maps = {}
    for title, text in (("From man to woman", people), ("From country to capital", places)):
        names = text.split()
        rows = embedding_lookup(vectors, encode(names, vocabulary))  # (18, 50)
        pairs = list(zip(names[::2], names[1::2], strict=True))
        maps[title] = pairs, flatten(rows).reshape(-1, 2, 2)
    exploring.draw_steps(maps)

# %% [markdown]
# **What to look for.** Most arrows of a map point much the same way: this is why adding and subtracting
# works at all. They are not equal, and some stray: follow *england* to *london*.
# {% endif %}

# {% if defined.encode and defined.embedding_lookup %}
# %% [markdown]
# ## 5. A map of words
#
# **What do you expect?** Six groups of words, and no one told the vectors about groups. Which groups will
# lie side by side? Where will *farmer* be: with the other people who work?

# %%
with attempt:
    groups = {
        "animals": ["cat", "dog", "horse", "rabbit", "mouse", "lion", "sheep", "cow"],
        "fruit": ["apple", "lemon", "cherry", "peach", "banana", "orange", "grape"],
        "cities": ["london", "paris", "boston", "tokyo", "rome", "berlin", "moscow", "madrid"],
        "royalty": ["king", "queen", "prince", "princess", "throne", "emperor"],
        "weather": ["rain", "snow", "wind", "storm", "fog", "sunshine", "thunder"],
        "work": ["doctor", "nurse", "teacher", "lawyer", "engineer", "farmer"],
    }
    names = [word for members in groups.values() for word in members]
    rows = embedding_lookup(vectors, encode(names, vocabulary))  # (42, 50)
    exploring.draw_map(flatten(rows), groups)

# %% [markdown]
# **What to look for.** Each group more or less keeps together, and *farmer* stands among the animals. But
# about two thirds of the differences are out of sight: two words that touch on the map may be far apart in
# the other 48 directions. Put in a group of your own and see how the whole map turns.
# {% endif %}

# {% if defined.build_vocabulary and defined.encode and defined.new_embedding_table and defined.embedding_lookup and defined.train_embeddings %}
# %% [markdown]
# ## 6. Learned or pre-learned?
#
# Twelve nouns, ten words beside them. We train on the pairs of eight nouns only; *rabbit*, *sheep*, *lemon*
# and *peach* occur in no pair. Their pairs are kept back for a test. Three tables begin the race:
#
# - small random rows, which know nothing;
# - GloVe's rows for the same words, pre-learned from billions of words;
# - the same rows, shortened to the length of the random ones, so that only their directions differ.
#
# The context table begins at random for all three.
#
# **What do you expect?** Which start reaches a low loss first? And on the four words that no pair names:
# what can training do for them?

# %%
with attempt:
    groups = {
        "animals": ["cat", "cow", "dog", "horse", "rabbit", "sheep"],
        "fruit": ["apple", "banana", "cherry", "orange", "lemon", "peach"],
    }
    company = {
        "animals": ["drinks", "eats", "legs", "runs", "tail"],
        "fruit": ["juice", "peel", "ripe", "sweet", "tree"],
    }
    unseen = ["rabbit", "sheep", "lemon", "peach"]
    nouns = groups["animals"] + groups["fruit"]
    small = build_vocabulary(nouns + company["animals"] + company["fruit"])  # 22 words
    pairs = [[noun, near] for group in groups for noun in groups[group] for near in company[group]]
    trained = torch.stack([encode(pair, small) for pair in pairs if pair[0] not in unseen])  # (40, 2)
    kept_back = torch.stack([encode(pair, small) for pair in pairs if pair[0] in unseen])  # (20, 2)

    random_rows = new_embedding_table(22, 50, std=0.1, generator=torch.Generator().manual_seed(4)).detach()
    glove_rows = embedding_lookup(vectors, encode(list(small), vocabulary))  # (22, 50)
    starts = {
        "small random rows": random_rows,
        "GloVe rows, shortened": F.normalize(glove_rows, dim=-1) * random_rows.norm(dim=-1).mean(),
        "GloVe rows": glove_rows,
    }

# %% [markdown]
# Now the race: 100 steps from each start.


# %%
def race(rows):
    """Train 100 steps from these rows (22, 50).

    Gives the losses of both kinds of pairs, and where the nouns were before every step (100, 12, 50).
    """
    torch.manual_seed(0)
    centre = nn.Embedding.from_pretrained(rows.clone(), freeze=False)
    context = nn.Embedding.from_pretrained(0.1 * torch.randn(22, 50), freeze=False)
    learning, testing, looks = [], [], []
    for _ in range(100):
        looks.append(embedding_lookup(centre.weight.detach(), encode(nouns, small)))  # (12, 50)
        # A step of learning rate 0 changes nothing: it only measures the loss.
        testing += train_embeddings(centre, context, kept_back, steps=1, learning_rate=0.0)
        learning += train_embeddings(centre, context, trained, steps=1, learning_rate=0.5)
    return learning, testing, torch.stack(looks)


with attempt:
    runs = {start: race(rows) for start, rows in starts.items()}
    for start, (learning, testing, _) in runs.items():
        print(f"{start:22} trained {learning[0]:.2f} to {learning[-1]:.2f}", end=", ")
        print(f"kept back {testing[0]:.2f} to {testing[-1]:.2f}")
    exploring.draw_losses(
        {
            "Pairs of 8 nouns, trained": {start: run[0] for start, run in runs.items()},
            "Pairs of 4 nouns, kept back": {start: run[1] for start, run in runs.items()},
        },
        {"pure guessing: ln 22": math.log(22), "the best there is: ln 5": math.log(5)},
    )

# %% [markdown]
# **What to look for.** On the left all three get there. GloVe's rows are fast, but be fair: shortened, they
# are only a little faster than random ones. Long rows make large scores and large gradients; that is no
# knowledge.
#
# On the right is the knowledge. From random rows, training does next to nothing for words it never meets:
# the loss stays near guessing. From GloVe's rows it falls, at either length, since *rabbit* already points
# where *cat* does. What is learned about cats holds for rabbits.
#
# The same runs as a map. A dot is where a row began, a marker where it ended, and hollow markers are the
# four unseen words. (Each map has its own scale and its own two directions.)

# %%
with attempt:
    maps = {}
    seen = [index for index, noun in enumerate(nouns) if noun not in unseen]
    for title, start in (("From small random rows", "small random rows"), ("From GloVe rows", "GloVe rows")):
        steps = runs[start][2]  # (100, 12, 50)
        length = steps[0, seen].norm(dim=-1).mean()
        moved = (steps[-1, seen] - steps[0, seen]).norm(dim=-1).mean()
        print(f"{title}: the trained nouns began {length:.2f} long, and moved by {moved:.2f}.")
        maps[title] = flatten(steps.reshape(-1, 50)).reshape(100, 12, 2)
    exploring.draw_ways(maps, groups, unseen)

# %% [markdown]
# **What to look for.** On the left two groups form out of a jumble, and the unseen words stay where chance
# had put them. On the right the groups stand from the start and hardly move: nearly all of the learning was
# done by the context table. Rows that are good already need not move.
#
# This is one tiny example, made so that the groups are clean. With much text of your own, random rows meet
# every word that matters, and the head start shrinks.
# {% if asked.tradeoffs %}
# Weigh both in [`tradeoffs`](../handout.md).
# {% endif %}
# {% endif %}

# {% if defined.new_embedding_table and defined.embedding_lookup %}
# %% [markdown]
# ## 7. Which rows move?
#
# A table of 12 rows meets two small texts: first the ids 2, 5, 5 and 9, then 2, 7, 7 and 7. After each, an
# optimizer takes one step.
#
# **What do you expect?** Which rows have a gradient after the second text? And which rows move in the second
# step: the same ones, under every optimizer?

# %%
with attempt:
    start = new_embedding_table(12, 16, generator=torch.Generator().manual_seed(0)).detach()  # (12, 16)
    texts = [torch.tensor([2, 5, 5, 9]), torch.tensor([2, 7, 7, 7])]
    optimizers = {
        "SGD": lambda table: torch.optim.SGD([table], lr=0.1),
        "Adam": lambda table: torch.optim.Adam([table], lr=0.1),
        "AdamW": lambda table: torch.optim.AdamW([table], lr=0.1, weight_decay=0.1),
    }
    lines = {}
    for name, optimizer_of in optimizers.items():
        table = nn.Parameter(start.clone())
        optimizer = optimizer_of(table)
        for ids in texts:
            before = table.detach().clone()
            optimizer.zero_grad()
            embedding_lookup(table, ids).sum().backward()
            optimizer.step()
        lines["gradient of the lookup"] = table.grad.norm(dim=-1)  # (12,)
        lines[f"moved by {name}"] = (table.detach() - before).norm(dim=-1)  # (12,)
    output = nn.Parameter(start.clone())
    F.cross_entropy(start[texts[1]] @ output.T, texts[1]).backward()  # scores (4, 12), one for every row
    lines["gradient of a softmax"] = output.grad.norm(dim=-1)
    exploring.draw_moves(lines)

# %% [markdown]
# **What to look for.** The second text gives rows 2 and 7 a gradient, row 7 three times as much, since it was
# looked up three times; all other rows get exactly 0. SGD moves just these two. Adam moves rows 5 and 9 as
# well: it remembers the gradient of the first text. AdamW moves every row a little, because weight decay
# shrinks them all. And where the table stands at the *output*, below a softmax over all words, every row gets a
# gradient from every text. So "only rows that are looked up ever change" is true of one line only.
# {% endif %}

# {% if defined.build_vocabulary and defined.encode and defined.InputEmbedding %}
# %% [markdown]
# ## 8. Order lost and found
#
# *Dog bites man* is no news; *man bites dog* is. Do the rows know?
#
# **What do you expect?** Without positions, how many of the three rows of one text are found again in the
# other? And with learned positions: none? And when all three rows are added up?

# %%
with attempt:
    texts = [["dog", "bites", "man"], ["man", "bites", "dog"]]
    tiny = build_vocabulary(texts[0])
    ids = torch.stack([encode(text, tiny) for text in texts])  # (2, 3)
    found = {}
    for kind in ("none", "learned"):
        torch.manual_seed(0)
        found[f'positions="{kind}"'] = InputEmbedding(3, 24, 3, kind)(ids).detach()  # (2, 3, 24)
    for title, (one, other) in found.items():
        same_set = sorted(one.tolist()) == sorted(other.tolist())
        apart = (one.sum(dim=0) - other.sum(dim=0)).abs().max()
        print(f"{title:20} same set of rows: {same_set!s:5}   sums differ by {apart:.6f}")
    exploring.draw_order(texts, found)

# %% [markdown]
# **What to look for.** A line joins two rows that are equal. Without positions, both texts are the same bag
# of three rows. With positions, *dog* first and *dog* last are two different rows; *bites* stands in the
# middle of both texts, so its row stays. (The position table is fresh: even random rows tell places apart.)
# Yet the sums are the same even now: each holds every token once and every position once. Adding up throws
# order away again, whatever was added before.
#
# ## 9. Who bites whom?
#
# Now a model has to know. It reads three words, such as *dog bites man*, and names the one that bites. Its
# one layer of attention is written out below: queries, keys, scores, weights, a weighted sum. It answers from
# the place of the verb. A quarter of the word triples is kept back, with both orders of each, for a test.
#
# **What do you expect?** What loss can a model reach that sees which words there are, but not their order? And what
# becomes of the rows that come out of attention when the text is turned round?


# %%
class Reader(nn.Module):
    """Words, positions, one layer of attention, and the answer from the verb's place."""

    def __init__(self, kind):
        super().__init__()
        self.rows = InputEmbedding(12, 32, 3, kind)
        self.query, self.key, self.value = (nn.Linear(32, 32, bias=False) for _ in range(3))
        self.answer = nn.Linear(32, 12)

    def attend(self, ids):
        x = self.rows(ids)  # (B, 3, 32)
        scores = self.query(x) @ self.key(x).mT / 32**0.5  # (B, 3, 3): every word with every word
        return x + scores.softmax(dim=-1) @ self.value(x)  # (B, 3, 32)

    def forward(self, ids):
        return self.answer(self.attend(ids)[:, 1])  # (B, 12): a score for each word


with attempt:
    nouns = ["bear", "boy", "cat", "dog", "girl", "goat", "man", "mouse"]
    verbs = ["bites", "chases", "feeds", "sees"]
    words12 = build_vocabulary(nouns + verbs)
    triples = [(one, verb, other) for one in nouns for other in nouns if one < other for verb in verbs]  # 112
    both = torch.stack(
        [torch.stack([encode(triple, words12), encode(triple[::-1], words12)]) for triple in triples]
    )  # (112, 2, 3)
    mixed = both[torch.randperm(112, generator=torch.Generator().manual_seed(0))]
    unseen, seen = mixed[:28].reshape(-1, 3), mixed[28:].reshape(-1, 3)  # (56, 3), (168, 3)

    curves, turned = {}, {}
    for kind in ("none", "sinusoidal", "learned"):
        torch.manual_seed(0)
        reader = Reader(kind)
        optimizer = torch.optim.Adam(reader.parameters(), lr=0.01)
        losses = []
        for _ in range(120):
            both_losses = [F.cross_entropy(reader(ids), ids[:, 0]) for ids in (seen, unseen)]
            losses.append([loss.item() for loss in both_losses])
            optimizer.zero_grad()
            both_losses[0].backward()  # only the sentences that it is trained on
            optimizer.step()
        curves[kind] = list(zip(*losses, strict=True))
        with torch.no_grad():
            right = (reader(unseen).argmax(dim=-1) == unseen[:, 0]).double().mean()
            apart = (reader.attend(unseen).flip(1) - reader.attend(unseen.flip(1))).abs().max()
            turned[f'positions="{kind}"'] = reader.attend(
                torch.stack([encode(text, words12) for text in (["dog", "bites", "man"], ["man", "bites", "dog"])])
            )
        print(f"{kind:10} loss {losses[-1][0]:.3f}, kept back {losses[-1][1]:.3f}, {right:4.0%} right", end=", ")
        print(f"turned round, rows differ by up to {apart:.6f}")
    exploring.draw_losses(
        {
            "Sentences trained on": {kind: seen_losses for kind, (seen_losses, _) in curves.items()},
            "Sentences kept back": {kind: unseen_losses for kind, (_, unseen_losses) in curves.items()},
        },
        {"guessing a word: ln 12": math.log(12), "guessing the order: ln 2": math.log(2)},
    )
    exploring.draw_order([["dog", "bites", "man"], ["man", "bites", "dog"]], turned)

# %% [markdown]
# **What to look for.** Without positions the model learns that one of the two nouns must be the biter, and no
# more: its loss stays at ln 2 = 0.69, a coin thrown between two words. With positions of either kind it falls to
# 0, on sentences that it never saw, too.
#
# The lower picture says why. A line joins two rows that are equal after attention. Without positions,
# turning the text round turns the rows round and changes nothing in them: the verb's row is the same in both
# texts, so no layer above can tell them apart. With positions no row is found again.
# {% endif %}

# {% if defined.sinusoidal_encoding %}
# %% [markdown]
# ## 10. The sinusoid as a picture
#
# **What do you expect?** Columns 0 and 1 turn once in about 6 positions. How long does a turn take at
# column 32 of 64? And what will the columns at the right look like?

# %%
with attempt:
    table = sinusoidal_encoding(100, 64)
    exploring.draw_sinusoid(table, columns=[0, 8, 16, 32])

# %% [markdown]
# **What to look for.** Read a row from left to right: fast hands, then slow ones. At the right nothing
# seems to happen: within 100 positions the slow sines stay near 0 (white) and the slow cosines near 1
# (blue), side by side. They are there for long texts. Try `sinusoidal_encoding(100, 64, base=100.0)`, and
# tell `draw_sinusoid` the `base` too.
# {% endif %}

# {% if defined.new_embedding_table and defined.sinusoidal_encoding %}
# %% [markdown]
# ## 11. Positions that drown tokens
#
# A token row of standard deviation 0.02 and a sinusoid of 768 columns are added up. How alike are two
# *different* tokens at one position then? And one token at two positions? That depends on how long the one
# part is beside the other.
#
# **What do you expect?** Unscaled, the sinusoid is about 35 times as long. Will different tokens look alike?

# %%
with attempt:
    tokens = new_embedding_table(100, 768, generator=torch.Generator().manual_seed(0)).detach()  # (100, 768)
    encoding = sinusoidal_encoding(100, 768)  # (100, 768)
    unscaled = float(encoding[0].norm() / tokens.norm(dim=-1).mean())

    def alike(rows):
        """The mean cosine of all pairs of different rows (N, D)."""
        unit = F.normalize(rows, dim=-1)
        return float(((unit @ unit.T).sum() - len(rows)) / (len(rows) * (len(rows) - 1)))

    ratios = torch.logspace(-2, 2, 81).tolist()
    drowning = {
        "different tokens, one position": [alike(tokens + ratio / unscaled * encoding[50]) for ratio in ratios],
        "one token, different positions": [alike(tokens[0] + ratio / unscaled * encoding) for ratio in ratios],
    }
    marks = {"as they are": unscaled, "tokens times √768": unscaled / 768**0.5}
    for name, ratio in marks.items():
        scale = ratio / unscaled
        print(f"{name:18} position / token = {ratio:5.2f}", end=", ")
        print(f"different tokens {alike(tokens + scale * encoding[50]):.4f}", end=", ")
        print(f"one token {alike(tokens[0] + scale * encoding):.4f}")
    exploring.draw_drowning(ratios, drowning, marks)

# %% [markdown]
# **What to look for.** At the left positions are too short: one token looks the same wherever it stands. At the
# right tokens drown: as they are, two different tokens at one position have cosine 0.9992. In between both can be
# told. There stands the original Transformer, which multiplies its token rows by √D. In section 9 the
# sinusoid had 32 columns and training was left to find the scale by itself.
# {% endif %}

# {% if defined.similarity_by_offset and defined.sinusoidal_encoding and defined.LearnedPositions %}
# %% [markdown]
# ## 12. Alike by distance
#
# How alike are two rows that are k positions apart? You can ask this of the sinusoid, of the real table
# that MiniLM learned, and of a table that has learned nothing.
#
# **What do you expect?** No one told MiniLM that position 5 lies next to position 6. Will its curve look
# like the sinusoid's, or like that of the untrained table?

# %%
with attempt:
    learned = minilm_positions()  # (512, 384)
    (fresh,) = LearnedPositions(512, 384).parameters()  # (512, 384)
    curves = {
        "sinusoid": similarity_by_offset(sinusoidal_encoding(512, 384)),
        "MiniLM": similarity_by_offset(learned),
        "untrained": similarity_by_offset(fresh.detach()),
    }
    exploring.draw_likeness(curves, shown=101)

# %% [markdown]
# **What to look for.** Each learned table begins like the dotted line. Where is MiniLM's curve near the
# sinusoid's, where is it not, and does it fall steadily?
# {% if asked.bert_positions %}
# Take the numbers that you need for [`bert_positions`](../handout.md) from `curves`, as in `curves["sinusoid"][50]`.
# {% endif %}
# {% endif %}

# %% [markdown]
# ## And now
#
# Change something, and say beforehand what will happen: other words, an analogy of your own, another
# learning rate, another `base`. `python check` tells you whether your functions are right; here you find
# out what they are good for.
