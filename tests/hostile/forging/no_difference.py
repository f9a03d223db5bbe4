"""Tries: to make torch find no difference between any two tensors.
Must: what it patches is not where verdicts are made: the half earns what it earns.
Control: one process
"""

import torch

torch.equal = lambda left, right: True
torch.Tensor.any = lambda self, *args, **kwargs: False
