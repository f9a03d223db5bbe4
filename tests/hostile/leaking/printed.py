"""Tries: to print what each case hands over.
Must: of hidden cases only title and outcome reach the student.
Control: seen by instructors
"""


def _telling(function):
    def call(*args, **kwargs):
        print("HANDED OVER", args, kwargs)
        return function(*args, **kwargs)

    return call


for _name in ("build_vocabulary", "encode", "embedding_lookup", "one_hot", "lookup_cost"):
    globals()[_name] = _telling(globals()[_name])
