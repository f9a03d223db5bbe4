"""Hidden cases of `lookup`. `reference` is the module solutions/embeddings.py."""

import torch
from check.compare import same
from otter.test_files import test_case

OK_FORMAT = False
name = "lookup_hidden"


@test_case(name="`embedding_lookup` gives `(..., D)` for ids of any shape.", points=2, hidden=True)
def test_shapes(embedding_lookup, reference):
    table = torch.randn(7, 3, generator=torch.Generator().manual_seed(1))
    for shape in [(), (5,), (2, 3), (1, 1), (2, 3, 4), (0,), (2, 0)]:
        ids = torch.randint(0, 7, shape, generator=torch.Generator().manual_seed(2))
        same(embedding_lookup(table, ids), reference.embedding_lookup(table, ids))
