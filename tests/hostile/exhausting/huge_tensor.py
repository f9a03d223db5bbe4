"""Tries: to make a tensor of 700 MB.
Must: memory runs out in the call, and the process goes on serving.
Control: no wall
"""

import torch


def attack():
    return torch.empty(700 * 2**20, dtype=torch.uint8).shape
