"""The handout says nothing that is not so: its examples run, its numbers and points are recomputed."""

from __future__ import annotations

import ast
import doctest
import hashlib
import importlib.util
import math
import re
import sys
from itertools import chain, product

import pytest
import torch
import torch.nn.functional as F

from autograder.assignment import ROOT, load_assignment
from autograder.authoring.texts import Texts
from autograder.check.data import glove, minilm_positions
from tests.in_process import every_question

ASSIGNMENT = every_question(load_assignment())
FOLDER = ROOT / "assignment"
FIGURES = FOLDER / "figures"
HANDOUT = Texts(ASSIGNMENT).render(FOLDER / "handout.md")
"""With every question; students get what is switched on."""
STUDENTS = (ASSIGNMENT.template / "handout.md").read_text(encoding="utf-8")
FLAT = " ".join(HANDOUT.split()).replace("\u2212", "-").replace("\u00d7", "x")
"""The handout in one line, its minus and times signs as a keyboard has them."""
SECTIONS = {
    heading: body
    for heading, body in (part.split("\n", 1) for part in re.split(r"^## ", HANDOUT, flags=re.MULTILINE)[1:])
}
PICTURES = sorted(
    path.with_suffix(".svg").name
    for path in FIGURES.glob("*.py")
    if "style.save(figure, __file__)" in path.read_text(encoding="utf-8")
)
LINKS = re.findall(r"\]\(([^)]+)\)", HANDOUT)


