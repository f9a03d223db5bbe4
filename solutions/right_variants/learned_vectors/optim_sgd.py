import torch
import torch.nn.functional as F


def train_embeddings(centre, context, pairs, *, steps, learning_rate):
    optimizer = torch.optim.SGD([centre.weight, context.weight], lr=learning_rate)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        scores = centre(pairs[:, 0]) @ context.weight.T
        loss = F.cross_entropy(scores, pairs[:, 1])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
