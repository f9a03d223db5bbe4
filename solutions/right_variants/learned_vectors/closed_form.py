"""The gradient written out by hand: softmax minus one-hot, times the other table."""

import torch


@torch.no_grad()
def train_embeddings(centre, context, pairs, *, steps, learning_rate):
    centres, contexts = pairs.unbind(1)
    everyone = torch.arange(len(pairs))
    losses = []
    for _ in range(steps):
        rows = centre.weight[centres]  # (N, D)
        scores = rows @ context.weight.T  # (N, V)
        losses.append((scores.logsumexp(1) - scores[everyone, contexts]).mean().item())
        error = scores.softmax(1)
        error[everyone, contexts] -= 1
        error /= len(pairs)
        for_context = error.T @ rows  # (V, D)
        for_rows = error @ context.weight  # (N, D)
        for_centre = torch.zeros_like(centre.weight).index_add_(0, centres, for_rows)
        centre.weight -= learning_rate * for_centre
        context.weight -= learning_rate * for_context
    return losses
