"""Letterpress's pixel and mixed models as classes of `transformers`.

    import letterpress.modeling
    from transformers import AutoModelForSequenceClassification
    model = AutoModelForSequenceClassification.from_pretrained("runs/topic/best")

Importing registers the model type `ernie-pixel` (PixelGPT, MonoGPT, DualGPT) with AutoConfig, AutoModel, AutoModelForCausalLM and
AutoModelForSequenceClassification. Models of tokens alone have the type `llama` and need none of this.

All forwards take `pixel_values` [B, C, P, P L], numbers of 0 to 1 or bytes; `patch_mask` [B, L], true for patches that are
seen, the black one at the end among them; `input_ids` and `attention_mask` [B, S]. Patches stand before tokens.
"""
from dataclasses import dataclass, fields
from typing import Optional

import torch
import torch.nn.functional as F
from torch import nn
from transformers import (AutoConfig, AutoModel, AutoModelForCausalLM, AutoModelForSequenceClassification,
                          AutoModelForTokenClassification, GenerationMixin,
                          LlamaModel, LlamaPreTrainedModel, PreTrainedModel)
from transformers.modeling_outputs import CausalLMOutputWithPast, SequenceClassifierOutputWithPast, TokenClassifierOutput

from .configuration import ErniePixelConfig, OwnErniePixelConfig, OwnLlamaConfig, refusal


@dataclass
class PatchesAndTokens(CausalLMOutputWithPast):
    """`logits` [B, S, V] of the tokens; `patches` [B, L, P P C], what each patch predicts of the next one: pixels in the order row,
    column, channel (normalised, plain or as logits, by the configuration's patch_head)."""

    patches: Optional[torch.FloatTensor] = None


class _PatchEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        side = config.patch_size
        self.projection = nn.Conv2d(config.num_channels, config.hidden_size, kernel_size=side, stride=side)
        self.norm = nn.LayerNorm(config.hidden_size, eps=1e-5)

    def forward(self, pixels):
        channels, side = self.projection.in_channels, self.projection.kernel_size[0]
        if pixels.ndim != 4 or pixels.shape[1] != channels or pixels.shape[2] != side or pixels.shape[3] % side:
            raise ValueError(f"pixel_values have the shape {tuple(pixels.shape)}, expected [B, {channels}, {side}, {side} L]; "
                             "letterpress render --channels gray or rgb draws for models of one channel or three")
        x = self.projection(as_numbers(pixels).to(self.projection.weight.dtype))
        return self.norm(x.flatten(2).transpose(1, 2))


