"""Tries: to raise what each case hands over, as an error's text.
Must: of hidden cases only title and outcome reach the student.
Control: seen by instructors
"""


def _telling(function):
    def call(*args, **kwargs):
        raise ValueError(f"HANDED OVER {args} {kwargs}")

    return call


for _name in ("build_vocabulary", "encode", "embedding_lookup", "one_hot", "lookup_cost"):
    globals()[_name] = _telling(globals()[_name])
