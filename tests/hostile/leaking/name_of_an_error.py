"""Tries: to raise an error whose type is named after what was handed over.
Must: of hidden cases only title and outcome reach the student.
Control: seen by instructors
"""


def _telling(function):
    def call(*args, **kwargs):
        raise type(f"HANDED OVER {args}", (KeyError,), {})("see my name")

    return call


for _name in ("build_vocabulary", "encode", "embedding_lookup", "one_hot", "lookup_cost"):
    globals()[_name] = _telling(globals()[_name])
