"""Evidence of the hints of `learned_positions`."""

from autograder.check.hints.probing import numbers
from autograder.hint_evidence import accepted, equals, is_a, no_gradient, right, shape_is, wrong, wrong_error
from autograder.hint_evidence import quotes_too_little as leaves_a_number_out


def frozen(told, _):
    return any("False" in each for each in told)


def parameters(claim):
    return {"parameters": lambda got, _: claim(got)}


def added(claim):
    """Of the rows that were added to a batch (2, 4, 5), and of those that should be."""
    return {"a batch": lambda got, right: claim(got - given(), right - given())}


def given():
    return numbers(2, 4, 5)


def alike(one, other):
    return one.allclose(other, atol=1e-5)


def spread(power):
    return drawn(lambda draw: draw[1] == power)


def drawn(claim):
    """Of the draw of a table, and of that of an extended one's fresh rows."""
    return {"a draw": lambda got, _: claim(got), "new rows": lambda got, _: claim(got[0])}


def fresh_rows(claim):
    """Of the draw of the fresh rows, and whether all are like the last old one."""
    return {"new rows": lambda got, _: claim(*got)}


TOO_LONG = "too long"

EVIDENCE = {
    "P14": parameters(lambda told: any("[6, 5]" in each for each in told)),
    "T11": parameters(lambda told: any("[8, 5]" in each for each in told)) | {"a batch": wrong},
    "P15": {TOO_LONG: lambda got, _: got[0] == "accepted" and got[1].shape[1] == 8},
    "P16": {TOO_LONG: lambda got, _: got[0] == "accepted" and got[1].shape[1] == 8},
    "P17": {TOO_LONG: lambda got, _: got[0] == "accepted" and got[1].shape[1] < 8},
    "P18": {TOO_LONG: lambda got, _: got[0] == "accepted" and alike(got[1][:, 7], numbers(2, 8, 5)[:, 7])},
    "P21": {TOO_LONG: wrong_error, "one row": accepted},
    "T30": {TOO_LONG: wrong_error},
    "T31": {TOO_LONG: leaves_a_number_out},
    "T32": {"full length": is_a(Exception), "a batch": right},
    "T1": added(lambda rows, _: alike(rows[0, 0], rows[0, 3]) and not alike(rows[0, 0], rows[1, 0])),
    "T33": {"a batch": wrong},
    "T5": parameters(lambda told: told == []),
    "T6": parameters(lambda told: told == []) | {"16 bits": right},
    "T7": {"a batch": wrong},
    "T10": added(lambda rows, _: all(alike(rows[0, 0], rows[text, place]) for text in (0, 1) for place in range(4))),
    "T34": added(lambda rows, right: alike(rows[0, 0], right[0, 3])),
    "T35": {"full length": right, "a batch": wrong},
    "T36": spread(6),
    "T37": drawn(lambda draw: draw == "all alike"),
    "T38": drawn(lambda draw: draw[2] is False),
    "T39": spread(3),
    "T40": {"two modules": lambda got, _: got is True, "a draw": right},
    "T41": {"parameters": frozen, "size": frozen},
    "T42": {"gradients": no_gradient, "a batch": right},
    "T43": {"gradients": no_gradient, "a batch": right},
    "T44": {"its input": wrong},
    "T45": {"a batch": wrong, "gradients": wrong},
    "T46": {"a batch": wrong},
    "T47": {"a batch": wrong},
    "T48": parameters(lambda told: len(told) == 2),
    "T49": {"16 bits": lambda got, _: "float32" in got[1]},
    "T8": parameters(lambda told: any("[" in each and each.count(",") > 2 for each in told)),
    "T74": {"parameters": equals("no module")},
    # extend_positions
    "T75": {"rows": is_a(RuntimeError), "same size": is_a(RuntimeError)},
    "T15": {"rows": wrong, "same size": wrong},
    "T17": {"rows": wrong, "same size": right},
    "T50": {"rows": wrong, "same size": right},
    "T51": fresh_rows(lambda drawn, _: drawn == "all alike"),
    "T52": {"rows": right, "new rows": wrong},
    "T53": {"rows": right, "new rows": wrong},
    "T54": {"rows": right, "new rows": lambda got, _: got[0][1] == 6},
    "T55": {"the old module": lambda got, _: got[1][0] is True},
    "T56": {"the old module": wrong},
    "T57": {"shrinking": accepted},
    "T58": {"same size": is_a(Exception), "rows": right},
    "T59": {"float64": wrong},
    "T60": {"size": frozen},
    "T61": {"size": wrong},
    # similarity_by_offset
    "T62": {"rows": lambda got, _: abs(float(got[0]) - 1) > 1e-3},
    "T63": {"rows": lambda got, _: abs(float(got[0]) - 1) > 1e-3},
    "T64": {"rows": lambda got, right: bool((got[1:].abs() < right[1:].abs()).all())},
    "T65": {"rows": wrong},
    "T66": {"rows": wrong},
    "T67": {"rows": lambda got, _: abs(float(got[0]) - 1) > 1e-3},
    "T68": {"rows": shape_is(3)},
    "T69": {"rows": lambda got, right: bool((got >= 0).all()) and bool((right < 0).any())},
    "T70": {"rows": right, "dtypes": wrong},
    "T71": {"rows": wrong},
    "T72": {"its input": wrong},
}
