"""The classes against the numbers that Letterpress's own tests are held to: outputs, losses and gradients of small models in plain
PyTorch (Tests/Peers/torch_models.py, torch_finetune.py).

    python -m unittest discover -s clients/python/tests -v
"""
import json
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
FIXTURES = ROOT / "Tests/ZooKitTests/Fixtures"
sys.path.insert(0, str(ROOT / "clients/python/src"))
try:
    import torch
    from safetensors.torch import load_file, save_file
    import letterpress.modeling as modeling
    from transformers import (AutoConfig, AutoModel, AutoModelForCausalLM, AutoModelForSequenceClassification,
                              AutoModelForTokenClassification)
except ImportError as error:
    raise unittest.SkipTest(f"{error.name} is not installed") from None

# Norms and rotary tables are computed in single precision by transformers, whatever the model's type is.
TOLERANCE = 2e-5


def pixels_of(patches, channels=3):
    """Bytes [B, L, 256 C] in the order row, column, channel as pixel_values [B, C, 16, 16 L]."""
    batch, length = patches.shape[:2]
    return patches.view(batch, length, 16, 16, channels).permute(0, 4, 2, 1, 3).reshape(batch, channels, 16, 16 * length)


class FolderCase(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.page = json.loads((FIXTURES / "models.json").read_text())

    def folder(self, tensors, record=None, **changes):
        """A model's folder as `letterpress` writes it."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.scratch.name))
        (folder / "config.json").write_text(json.dumps(self.page["models"]["pixel"] | changes))
        save_file({name: x.contiguous() for name, x in tensors.items()}, folder / "model.safetensors")
        if record:
            (folder / "classifier.json").write_text(json.dumps(record))
        return folder

    def near(self, a, b, what, tolerance=TOLERANCE):
        a, b = a.double(), b.double()
        self.assertEqual(a.shape, b.shape, what)
        distance = ((a - b).abs().max() / b.abs().max().clamp(min=1e-12)).item()
        self.assertLess(distance, tolerance, what)


class LanguageModelTests(FolderCase):
    def test_outputs_losses_and_gradients(self):
        tensors = load_file(FIXTURES / "pixel.safetensors")
        for name in ("pixel-text", "pixel-image", "pixel-raw", "pixel-pair"):
            with self.subTest(name):
                case, expected = self.page["cases"][name], load_file(FIXTURES / f"{name}.safetensors")
                folder = self.folder(tensors, **case["config_changes"])
                model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64).eval()
                self.assertIsInstance(model, modeling.ErniePixelForCausalLM)
                self.compare(model, case, expected)

    def compare(self, model, case, expected):
        seen = expected["input.segments"] >= 0
        length = expected["input.pixels"].shape[1] if "input.pixels" in expected else 0
        batch = {}
        if length:
            batch |= {"pixel_values": pixels_of(expected["input.pixels"]).double() / 255, "patch_mask": seen[:, :length],
                      "patch_labels": expected["input.patch_weights"]}
        if "input.ids" in expected:
            batch |= {"input_ids": expected["input.ids"].long(), "attention_mask": seen[:, length:].long(),
                      "labels": expected["input.labels"].long()}
        output = model(**batch)
        self.assertLess(abs(output.loss.item() / case["losses"]["total"] - 1), TOLERANCE)
        for key, rows, mask in (("logits", output.logits, seen[:, length:]), ("patches", output.patches, seen[:, :length])):
            if f"output.{key}" in expected:
                self.near(rows * mask[..., None], expected[f"output.{key}"], key)
        output.loss.backward()
        gradients = {n: p.grad for n, p in model.named_parameters() if p.grad is not None}
        names = {key.removeprefix("gradient.") for key in expected if key.startswith("gradient.")}
        self.assertEqual(set(gradients), names)
        for name in names:
            self.near(gradients[name], expected[f"gradient.{name}"], f"gradient of {name}", 2e-4)

    def test_text_is_generated(self):
        folder = self.folder(load_file(FIXTURES / "pixel.safetensors"))
        model = AutoModelForCausalLM.from_pretrained(folder).eval()
        ids = torch.tensor([[5, 9, 12]])
        with torch.no_grad():
            made = model.generate(ids, max_new_tokens=4, do_sample=False, eos_token_id=None, pad_token_id=0)
            for length in range(3, 7):
                self.assertEqual(model(made[:, :length]).logits[0, -1].argmax(), made[0, length])

    def test_a_saved_folder_gives_the_same(self):
        folder = self.folder(load_file(FIXTURES / "pixel.safetensors"))
        model = AutoModelForCausalLM.from_pretrained(folder).eval()
        model.save_pretrained(folder / "copy")
        again = AutoModelForCausalLM.from_pretrained(folder / "copy").eval()
        ids = torch.tensor([[5, 9, 12]])
        with torch.no_grad():
            self.assertTrue(torch.equal(model(ids).logits, again(ids).logits))

    def test_heads_that_are_not_stored_are_not_made(self):
        tensors = load_file(FIXTURES / "pixel.safetensors")
        del tensors["lm_token_head.weight"]
        folder = self.folder(tensors, letterpress={"heads": {"token": False, "patch": True, "scalar": False}})
        model, report = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True)
        self.assertFalse(report["missing_keys"])
        self.assertIsNone(model(torch.tensor([[5]])).logits)
        base, report = AutoModel.from_pretrained(folder, output_loading_info=True)
        self.assertFalse(report["missing_keys"])

    def test_a_tied_head_is_the_table_of_embeddings(self):
        tensors = load_file(FIXTURES / "pixel.safetensors")
        tied = dict(tensors)
        tied["lm_token_head.weight"] = tied["model.embed_tokens.weight"].clone()
        whole = AutoModelForCausalLM.from_pretrained(self.folder(tied)).eval()
        del tied["lm_token_head.weight"]
        model = AutoModelForCausalLM.from_pretrained(self.folder(tied, tie_word_embeddings=True)).eval()
        ids = torch.tensor([[5, 9, 12]])
        with torch.no_grad():
            self.assertTrue(torch.equal(model(ids).logits, whole(ids).logits))

    def test_other_models_are_refused(self):
        tensors = load_file(FIXTURES / "pixel.safetensors")
        for changes, word in (({"layers": [{"key_map": [0, 0, 1, 1]}, {}]}, "layers"),
                              ({"model_type": "letterpress-ernie-pixel", "structure": [{"name": "lora"}]}, "lora"),
                              ({"model_type": "letterpress-llama", "structure": [{"name": "lora"}]}, "lora"),
                              ({"patch_head": "regression_raw"}, "contradicts"), ({"hidden_act": "gelu"}, "silu"),
                              ({"patch_head": "other", "norm_pix_loss": None}, "other"), ({"num_channels": 2}, "num_channels")):
            with self.subTest(word), self.assertRaisesRegex(ValueError, word):
                AutoModelForCausalLM.from_pretrained(self.folder(tensors, **changes))


class ClassifierTests(FolderCase):
    def setUp(self):
        super().setUp()
        self.data = load_file(FIXTURES / "finetune.safetensors")
        self.page_of_runs = json.loads((FIXTURES / "finetune.json").read_text())
        self.lengths = self.page_of_runs["lengths"]

    def classifier(self, modality, length, head="classification", **record):
        tensors = {n: x for n, x in load_file(FIXTURES / "pixel.safetensors").items() if not n.startswith("lm_")}
        tensors["score.weight"] = self.data[f"score.{head}"]
        folder = self.folder(tensors, {"modality": modality, "length": length, **record}, num_labels=len(tensors["score.weight"]),
                             architectures=["ErniePixelForSequenceClassification"])
        return AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float64).eval()

    def images(self):
        found = [self.data[f"image.{i}"] for i in range(10)]
        length = max(len(x) for x in found) + 1
        pixels = torch.full((10, length, 768), 255, dtype=torch.uint8)
        mask = torch.zeros(10, length, dtype=torch.long)
        for i, image in enumerate(found):
            pixels[i, :len(image)], pixels[i, len(image)] = image, 0
            mask[i, :len(image) + 1] = 1
        return {"pixel_values": pixels_of(pixels).double() / 255, "patch_mask": mask}

    def texts(self, pad):
        found = [self.data[f"text.{i}"].long() for i in range(10)]
        ids = torch.full((10, max(map(len, found))), pad)
        for i, text in enumerate(found):
            ids[i, :len(text)] = text
        return {"input_ids": ids, "attention_mask": (torch.arange(ids.shape[1])[None] < torch.tensor(
            [len(text) for text in found])[:, None]).long()}

    def check(self, model, batch, name):
        with torch.no_grad():
            self.near(model(**batch).logits, self.data[name], name)

    def test_every_row_has_labels(self):
        """The row that a classifier of texts reads has the classifier's scores, and a loss leaves rows without a label out."""
        whole = self.classifier("image", self.lengths["image"])
        with tempfile.TemporaryDirectory() as folder:
            whole.config.architectures = ["ErniePixelForTokenClassification"]
            whole.save_pretrained(folder)
            each = AutoModelForTokenClassification.from_pretrained(folder, dtype=torch.float64).eval()
        batch = self.images()
        rows = batch["patch_mask"].sum(1) - 1
        with torch.no_grad():
            logits = each(**batch).logits
            self.near(logits[torch.arange(10), rows], self.data["before.image"], "rows")
            labels = torch.full(logits.shape[:2], -100)
            labels[torch.arange(10), rows] = 1
            loss = each(**batch, labels=labels).loss
        self.near(loss, -self.data["before.image"].double().log_softmax(-1)[:, 1].mean(), "loss")

    def test_images(self):
        self.check(self.classifier("image", self.lengths["image"]), self.images(), "before.image")
        self.check(self.classifier("image", 12, pool="last_text"), self.images(), "last_text.image")

    def test_texts(self):
        self.check(self.classifier("text", self.lengths["text"]), self.texts(0), "before.text")
        self.check(self.classifier("text", 12, compatible_pad=2), self.texts(2), "published.text")

    def test_pairs(self):
        length = self.lengths["pair_image"] + self.lengths["pair_text"]
        # Half of an odd length is rounded down for patches; the fixture has 10 and 9.
        model = self.classifier("pair", length)
        model.patch_limit, model.token_limit = self.lengths["pair_image"], self.lengths["pair_text"]
        batch = self.images() | self.texts(2)
        self.check(model, batch, "before.pair")
        model.compatible_pad = 2
        self.check(model, batch, "published.pair")

    def test_means_are_those_of_the_rows(self):
        """All patches but the black one, all tokens, or both."""
        images, texts = self.images(), self.texts(0)
        for modality, batch in (("image", images), ("text", texts), ("pair", images | texts)):
            model = self.classifier(modality, 24, pool="mean")
            with torch.no_grad():
                hidden = model.model(**batch, text_position=12 if modality == "pair" else None).last_hidden_state
                logits = model(**batch).logits
            for b in range(len(hidden)):
                patches = int(images["patch_mask"][b].sum()) - 1 if modality != "text" else 0
                tokens = int(texts["attention_mask"][b].sum()) if modality != "image" else 0
                first = images["patch_mask"].shape[1] if modality == "pair" else 0
                rows = [*range(patches), *range(first, first + tokens)]
                self.assertLess((model.score(hidden[b, rows].mean(0)) - logits[b]).abs().max(), 1e-12)

    def test_losses_and_gradients_are_those_of_training(self):
        """The first step's loss, and that the gradient leads down."""
        first = self.page_of_runs["order"][0]
        for goal in ("classification", "regression"):
            model = self.classifier("image", self.lengths["image"], goal)
            batch = {key: x[first] for key, x in self.images().items()}
            answers = self.page_of_runs["labels" if goal == "classification" else "values"]
            labels = torch.tensor([answers[i] for i in first])
            loss = model(**batch, labels=labels).loss
            self.assertLess(abs(loss.item() / self.page_of_runs["runs"][f"image.{goal}"]["losses"][0] - 1), TOLERANCE)
            loss.backward()
            self.assertGreater(model.model.embed_patches.patch_embeddings.projection.weight.grad.norm(), 0)

    def test_gray_models_read_gray(self):
        tensors = {n: x for n, x in load_file(FIXTURES / "pixel.safetensors").items() if not n.startswith("lm_")}
        tensors["score.weight"] = self.data["score.classification"]
        colour = AutoModelForSequenceClassification.from_pretrained(self.folder(
            tensors, {"modality": "image", "length": 12, "pool": "eos"}, num_labels=3), dtype=torch.float64).eval()
        name = "model.embed_patches.patch_embeddings.projection.weight"
        tensors[name] = tensors[name].sum(1, keepdim=True)
        gray = AutoModelForSequenceClassification.from_pretrained(self.folder(
            tensors, {"modality": "image", "length": 12, "pool": "eos"}, num_labels=3, num_channels=1),
            dtype=torch.float64).eval()
        batch = self.images()
        batch["pixel_values"] = batch["pixel_values"][:, :1]
        with torch.no_grad():
            one = gray(**batch).logits
            three = colour(pixel_values=batch["pixel_values"].repeat(1, 3, 1, 1), patch_mask=batch["patch_mask"]).logits
        self.near(one, three, "gray")
        with self.assertRaisesRegex(ValueError, "channels gray"):
            gray(**self.images())


if __name__ == "__main__":
    unittest.main()
