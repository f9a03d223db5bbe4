import numpy as np
import torch


def train_embeddings(centre, context, pairs, *, steps, learning_rate):
    losses = []
    pair_list = pairs.tolist()
    for _ in range(steps):
        A = centre.weight.detach().double().numpy()
        B = context.weight.detach().double().numpy()
        grad_A = np.zeros_like(A)
        grad_B = np.zeros_like(B)
        total = 0.0
        for c, o in pair_list:
            scores = B @ A[c]
            scores = scores - scores.max()
            p = np.exp(scores) / np.exp(scores).sum()
            total += np.log(np.exp(scores).sum()) - scores[o]
            p[o] -= 1.0
            grad_A[c] += p @ B
            grad_B += np.outer(p, A[c])
        n = len(pair_list)
        losses.append(total / n)
        with torch.no_grad():
            centre.weight.copy_(torch.from_numpy(A - learning_rate * grad_A / n))
            context.weight.copy_(torch.from_numpy(B - learning_rate * grad_B / n))
    return losses
