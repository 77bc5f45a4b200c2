"""The judge as a torch module: a BERT encoder whose attention mask makes it read an answer for many claims at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTH, HEADS, LAYERS, INNER = 384, 12, 6, 1_536
VOCABULARY, PLACES = 30_522, 512
VERDICTS = 4
BLOCKED = -1e4
_EPSILON = 1e-12


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch of readings, padded. Group 0 is padding. `firsts` is padded with -1."""

    ids: Tensor  # batch × tokens
    positions: Tensor
    groups: Tensor
    firsts: Tensor  # batch × claims


class Dropout(nn.Module):
    """Leaves out the same channels for every token of an example: as good here, and a tenth of the cost on a CPU."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self.source: torch.Generator | None = None

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.share == 0:
            return x
        kept = torch.rand(x.shape[0], 1, x.shape[-1], device=x.device, generator=self.source) >= self.share
        return x * (kept.to(x.dtype) / (1 - self.share))


class Layer(nn.Module):
    """One encoder layer, post-norm as in BERT."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm_1 = nn.LayerNorm(WIDTH, eps=_EPSILON)
        self.wide = nn.Linear(WIDTH, INNER)
        self.narrow = nn.Linear(INNER, WIDTH)
        self.norm_2 = nn.LayerNorm(WIDTH, eps=_EPSILON)
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        """`seen`: batch × 1 × tokens × tokens, 0 for what may be looked at and far below for the rest."""
        batch, tokens, _ = x.shape
        q, k, v = self.qkv(x).view(batch, tokens, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        # Plain products: on a CPU they are far faster than the fused attention with a mask.
        scores = torch.matmul(q * (WIDTH // HEADS) ** -0.5, k.transpose(-1, -2)) + seen
        read = torch.matmul(torch.softmax(scores, -1), v)
        x = self.norm_1(x + self.dropout(self.out(read.transpose(1, 2).reshape(batch, tokens, WIDTH))))
        return cast(Tensor, self.norm_2(x + self.dropout(self.narrow(functional.gelu(self.wide(x))))))


class Network(nn.Module):
    """Logits of the four verdicts per claim, and of being evidence per claim and token of the answer."""

    def __init__(self, dropout: float = 0.1) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, WIDTH)
        self.places = nn.Embedding(PLACES, WIDTH)
        self.kinds = nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=_EPSILON)
        self.dropout = Dropout(dropout)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
        # What means the same is near from the start, in the encoder's own space: so is a claim to its evidence.
        self.span_query = nn.Linear(WIDTH, WIDTH)
        self.span_key = nn.Linear(WIDTH, WIDTH)
        for linear in (self.span_query, self.span_key):
            nn.init.eye_(linear.weight)
            nn.init.zeros_(linear.bias)
        self.focus = nn.Parameter(torch.tensor(20.0))
        self.span_scale = nn.Parameter(torch.tensor(10.0))
        self.span_bias = nn.Parameter(torch.tensor(-6.0))
        self.head = nn.Linear(5 * WIDTH, WIDTH)
        self.verdict = nn.Linear(WIDTH, VERDICTS)

    def seed(self, value: int) -> None:
        """Draw what is left out from a source of the network's own."""
        source = torch.Generator(self.words.weight.device).manual_seed(value)
        for module in self.modules():
            if isinstance(module, Dropout):
                module.source = source

    def forward(self, rows: Rows) -> tuple[Tensor, Tensor]:
        """Batch × claims × 4, batch × claims × tokens; of padding they mean nothing."""
        groups = rows.groups
        own = groups[:, :, None] == groups[:, None, :]
        seen = own | ((groups[:, :, None] < 0) & (groups[:, None, :] > 0))
        blocked = torch.where(seen, 0.0, BLOCKED)[:, None]
        if torch.is_autocast_enabled(x_device := rows.ids.device.type):
            blocked = blocked.to(torch.get_autocast_dtype(x_device))
        x = self.words(rows.ids) + self.places(rows.positions) + self.kinds((groups < 0).long())
        x = self.dropout(self.norm(x))
        for layer in self.layers:
            x = layer(x, blocked)
        return self._judge(x, rows)

    def _judge(self, x: Tensor, rows: Rows) -> tuple[Tensor, Tensor]:
        claims = rows.firsts.shape[1]
        numbers = -torch.arange(1, claims + 1)
        within = (rows.groups[:, None, :] == numbers[None, :, None]).to(x.dtype)
        mean = torch.bmm(within / within.sum(-1, keepdim=True).clamp(min=1), x)
        first = torch.gather(x, 1, rows.firsts.clamp(min=0)[:, :, None].expand(-1, -1, WIDTH))
        query, key = functional.normalize(self.span_query(mean), dim=-1), functional.normalize(self.span_key(x), dim=-1)
        matches = torch.bmm(query, key.transpose(1, 2)).float()
        outside = torch.where(rows.groups > 0, 0.0, BLOCKED)[:, None, :]
        evidence = torch.bmm(torch.softmax(matches * self.focus + outside, -1).to(x.dtype), x)
        seen = torch.cat((first, mean, evidence, mean * evidence, (mean - evidence).abs()), -1)
        logits = self.verdict(self.dropout(functional.gelu(self.head(seen))))
        return logits, matches * self.span_scale + self.span_bias


def start_from(network: Network, encoder: Mapping[str, Tensor]) -> None:
    """Take over the weights of a BERT encoder, named as in its safetensors file."""
    taken = {
        "words.weight": encoder["embeddings.word_embeddings.weight"],
        "places.weight": encoder["embeddings.position_embeddings.weight"],
        "kinds.weight": encoder["embeddings.token_type_embeddings.weight"],
    }
    for part in ("weight", "bias"):
        taken[f"norm.{part}"] = encoder[f"embeddings.LayerNorm.{part}"]
        for number in range(LAYERS):
            theirs, ours = f"encoder.layer.{number}.", f"layers.{number}."
            attention = [encoder[f"{theirs}attention.self.{name}.{part}"] for name in ("query", "key", "value")]
            taken[f"{ours}qkv.{part}"] = torch.cat(attention)
            for name, place in _NAMES.items():
                taken[f"{ours}{name}.{part}"] = encoder[f"{theirs}{place}.{part}"]
    network.load_state_dict(taken, strict=False)


_NAMES = {
    "out": "attention.output.dense",
    "norm_1": "attention.output.LayerNorm",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
    "norm_2": "output.LayerNorm",
}
