"""`backward` and an update of one's own, the gradients cleared before and after."""

import torch


def train_embeddings(centre, context, pairs, *, steps, learning_rate):
    losses = []
    tables = [centre.weight, context.weight]
    for _ in range(steps):
        for table in tables:
            table.grad = None
        scores = torch.einsum("nd,vd->nv", centre.weight[pairs[:, 0]], context.weight)
        log_probabilities = scores.log_softmax(dim=1)
        loss = -log_probabilities.gather(1, pairs[:, 1:2]).mean()
        loss.backward()
        for table in tables:
            table.data.add_(table.grad, alpha=-learning_rate)
            table.grad = None
        losses.append(float(loss.detach()))
    return losses
