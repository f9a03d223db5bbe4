"""What students get as `check/`: the self-check, and the tools that public and hidden tests share.

Copied byte for byte into `student_template/check/`, so nothing here imports the rest of the
grader: it stands on torch, gensim and plain otter-grader alone.
"""
