import torch


class PairLoss:
    """The mean of -log(probability of the true context word), in float32 at least."""

    def __init__(self, pairs):
        self.inner, self.outer = pairs.unbind(1)

    def __call__(self, centre_table, context_table):
        wide = torch.promote_types(centre_table.dtype, torch.float32)
        rows = centre_table.to(wide).index_select(0, self.inner)
        scores = torch.einsum("nd,vd->nv", rows, context_table.to(wide))
        true_scores = scores.gather(1, self.outer[:, None]).squeeze(1)
        return (scores.logsumexp(dim=1) - true_scores).mean()


def train_embeddings(centre, context, pairs, *, steps, learning_rate):
    tables = (centre.weight, context.weight)
    loss_of = PairLoss(pairs)
    losses = []
    for _ in range(steps):
        loss = loss_of(*tables)
        gradients = torch.autograd.grad(loss, tables)
        for table, gradient in zip(tables, gradients):
            table.data.add_(gradient, alpha=-learning_rate)
        losses.append(float(loss.detach()))
    return losses
