"""Configurations of the models that `transformers` has no class for."""
import json

from transformers import LlamaConfig, PretrainedConfig
from transformers.utils import cached_file

PATCH_HEADS = ("regression_norm", "regression_raw", "bernoulli")


class ErniePixelConfig(LlamaConfig):
    """The shape of a decoder of tokens and patches: Llama's keys, and those of patches.

    A folder that `letterpress finetune` wrote says in classifier.json how its model reads and which row it classifies; the keys
    `modality`, `length`, `pool` and `compatible_pad` of that file become `classifier` here, and stay in folders saved by
    `save_pretrained`.
    """

    model_type = "ernie-pixel"
    patch_size = 16
    num_channels = 3
    image_size = None
    norm_pix_loss = None
    patch_head = None
    classifier = None
    letterpress = None

    def record(self):
        """`classifier`, read from the classifier.json beside the configuration where the configuration has none."""
        if self.classifier is None and getattr(self, "name_or_path", None):
            path = cached_file(self.name_or_path, "classifier.json", _raise_exceptions_for_missing_entries=False,
                               _raise_exceptions_for_connection_errors=False)
            if path:
                with open(path, encoding="utf-8") as file:
                    record = json.load(file)
                keys = ("modality", "length", "pool", "compatible_pad")
                self.classifier = {key: record[key] for key in keys if key in record}
        return self.classifier or {}

    def kind_of_patch_head(self):
        """One of PATCH_HEADS. Raises ValueError for another, and for one that norm_pix_loss contradicts."""
        normalises = self.norm_pix_loss
        kind = self.patch_head or ("regression_raw" if normalises is False else "regression_norm")
        if kind not in PATCH_HEADS:
            raise ValueError(f"patch_head is '{kind}'; known are {', '.join(PATCH_HEADS)}")
        if normalises is not None and normalises != (kind == "regression_norm"):
            raise ValueError(f"norm_pix_loss {normalises} contradicts the patch_head {kind}")
        return kind

    def check(self):
        """Raises ValueError for what these classes would compute otherwise than Letterpress."""
        if any(getattr(self, "layers", None) or []) or getattr(self, "structure", None):
            raise refusal(self)
        if self.hidden_act != "silu":
            raise ValueError(f"hidden_act is '{self.hidden_act}', expected silu")
        if self.num_channels not in (1, 3):
            raise ValueError(f"num_channels is {self.num_channels}, expected 1 or 3")
        self.kind_of_patch_head()

    def heads(self):
        """Which heads are stored: token and patch. A folder of another program has both."""
        heads = (self.letterpress or {}).get("heads")
        return ("token", "patch") if heads is None else tuple(k for k in ("token", "patch") if heads.get(k))


class OwnLlamaConfig(PretrainedConfig):
    """A model of tokens that only letterpress computes."""

    model_type = "letterpress-llama"


class OwnErniePixelConfig(PretrainedConfig):
    """A model of patches that only letterpress computes."""

    model_type = "letterpress-ernie-pixel"


def refusal(config):
    """The error for a model that only letterpress computes."""
    structures = getattr(config, "structure", None) or []
    names = ", ".join(str(s.get("name", s)) for s in structures) or "layers of their own shapes"
    return ValueError(f"this model has {names}, which only letterpress computes: use `letterpress generate`, `score` or `evaluate`")
