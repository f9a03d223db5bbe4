"""The self-check, and the tools that public and hidden tests share. `autograder/check` is a link to this folder.

Nothing here imports the rest of the grader: it stands on torch, gensim and plain otter-grader alone.
"""