def load_reference():
    path = ROOT / "solutions" / "embeddings.py"
    spec = importlib.util.spec_from_file_location("embeddings", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


REFERENCE = load_reference()


def section_of(question_id: str) -> str:
    return next(body for heading, body in SECTIONS.items() if f"`{question_id}`" in heading)


def table_rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def anchors(markdown: str) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", markdown, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# ------------------------------------------------------------------------------- the questions


@pytest.mark.parametrize("question", ASSIGNMENT.questions, ids=lambda question: question.id)
def test_a_question_has_a_section_with_its_title_points_and_parts(question):
    heading = next(heading for heading in SECTIONS if f"`{question.id}`" in heading)
    assert f"`{question.id}`: {question.title} ({question.points:g} points)" in heading
    section = section_of(question.id)
    for part in ("**Idea.**", "**Task", "**Example", "\nDetails: [Conventions: "):
        assert part in section
    anchor = question.id if question.is_code else "short-answers"
    assert f"(conventions.md#{anchor})" in section
    for function in question.functions:
        assert f"`{function}`" in section
    if question.words:
        fewest, most = question.words
        assert f"({fewest} to {most} words)" in section


def test_the_table_of_points_is_that_of_the_assignment():
    rows = table_rows(SECTIONS["How points are earned"])[2:]
    linked = [[re.match(r"\[`(\w+)`\]\(#\1-", name)[1], points] for name, points in rows]
    assert linked == [[question.id, f"{question.points:g}"] for question in ASSIGNMENT.questions]


def test_the_totals_of_the_points_are_those_of_the_assignment():
    code = sum(question.points for question in ASSIGNMENT.code_questions)
    answers = sum(question.points for question in ASSIGNMENT.answer_questions)
    assert (
        f"There are {ASSIGNMENT.possible:g} points: {code:g} points for code and {answers:g} points for short" in FLAT
    )


def test_the_number_of_functions_is_that_of_the_assignment():
    assert sum(len(question.functions) for question in load_assignment().questions) == 19
    assert "nineteen short functions and classes in `embeddings.py`, and three short answers" in " ".join(
        STUDENTS.split()
    )


# --------------------------------------------------------------------------- links and pictures


def test_it_has_at_most_five_thousand_words():
    assert len(STUDENTS.split()) <= 5000


@pytest.mark.parametrize("link", sorted(link for link in set(LINKS) if not link.startswith("https://")))
def test_a_link_leads_to_a_file_and_a_heading_that_exist(link):
    name, _, anchor = link.partition("#")
    assert (ASSIGNMENT.template / (name or "handout.md")).is_file()
    if anchor:
        texts = {"": HANDOUT, "conventions.md": Texts(ASSIGNMENT).render(FOLDER / "conventions.md")}
        assert anchor in anchors(texts[name])


def test_every_picture_is_shown_with_a_text_for_those_who_cannot_see_it():
    shown = {target: text for text, target in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", HANDOUT)}
    assert set(shown) == {f"figures/{picture}" for picture in PICTURES}
    assert all(len(text.split()) >= 10 for text in shown.values())


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_was_drawn_by_the_script_beside_it_as_it_is_now(picture):
    path = FIGURES / picture
    sources = (FIGURES / "style.py").read_bytes() + path.with_suffix(".py").read_bytes()
    digest = hashlib.sha256(sources.replace(b"\r\n", b"\n")).hexdigest()
    assert f"{path.stem}.py {digest}" in path.read_text(encoding="utf-8"), (
        f"run `python assignment/figures/{path.stem}.py` again"
    )


# ------------------------------------------------------------------------------------- numbers


def test_every_example_gives_what_the_handout_prints(monkeypatch):
    from autograder.check.import_name import importable_as_check

    importable_as_check()
    monkeypatch.setitem(sys.modules, "embeddings", REFERENCE)
    blocks = re.findall(r"```python\n(.*?)```", HANDOUT, flags=re.DOTALL)
    session = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "handout", "handout.md", 0)
    said: list[str] = []
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    outcome = doctest.DocTestRunner(optionflags=flags).run(session, out=said.append)
    assert outcome.attempted > 50
    assert outcome.failed == 0, "".join(said)


def test_plain_numbers_lie_as_far_apart_as_said():
    cat, dog, boston, london = 34, 2.2, -20, -15
    assert f"cat as {cat}, dog as {dog}, Boston as -{-boston} and London as -{-london}" in FLAT
    assert f"Boston and London are {london - boston} apart" in FLAT
    assert f"nearer to London ({dog - london:.1f}) than to cat ({cat - dog:.1f})" in FLAT


def test_features_lie_as_far_apart_as_said():
    rows = {row[0]: [float(cell) for cell in row[1:]] for row in table_rows(SECTIONS["Why numbers are not enough"])[2:]}
    assert list(rows) == ["dog", "cat", "apple", "banana"]
    differences = [there - here for here, there in zip(rows["dog"], rows["cat"], strict=True)]
    assert differences == [8, 1, 2, 6, -4]
    assert "Dog and cat differ by (8, 1, 2, 6, -4)" in FLAT
    assert "√(64 + 1 + 4 + 36 + 16) = √121 = 11.0" in FLAT
    assert [int(difference**2) for difference in differences] == [64, 1, 4, 36, 16]
    assert math.dist(rows["dog"], rows["cat"]) == 11
    dog_apple, fruits = math.dist(rows["dog"], rows["apple"]), math.dist(rows["apple"], rows["banana"])
    assert f"Dog and apple are {dog_apple:.1f} apart, apple and banana {fruits:.1f}" in FLAT
    nearest = min(math.dist(rows[animal], rows[fruit]) for animal in ("dog", "cat") for fruit in ("apple", "banana"))
    assert f"an animal and a fruit at least {nearest:.1f}" in FLAT
    assert f"√2 ≈ {math.sqrt(2):.3f} apart" in FLAT


def test_the_tables_of_known_models_have_the_sizes_said():
    assert f"8 x 768 = {8 * 768:,} numbers" in FLAT
    assert f"50257 x 768 = {50257 * 768:,}" in FLAT
    megabytes = 50257 * 768 * 4 / 1e6
    assert f"takes {megabytes:.0f} MB" in FLAT
    assert f"about {4 * megabytes:.0f} MB" in FLAT
    assert f"V · D multiply-adds, {50257 * 768 / 1e6:.1f} million in GPT-2" in FLAT


def test_the_layers_of_bert_hold_as_many_numbers_as_said():
    layer = torch.nn.TransformerEncoderLayer(768, nhead=12, dim_feedforward=3072, device="meta")
    numbers = 12 * sum(parameter.numel() for parameter in layer.parameters())
    assert f"{numbers / 1e6:.0f} million numbers in its twelve layers" in FLAT


def test_the_sorted_vocabulary_is_what_the_reference_builds():
    words, ids = table_rows(section_of("lookup"))[0][1:], table_rows(section_of("lookup"))[2][1:]
    assert REFERENCE.build_vocabulary(words[::-1]) == {word: int(row) for word, row in zip(words, ids, strict=True)}


def test_lookup_and_product_cost_what_is_said():
    cost = REFERENCE.lookup_cost(1024, 50257, 768)
    assert table_rows(section_of("one_hot"))[2:] == [
        ["one-hot product", f"{cost['one_hot_multiply_adds']:,}", f"{cost['one_hot_bytes']:,}"],
        ["lookup", f"{cost['lookup_multiply_adds']}", f"{cost['lookup_bytes']:,}"],
    ]


def test_real_words_are_as_alike_as_said():
    words, vectors = glove()
    cat, dog, london = (vectors[words.index(word)] for word in ("cat", "dog", "london"))
    near, far = float((cat - dog).norm()), float((cat - london).norm())
    assert f"|cat - dog| = {near:.2f}, but |cat - london| = {far:.2f}" in FLAT
    alike, unlike = (float(F.cosine_similarity(cat, other, dim=0)) for other in (dog, london))
    assert f"cos(cat, dog) = {alike:.2f}, but cos(cat, london) = {unlike:.2f}" in FLAT


def test_the_analogy_has_the_answers_said():
    words, vectors = glove()
    unit = F.normalize(vectors, dim=-1)
    king, man, woman = (unit[words.index(word)] for word in ("king", "man", "woman"))
    best = (unit @ F.normalize(king - man + woman, dim=0)).topk(6)
    answers = [(words[row], value) for row, value in zip(best.indices.tolist(), best.values.tolist(), strict=True)]
    assert answers[0][0] == "king"
    spoken = ", ".join(f"{word} {value:.3f}" for word, value in answers[1:])
    assert f"king {answers[0][1]:.3f}, which is left out, {spoken}." in FLAT
    assert f"*king* itself is nearest ({answers[0][1]:.3f}); queen ({answers[1][1]:.3f}) wins only" in FLAT


def test_negative_sampling_saves_the_rows_said():
    drawn, vocabulary = 5, 50257
    assert f"{drawn} of them make {drawn + 1} rows instead of, say, {vocabulary:,}." in FLAT


def test_the_pairs_of_words_are_learned_as_said():
    found = re.search(r"Four animals occur with \*([^*]+)\*, four fruits with \*([^*]+)\*: 40 pairs, 18 words.", FLAT)
    near = [words.split(", ") for words in found.groups()]
    nouns = [["cat", "cow", "dog", "horse"], ["apple", "banana", "cherry", "pear"]]
    rows = REFERENCE.build_vocabulary([*chain(*nouns), *chain(*near)])
    words = [pair for both in zip(nouns, near, strict=True) for pair in product(*both)]
    pairs = torch.tensor([REFERENCE.encode(pair, rows).tolist() for pair in words])
    assert (len(pairs), len(rows)) == (40, 18)
    torch.manual_seed(1)
    tables = [torch.nn.Embedding.from_pretrained(0.1 * torch.randn(18, 8), freeze=False) for _ in range(2)]
    losses = REFERENCE.train_embeddings(*tables, pairs, steps=200, learning_rate=1.0)
    assert [f"{loss:.2f}" for loss in (losses[0], losses[-1])] == [f"{math.log(18):.2f}", f"{math.log(5):.2f}"]


def test_the_losses_have_the_bounds_said():
    assert f"ln 2 = {math.log(2):.4f}" in FLAT
    assert f"ln(1 + e⁻¹) = {math.log1p(math.exp(-1)):.4f}" in FLAT
    assert f"ln 18 = {math.log(18):.2f}" in FLAT
    assert f"ln 5 = {math.log(5):.2f}" in FLAT


def test_the_dot_products_of_the_sinusoid_are_those_said():
    encoding = REFERENCE.sinusoidal_encoding(40, 16)
    k = [f"{float(encoding[17] @ encoding[17 + offset]):.2f}" for offset in range(6)]
    assert f"at D = 16 it is {k[0]} for k = 0, falls to {k[3]} at k = 3, and rises again to {k[5]} at k = 5" in FLAT
    assert sorted(k[1:]) == [k[3], k[4], k[5], k[2], k[1]]
    turns = [round(math.degrees(10000 ** (-2 * pair / 16))) for pair in (0, 1)]
    assert f"pair 0 turns by {turns[0]} degrees a step, pair 1 by {turns[1]}." in FLAT


def test_the_real_positions_are_as_said():
    table = minilm_positions()
    assert f"{table.shape[0]} x {table.shape[1]} positions of MiniLM" in FLAT
    unit = F.normalize(table, dim=-1)
    nearest = (unit @ unit.T).fill_diagonal_(-2).argmax(dim=1)
    neighbours = int(((nearest - torch.arange(len(table))).abs() == 1).sum())
    assert f"For {neighbours} of its {len(table)} rows" in FLAT
    means = REFERENCE.similarity_by_offset(table)
    peaks = [k for k in range(1, 20) if means[k - 1] < means[k] > means[k + 1]]
    assert f"peaks near {peaks[0]}, {peaks[1]} and {peaks[2]}" in FLAT
    assert len(peaks) == 3


def test_half_precision_confuses_the_positions_said():
    assert "In bfloat16, 256 and 257 are the same number" in FLAT
    assert torch.tensor(257, dtype=torch.bfloat16) == torch.tensor(256, dtype=torch.bfloat16)


def test_token_and_position_add_up_by_hand():
    rows = table_rows(section_of("input_embeddings").replace("\u2212", "-"))[2:]
    token, *added = [[float(cell) for cell in row[1:]] for row in rows]
    assert len(added) == 4
    for position, total in (added[:2], added[2:]):
        assert [round(one + other, 6) for one, other in zip(token, position, strict=True)] == total


def test_positions_weigh_as_much_beside_tokens_as_said():
    generator = torch.Generator().manual_seed(0)
    token, one, other = torch.randn(3, 100_000, generator=generator)
    for deviation, said in ((0.02, 0.5), (1.0, 0.9996)):
        first, second = deviation * token + 0.02 * one, deviation * token + 0.02 * other
        assert float(F.cosine_similarity(first, second, dim=0)) == pytest.approx(said, rel=0.02)
    assert "a cosine of about 0.5:" in FLAT
    assert f"1 / (1 + 0.02²) = {1 / (1 + 0.02**2):.4f}" in FLAT


def test_a_sinusoid_drowns_tokens_as_said():
    dim = 768
    position = REFERENCE.sinusoidal_encoding(8, dim)[7]
    tokens = 0.02 * torch.randn(50, dim, generator=torch.Generator().manual_seed(0))
    length = float(tokens.norm(dim=-1).mean())
    assert f"At D = {dim} a sinusoid is √{dim // 2} = {position.norm():.1f} long, our token row only" in FLAT
    assert f"only {length:.2f}." in FLAT
    assert f"which would make ours {0.02 * dim:.1f} long." in FLAT
    unit = F.normalize(tokens + position, dim=-1)
    between = (unit @ unit.T)[*torch.triu_indices(50, 50, offset=1)]
    assert f"have cosine {between.mean():.4f}: the tokens drown." in FLAT


# --------------------------------------------------------------------------------- what it hides


def test_no_line_of_the_solution_stands_in_the_handout():
    source = (ROOT / "solutions" / "embeddings.py").read_text(encoding="utf-8")
    blocks = re.findall(r"# BEGIN SOLUTION NO PROMPT\n(.*?)# END SOLUTION", source, flags=re.DOTALL)
    lines = {line.split("  #")[0].strip() for block in blocks for line in block.splitlines()}
    telling = {line for line in lines if len(line) > 20} - {"with torch.no_grad():"}
    assert len(telling) > 60
    assert [line for line in sorted(telling) if line in FLAT] == []


def test_no_example_defines_what_students_write():
    names = {name for question in ASSIGNMENT.questions for name in question.functions}
    blocks = re.findall(r"```python\n(.*?)```", HANDOUT, flags=re.DOTALL)
    examples = doctest.DocTestParser().get_examples("\n".join(blocks))
    trees = [ast.parse(example.source) for example in examples]
    defined = {
        node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    assert defined.isdisjoint(names)
