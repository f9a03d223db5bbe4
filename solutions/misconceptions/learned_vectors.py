"""Known mistakes of `learned_vectors`."""

from autograder.misconceptions import Misconception

TRAIN = "train_embeddings"
SCORES = "scores = centre.weight[pairs[:, 0]] @ context.weight.T"
LOSS = "loss = F.cross_entropy(scores, pairs[:, 1])"
GRADIENTS = "gradients = torch.autograd.grad(loss, tables)"
TABLES = "tables = (centre.weight, context.weight)"
MOVE = "table -= learning_rate * gradient"
NOTE = "losses.append(loss.item())"
LOOP = """for table, gradient in zip(tables, gradients, strict=True):
                table -= learning_rate * gradient"""
UPDATE = f"""gradients = torch.autograd.grad(loss, tables)
        with torch.no_grad():
            {LOOP}"""

LOSSES = "`train_embeddings` gives a list with the loss of every step"
CENTRE = "`train_embeddings` moves `centre`"
CONTEXT = "`train_embeddings` moves `context`"
FURTHER = "`train_embeddings` goes down the gradient of the new tables"

MISCONCEPTIONS = (
    # loss
    Misconception(
        id="V1",
        where=TRAIN,
        title="sums over the pairs",
        hint="The loss grows with the number of pairs. It is the mean over all pairs, so that the learning "
        "rate does not depend on how many there are.",
        edits=((LOSS, "loss = F.cross_entropy(scores, pairs[:, 1], reduction='sum')"),),
    ),
    Misconception(
        "V2",
        TRAIN,
        "swaps the columns of pairs",
        "The first loss is that of other pairs: the two columns of `pairs` have changed "
        "places. The first column says which rows of `centre` to take, and the second which "
        "row of `context` should win.",
        (("pairs[:, 0]", "pairs[:, -1]"), ("scores, pairs[:, 1]", "scores, pairs[:, 0]")),
    ),
    Misconception(
        "V3",
        TRAIN,
        "swaps the tables",
        "The first loss is a different one: the two tables have changed places. The first column "
        "of `pairs` looks rows up in `centre`, and these are compared with all rows of "
        "`context`. Try it with tables of different values.",
        ((SCORES, "scores = context.weight[pairs[:, 0]] @ centre.weight.T"),),
    ),
    Misconception(
        "V4",
        TRAIN,
        "one table in both roles",
        "Only one table is used, in both roles. A word has two vectors here, one as centre "
        "and one as context, and the scores compare the one kind with the other. Look at "
        "which table stands on each side of the product.",
        ((SCORES, "scores = centre.weight[pairs[:, 0]] @ (centre.weight.T + 0 * context.weight.T)"),),
    ),
    Misconception(
        id="V5",
        where=TRAIN,
        title="softmax before the cross-entropy",
        hint="The losses are too close together and fall too slowly. Torch's cross-entropy takes scores and "
        "does the softmax itself. Here it happens twice.",
        edits=((LOSS, "loss = F.cross_entropy(scores.softmax(-1), pairs[:, 1])"),),
    ),
    Misconception(
        id="V6",
        where=TRAIN,
        title="probabilities without the logarithm",
        hint="The loss is minus the mean probability of the right word. Cross-entropy is minus the mean "
        "logarithm of it.",
        edits=((LOSS, "loss = F.nll_loss(scores.softmax(-1), pairs[:, 1])"),),
    ),
    Misconception(
        id="V7",
        where=TRAIN,
        title="cosines as scores",
        hint="The scores are cosines. The dot product is taken with the rows as they are: their lengths "
        "count, and learning changes them.",
        edits=(
            (
                SCORES,
                "scores = F.normalize(centre.weight)[pairs[:, 0]] @ F.normalize(context.weight).T",
            ),
        ),
    ),
    Misconception(
        id="V8",
        where=TRAIN,
        title="divides the scores by the root of D",
        hint="The scores are smaller than the dot products. Attention divides by the root of the dimension; "
        "here nothing is divided.",
        edits=((SCORES, SCORES + " / centre.weight.shape[1] ** 0.5"),),
    ),
    Misconception(
        id="V9",
        where=TRAIN,
        title="a score for the pair alone",
        hint="Only the words of a pair are compared. The cross-entropy also needs the scores of all words "
        "that were not there: the centre's row with every row of `context`.",
        edits=((LOSS, "loss = -F.logsigmoid(scores.gather(1, pairs[:, 1:])).mean()"),),
    ),
    Misconception(
        id="V10",
        where=TRAIN,
        title="counts each pair once",
        hint="Repeated pairs count once. How often two words occur together is what there is to learn, so "
        "every row of `pairs` counts.",
        edits=(("losses = []", "losses = []\n    pairs = pairs.unique(dim=0)"),),
    ),
    Misconception(
        id="V11",
        where=TRAIN,
        title="one pair a step",
        hint="Every step looks at one pair. A full batch takes all pairs in every step.",
        edits=(
            (
                "for _ in range(steps):",
                "for step in range(steps):\n        row = pairs[step % len(pairs)][None]",
            ),
            ("centre.weight[pairs[:, 0]]", "centre.weight[row[:, 0]]"),
            ("scores, pairs[:, 1]", "scores, row[:, 1]"),
        ),
    ),
    Misconception(
        id="V12",
        where=TRAIN,
        title="moves after each pair",
        hint="The tables move after each pair. A full batch takes the mean over all pairs first and moves "
        "once. The loss of a step is that of the tables at its start.",
        edits=(
            ("for _ in range(steps):", "for pair in [p[None] for _ in range(steps) for p in pairs]:"),
            ("centre.weight[pairs[:, 0]]", "centre.weight[pair[:, 0]]"),
            ("scores, pairs[:, 1]", "scores, pair[:, 1]"),
            (
                "return losses",
                "n = len(pairs)\n    return [sum(losses[i : i + n]) / n for i in range(0, len(losses), n)]",
            ),
        ),
    ),
    # losses
    Misconception(
        id="V13",
        where=TRAIN,
        title="the loss after the update",
        hint="Each loss is that of the next step. It is noted for the tables as they are before the update, "
        "so the first one tells how bad the start was.",
        edits=(
            (
                NOTE,
                SCORES + f"\n        {LOSS}\n        {NOTE}",
            ),
        ),
        sentence=LOSSES,
    ),
    Misconception(
        "V14",
        TRAIN,
        "losses as tensors",
        "The losses are tensors. Each should be a Python number, which can be printed and "
        "keeps no tensor alive. Look at what turns a tensor of one number into a number.",
        ((NOTE, "losses.append(loss.detach())"),),
        sentence=LOSSES,
    ),
    Misconception(
        "V15",
        TRAIN,
        "the last loss alone",
        "Only one loss comes back. Each step has its own, from the first to the last, so that "
        "one can see whether they fall. Collect them.",
        (("return losses", "return losses[-1] if losses else []"),),
        sentence=LOSSES,
    ),
    Misconception(
        "V16",
        TRAIN,
        "no losses",
        "Nothing comes back. The tables are trained in place, and the losses of all steps are "
        "the result. Look at the end of the function.",
        (("return losses", "return None"),),
        sentence=LOSSES,
    ),
    Misconception(
        "V17",
        TRAIN,
        "a tensor of losses",
        "The losses come as a tensor. The conventions ask for a list of Python numbers. Look at what is returned.",
        (("return losses", "return torch.tensor(losses)"),),
        sentence=LOSSES,
    ),
    Misconception(
        "V18",
        TRAIN,
        "one loss too many",
        "There is one loss more than there are steps. The loss after the last update belongs "
        "to no step. Count what goes into the list.",
        (("return losses", "return losses + losses[-1:]"),),
        sentence=LOSSES,
    ),
    Misconception(
        id="V19",
        where=TRAIN,
        title="at least one step",
        hint="A call with no steps trains anyway. Nothing should happen then, and the list is empty.",
        edits=(("range(steps)", "range(max(1, steps))"),),
    ),
    # update
    Misconception(
        "V20",
        TRAIN,
        "moves centre alone",
        "`context` stays as it was. The loss depends on both tables, so both have a gradient "
        "and both move. Look at what your update goes over.",
        ((TABLES, "tables = (centre.weight,)"),),
        sentence=CONTEXT,
    ),
    Misconception(
        "V21",
        TRAIN,
        "moves context alone",
        "`centre` stays as it was. The loss depends on both tables, so both have a gradient "
        "and both move. Look at what your update goes over.",
        ((TABLES, "tables = (context.weight,)"),),
        sentence=CENTRE,
    ),
    Misconception(
        id="V22",
        where=TRAIN,
        title="moves one table, then the other",
        hint="`context` moves by a gradient that already knows the new `centre`. Both gradients belong to the"
        " same point: take both, then move both.",
        edits=(
            (
                UPDATE,
                "with torch.no_grad():\n"
                "            centre.weight -= learning_rate * torch.autograd.grad(loss, centre.weight)[0]\n"
                f"        {SCORES}\n        {LOSS.replace('loss', 'later', 1)}\n"
                "        with torch.no_grad():\n"
                "            context.weight -= learning_rate * torch.autograd.grad(later, context.weight)[0]",
            ),
        ),
        sentence=CONTEXT,
    ),
    Misconception(
        id="V23",
        where=TRAIN,
        title="goes up the gradient",
        hint="The loss rises. The gradient points to where the loss grows, so the tables move the other way.",
        edits=((MOVE, "table += learning_rate * gradient"),),
        sentence=CENTRE,
    ),
    Misconception(
        "V24",
        TRAIN,
        "takes no notice of the learning rate",
        "The learning rate makes no difference: the tables move by the whole gradient. It "
        "says which part of it is one step. Look for where the argument is used.",
        ((MOVE, "table -= gradient"),),
        sentence=CENTRE,
    ),
    Misconception(
        "V25",
        TRAIN,
        "divides the gradient by the number of pairs again",
        "The first loss is right, but the tables move too little, as many times as there are "
        "pairs. The mean in the loss divides by that number already. Look for a second "
        "division.",
        ((MOVE, MOVE + " / len(pairs)"),),
        sentence=CENTRE,
    ),
    Misconception(
        "V26",
        TRAIN,
        "shrinks the learning rate",
        "The first step is right and later ones get smaller and smaller. A shrinking learning "
        "rate is a method of its own. Here it is the same in all steps.",
        ((MOVE, MOVE + " / (1 + len(losses))"),),
        sentence=FURTHER,
    ),
    Misconception(
        "V27",
        TRAIN,
        "clips the gradient",
        "The first loss is right, but the tables move less than they should: a large gradient "
        "is cut down. That is a method of its own. Here a step is the learning rate times the "
        "gradient as it is.",
        ((MOVE, "table -= learning_rate * gradient / max(1.0, 10 * float(gradient.norm()))"),),
        sentence=CENTRE,
    ),
    Misconception(
        "V28",
        TRAIN,
        "Adam",
        "All numbers move by about the learning rate in the first step, whatever their "
        "gradients are. That is how Adam works, which divides by the gradients' size. Plain "
        "gradient descent is asked for: the simplest of torch's optimizers.",
        (
            (
                "losses = []",
                "losses = []\n    both = [centre.weight, context.weight]\n"
                "    optimizer = torch.optim.Adam(both, lr=learning_rate)",
            ),
            (UPDATE, "optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()"),
        ),
        sentence=CENTRE,
    ),
    Misconception(
        "V29",
        TRAIN,
        "momentum",
        "The first step is right and later ones go too far: each takes the steps before "
        "along. That is momentum. Plain gradient descent forgets what came before. Look at the "
        "optimizer's settings.",
        (
            (
                "losses = []",
                "losses = []\n    both = [centre.weight, context.weight]\n"
                "    optimizer = torch.optim.SGD(both, lr=learning_rate, momentum=0.9)",
            ),
            (UPDATE, "optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()"),
        ),
        sentence=FURTHER,
    ),
    Misconception(
        "V30",
        TRAIN,
        "weight decay",
        "The tables shrink a little in every step, on top of the gradient. That is weight "
        "decay. Plain gradient descent moves by learning rate times gradient alone. Look at "
        "the optimizer's settings.",
        ((MOVE, "table -= learning_rate * (gradient + 0.01 * table)"),),
        sentence=CENTRE,
    ),
    Misconception(
        "V31",
        TRAIN,
        "never clears the gradients",
        "The first step is right and later ones are not. `backward` adds to the gradients that "
        "are there, those of the step before included. Clear them before each step, the first one"
        " included, for the caller may have left some, too.",
        ((GRADIENTS, "loss.backward()\n        gradients = [table.grad for table in tables]"),),
        sentence=FURTHER,
    ),
    Misconception(
        "V32",
        TRAIN,
        "clears the gradients after the step alone",
        "All is right unless the tables come with old gradients: then the first step adds to "
        "them. What an earlier caller left in `.grad` plays no part. Look at when the "
        "gradients are cleared.",
        (
            (GRADIENTS, "loss.backward()\n        gradients = [table.grad for table in tables]"),
            (NOTE, NOTE + "\n        for table in tables:\n            table.grad = None"),
        ),
    ),
    Misconception(
        "V33",
        TRAIN,
        "clears the gradients between backward and step",
        "Nothing moves, so every loss is the same. `backward` makes gradients, the step uses "
        "them, and clearing them comes before the one or after the other. Put the three in the "
        "right order.",
        ((UPDATE, UPDATE.replace("learning_rate * gradient", "learning_rate * torch.zeros_like(gradient)")),),
        gives_nothing="The tables stay as they were: what is asked for is their movement.",
    ),
    Misconception(
        "V34",
        TRAIN,
        "trains copies",
        "The losses fall, but the caller's tables stay as they were, as if copies were trained. "
        "The caller goes on with the embeddings that were passed in: these should move.",
        (
            (
                "losses = []",
                "losses = []\n    import copy\n    centre, context = copy.deepcopy(centre), copy.deepcopy(context)",
            ),
        ),
    ),
    Misconception(
        "V35",
        TRAIN,
        "puts new parameters into the embeddings",
        "The embeddings hold new parameters after the call. An optimizer built before would "
        "go on with the old ones, which were never trained. Write the new numbers into the "
        "parameters that are there.",
        (
            (
                LOOP,
                "centre.weight = nn.Parameter(centre.weight - learning_rate * gradients[0])\n"
                "            context.weight = nn.Parameter(context.weight - learning_rate * gradients[1])",
            ),
        ),
    ),
    Misconception(
        "V36",
        TRAIN,
        "leaves the tables frozen",
        "After the call the tables no longer require gradients. `requires_grad_(False)` and `freeze` stay "
        "when the function returns. `torch.no_grad()` holds for its block alone.",
        (
            (
                "return losses",
                "centre.requires_grad_(False)\n    context.requires_grad_(False)\n    return losses",
            ),
        ),
    ),
    Misconception(
        "V37",
        TRAIN,
        "draws new tables first",
        "The tables are drawn afresh before training. The caller chose the start, and wants to go on from it.",
        (("losses = []", "losses = []\n    nn.init.normal_(centre.weight, std=0.1)"),),
    ),
    Misconception(
        "V38",
        TRAIN,
        "normalises the rows after each step",
        "All rows come out with length 1. Some methods do that, but here a step is the learning rate times "
        "the gradient and nothing else.",
        ((MOVE, MOVE + "\n                table /= table.norm(dim=-1, keepdim=True)"),),
        sentence=CENTRE,
    ),
    Misconception(
        "V39",
        TRAIN,
        "shuffles the caller's pairs",
        "The call changes `pairs`. A full batch needs no shuffling, and sorting or shuffling in place writes"
        " into the caller's tensor.",
        (("losses = []", "losses = []\n    pairs.copy_(pairs.flip(0))"),),
    ),
    Misconception(
        "V40",
        TRAIN,
        "puts tensors in the place of parameters",
        "If the error says that it cannot assign a tensor as parameter: `centre.weight = ...` would put "
        "another object in the parameter's place. Write the new numbers into the parameter that is there, "
        "where gradients are switched off.",
        ((LOOP, "centre.weight = centre.weight - learning_rate * gradients[0]"),),
        gives_nothing="Every call with a step ends in an error.",
    ),
    Misconception(
        "V42",
        TRAIN,
        "moves parameters where gradients are noted",
        "If the error speaks of a leaf Variable in an in-place operation: torch refuses to change a parameter "
        "while it notes what gradients come from. A step is not part of that: take it under `torch.no_grad()`.",
        (("with torch.no_grad():", "if True:"),),
        gives_nothing="Every call with a step ends in an error.",
    ),
    Misconception(
        "V41",
        TRAIN,
        "softmax along the pairs",
        "The first loss is a different one: that of probabilities which add up to 1 over the pairs. Each pair's "
        "scores of all words of the vocabulary compete with each other. Look at the axis.",
        ((LOSS, "loss = F.nll_loss(scores.log_softmax(0), pairs[:, 1])"),),
    ),
)