class _Patches(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.patch_embeddings = _PatchEmbeddings(config)


def as_numbers(pixels):
    """Pixels as numbers of 0 to 1."""
    return pixels.float() / 255 if pixels.dtype == torch.uint8 else pixels


def patches_of(pixels, side):
    """[B, C, P, P L] as patches [B, L, P P C], pixels in the order row, column, channel."""
    batch, channels, _, width = pixels.shape
    x = pixels.reshape(batch, channels, side, width // side, side)
    return x.permute(0, 3, 2, 4, 1).reshape(batch, width // side, side * side * channels)


class ErniePixelPreTrainedModel(LlamaPreTrainedModel):
    config_class = ErniePixelConfig
    base_model_prefix = "model"
    main_input_name = "input_ids"


class ErniePixelModel(LlamaModel):
    """The decoder without heads: patches, then tokens, seen causally."""

    config_class = ErniePixelConfig
    base_model_prefix = "model"

    def __init__(self, config):
        config.check()
        super().__init__(config)
        self.embed_patches = _Patches(config)
        # The padding id may be a token like any other: its vector is trained too.
        self.embed_tokens.padding_idx = None
        self.post_init()

    def forward(self, input_ids=None, pixel_values=None, patch_mask=None, attention_mask=None, position_ids=None,
                inputs_embeds=None, text_position=None, **kwargs):
        """`text_position` is the position of the first token behind patches, by default their number L with padding."""
        if pixel_values is None:
            return super().forward(input_ids=input_ids, attention_mask=attention_mask, position_ids=position_ids,
                                   inputs_embeds=inputs_embeds, **kwargs)
        x = self.embed_patches.patch_embeddings(pixel_values)
        batch, length = x.shape[:2]
        mask = x.new_ones((batch, length), dtype=torch.long) if patch_mask is None else patch_mask.long()
        positions = torch.arange(length, device=x.device)
        if input_ids is not None:
            x = torch.cat((x, self.embed_tokens(input_ids)), 1)
            seen = torch.ones_like(input_ids) if attention_mask is None else attention_mask.long()
            mask = torch.cat((mask, seen), 1)
            start = length if text_position is None else text_position
            if start < length:
                raise ValueError(f"text begins at position {start}, inside {length} patches")
            positions = torch.cat((positions, torch.arange(start, start + input_ids.shape[1], device=x.device)))
        if position_ids is None:
            position_ids = positions.expand(batch, -1)
        kwargs["use_cache"] = False
        return super().forward(inputs_embeds=x, attention_mask=mask, position_ids=position_ids, **kwargs)


class ErniePixelForCausalLM(ErniePixelPreTrainedModel, GenerationMixin):
    """Predicts the next token and the next patch."""

    def __init__(self, config):
        super().__init__(config)
        self.model = ErniePixelModel(config)
        heads = config.heads()
        self.lm_token_head = self.lm_pixel_head = None
        if "token" in heads and not config.tie_word_embeddings:
            self.lm_token_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.has_token_head = "token" in heads
        if "patch" in heads:
            size = config.patch_size ** 2 * config.num_channels
            self.lm_pixel_head = nn.Linear(config.hidden_size, size, bias=False)
        self.post_init()

    def get_output_embeddings(self):
        return self.lm_token_head

    def forward(self, input_ids=None, pixel_values=None, patch_mask=None, attention_mask=None, position_ids=None,
                inputs_embeds=None, labels=None, patch_labels=None, logits_to_keep=0, **kwargs):
        """The loss is the sum of the next-token loss where `labels` [B, S] (-100 for nothing) are given, and of the next-patch loss
        where `patch_labels` [B, L] (true for patches that are predicted; or True, for all that are seen) are."""
        base = self.model(input_ids=input_ids, pixel_values=pixel_values, patch_mask=patch_mask,
                          attention_mask=attention_mask, position_ids=position_ids, inputs_embeds=inputs_embeds, **kwargs)
        hidden = base.last_hidden_state
        length = 0 if pixel_values is None else pixel_values.shape[3] // self.config.patch_size
        logits = patches = loss = None
        if hidden.shape[1] > length and self.has_token_head:
            rows = hidden[:, length:]
            if isinstance(logits_to_keep, int) and logits_to_keep and labels is None:
                rows = rows[:, -logits_to_keep:]
            weight = self.model.embed_tokens.weight if self.lm_token_head is None else self.lm_token_head.weight
            logits = F.linear(rows, weight)
        if length and self.lm_pixel_head is not None:
            patches = self.lm_pixel_head(hidden[:, :length])
        if labels is not None:
            if logits is None:
                raise ValueError("labels are given, and the model has no token head or there are no tokens")
            wanted = labels[:, 1:]
            found = F.cross_entropy(logits[:, :-1].float().transpose(1, 2), wanted, ignore_index=-100, reduction="sum")
            loss = found / (wanted != -100).sum().clamp(min=1)
        if patch_labels is not None:
            if patches is None:
                raise ValueError("patch_labels are given, and the model has no patch head or there are no patches")
            if patch_labels is True:
                patch_labels = torch.ones(patches.shape[:2], device=patches.device) if patch_mask is None else patch_mask
            errors = self.patch_errors(patches, pixel_values)[:, 1:]
            weights = patch_labels[:, 1:].to(errors.dtype)
            found = (errors * weights).sum() / weights.sum().clamp(min=1)
            loss = found if loss is None else loss + found
        known = {field.name for field in fields(PatchesAndTokens)}
        kept = {key: value for key, value in base.items() if key in known}
        return PatchesAndTokens(loss=loss, logits=logits, patches=patches, **kept)

    def patch_errors(self, patches, pixel_values):
        """How far each patch [B, L] is from its prediction, in the measure of training; the first has none and is 0."""
        kind = self.config.kind_of_patch_head()
        x = patches[:, :-1] if patches.dtype == torch.float64 else patches[:, :-1].float()
        target = patches_of(as_numbers(pixel_values).to(x.dtype), self.config.patch_size)[:, 1:]
        if kind == "regression_norm":
            deviation = torch.sqrt(target.var(-1, unbiased=True, keepdim=True) + 1e-6)
            target = (target - target.mean(-1, keepdim=True)) / deviation
        if kind == "bernoulli":
            errors = F.binary_cross_entropy_with_logits(x, target, reduction="none").mean(-1)
        else:
            errors = (x - target).square().mean(-1)
        return F.pad(errors, (1, 0))


class ErniePixelWithScore(ErniePixelPreTrainedModel):
    """A base and a head of `num_labels` numbers a row."""

    def __init__(self, config):
        super().__init__(config)
        self.num_labels = config.num_labels
        self.model = ErniePixelModel(config)
        self.score = nn.Linear(config.hidden_size, config.num_labels, bias=False)


class ErniePixelForSequenceClassification(ErniePixelWithScore):
    """Classes of one row or of the mean over some, or, where there is one label, a number."""

    def __init__(self, config):
        super().__init__(config)
        record = config.record()
        self.pool = record.get("pool", "eos")
        if self.pool not in ("eos", "last_text", "mean"):
            raise ValueError(f"classifier.json: pool is '{self.pool}'; known are eos, last_text, mean")
        self.compatible_pad = record.get("compatible_pad")
        length = record.get("length")
        is_pair = record.get("modality") == "pair"
        self.patch_limit = length // 2 if length and is_pair else None
        self.token_limit = length - length // 2 if length and is_pair else length
        self.post_init()

    def forward(self, input_ids=None, pixel_values=None, patch_mask=None, attention_mask=None, labels=None, **kwargs):
        """`logits` [B, classes] of the row that the model was trained to classify: of an image its black patch (or the one before
        it), of a text, and of a text behind an image, the last token; or of the mean over all patches but the black one and all
        tokens."""
        if input_ids is not None and attention_mask is None:
            if self.config.pad_token_id is None and input_ids.shape[0] > 1:
                raise ValueError("give attention_mask: the model has no padding token to find the ends of texts by")
            attention_mask = self._seen(input_ids)
        if pixel_values is not None and patch_mask is None:
            width = pixel_values.shape[3] // self.config.patch_size
            patch_mask = torch.ones((pixel_values.shape[0], width), dtype=torch.long, device=pixel_values.device)
        is_pair = input_ids is not None and pixel_values is not None
        if is_pair:
            pixel_values, patch_mask = self._canvas(pixel_values, patch_mask)
            kwargs.setdefault("text_position", self.patch_limit)
        base = self.model(input_ids=input_ids, pixel_values=pixel_values, patch_mask=patch_mask,
                          attention_mask=attention_mask, **kwargs)
        hidden = base.last_hidden_state
        if self.pool == "mean" and self.compatible_pad is None:
            pooled = self._mean(hidden, input_ids, attention_mask, patch_mask)
        elif input_ids is None:
            count = patch_mask.long().sum(1)
            rows = (count - (1 if self.pool == "eos" else 2)).clamp(min=0)
        else:
            rows = self._token_rows(input_ids, attention_mask, patch_mask.shape[1] if is_pair else 0)
        if self.pool != "mean" or self.compatible_pad is not None:
            pooled = hidden[torch.arange(len(rows), device=rows.device), rows]
        logits = self.score(pooled)
        loss = None
        if labels is not None:
            loss = (F.mse_loss(logits[:, 0], labels.to(logits.dtype).flatten()) if self.num_labels == 1
                    else F.cross_entropy(logits, labels.flatten()))
        known = {field.name for field in fields(SequenceClassifierOutputWithPast)}
        kept = {key: value for key, value in base.items() if key in known}
        return SequenceClassifierOutputWithPast(loss=loss, logits=logits, **kept)

    @staticmethod
    def _mean(hidden, ids, attention_mask, patch_mask):
        """The mean over patches but the black one and over tokens, [B, D]."""
        taken = []
        if patch_mask is not None:
            place = torch.arange(patch_mask.shape[1], device=hidden.device)
            taken.append(place[None] < (patch_mask.long().sum(1) - 1).clamp(min=1)[:, None])
        if ids is not None:
            place = torch.arange(ids.shape[1], device=hidden.device)
            last = (attention_mask.long() * place).max(1).values
            taken.append(place[None] <= last[:, None])
        taken = torch.cat(taken, 1).to(hidden.dtype)
        return (hidden * taken[:, :, None]).sum(1) / taken.sum(1, keepdim=True)

    def _seen(self, ids):
        """Places up to the last that is no padding."""
        pad = self.config.pad_token_id
        if pad is None:
            return torch.ones_like(ids)
        place = torch.arange(ids.shape[1], device=ids.device)
        last = ((ids != pad).long() * place).max(1).values
        return (place[None] <= last[:, None]).long()

    def _canvas(self, pixels, mask):
        """Where the published rule is followed a white patch may be classified: it must be there."""
        if self.compatible_pad is None or self.patch_limit is None:
            return pixels, mask
        missing = self.patch_limit - mask.shape[1]
        if missing <= 0:
            return pixels, mask
        white = 255 if pixels.dtype == torch.uint8 else 1.0
        return F.pad(pixels, (0, missing * self.config.patch_size), value=white), F.pad(mask, (0, missing))

    def _token_rows(self, ids, seen, patches):
        place = torch.arange(ids.shape[1], device=ids.device)
        last = (seen.long() * place).max(1).values
        if self.compatible_pad is None:
            return patches + last
        # The published code looks for the first padding id; a full text behind an image has none, and gets the patch before the text.
        is_pad = (ids == self.compatible_pad) & seen.bool()
        first = (is_pad.long().argmax(1) - 1).clamp(min=0)
        is_full = seen.long().sum(1) >= (self.token_limit or ids.shape[1])
        otherwise = torch.where(is_full & bool(patches), torch.full_like(last, -1), last)
        return patches + torch.where(is_pad.any(1), first, otherwise)


class ErniePixelForTokenClassification(ErniePixelWithScore):
    """Labels of every row; a word's are those of its last patch or token, or of its first where `classifier.json` says so."""

    def __init__(self, config):
        super().__init__(config)
        self.word_row = config.record().get("word_row", "last")
        self.post_init()

    def forward(self, input_ids=None, pixel_values=None, patch_mask=None, attention_mask=None, labels=None, **kwargs):
        """`logits` [B, rows, labels], patches before tokens. `labels` [B, rows] are -100 where there is none."""
        base = self.model(input_ids=input_ids, pixel_values=pixel_values, patch_mask=patch_mask,
                          attention_mask=attention_mask, **kwargs)
        logits = self.score(base.last_hidden_state)
        loss = None if labels is None else F.cross_entropy(logits.flatten(0, 1), labels.flatten())
        return TokenClassifierOutput(loss=loss, logits=logits)


class _Refused(PreTrainedModel):
    @classmethod
    def from_pretrained(cls, *arguments, config=None, **kwargs):
        raise refusal(config)

    def __init__(self, config, *arguments, **kwargs):
        raise refusal(config)


class _RefusedLlama(_Refused):
    config_class = OwnLlamaConfig


class _RefusedErniePixel(_Refused):
    config_class = OwnErniePixelConfig


for kind in (ErniePixelConfig, OwnLlamaConfig, OwnErniePixelConfig):
    AutoConfig.register(kind.model_type, kind, exist_ok=True)
for auto in (AutoModel, AutoModelForCausalLM, AutoModelForSequenceClassification, AutoModelForTokenClassification):
    auto.register(OwnLlamaConfig, _RefusedLlama, exist_ok=True)
    auto.register(OwnErniePixelConfig, _RefusedErniePixel, exist_ok=True)
AutoModel.register(ErniePixelConfig, ErniePixelModel, exist_ok=True)
AutoModelForCausalLM.register(ErniePixelConfig, ErniePixelForCausalLM, exist_ok=True)
AutoModelForSequenceClassification.register(ErniePixelConfig, ErniePixelForSequenceClassification, exist_ok=True)
AutoModelForTokenClassification.register(ErniePixelConfig, ErniePixelForTokenClassification, exist_ok=True)
