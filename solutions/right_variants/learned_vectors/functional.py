"""A pure loss function, differentiated by `torch.func`."""

import torch
from torch.func import grad_and_value


def _loss(tables, one_hot_centres, targets):
    centre, context = tables
    scores = (one_hot_centres @ centre) @ context.mT
    return torch.nn.CrossEntropyLoss()(scores, targets)


def train_embeddings(centre, context, pairs, *, steps, learning_rate):
    step = grad_and_value(_loss)
    chosen = torch.nn.functional.one_hot(pairs[:, 0], centre.num_embeddings).to(centre.weight.dtype)
    losses = []
    while len(losses) < steps:
        tables = (centre.weight.detach(), context.weight.detach())
        gradients, loss = step(tables, chosen, pairs[:, 1])
        for table, gradient in zip(tables, gradients, strict=True):
            table.sub_(gradient, alpha=learning_rate)  # shares the parameter's storage
        losses.append(loss.item())
    return losses
