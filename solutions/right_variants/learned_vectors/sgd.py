"""`torch.optim.SGD`; the gradients of the last step stay behind."""

import torch
import torch.nn.functional as F


def train_embeddings(centre, context, pairs, *, steps, learning_rate):
    optimizer = torch.optim.SGD([*centre.parameters(), *context.parameters()], lr=learning_rate)
    centres, targets = pairs.T
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        logits = centre(centres) @ context.weight.t()
        loss = F.cross_entropy(logits, targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
