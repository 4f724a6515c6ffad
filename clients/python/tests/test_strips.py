"""Strips as tensors. Needs torch and Pillow alone."""
import io
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "src"))
try:
    import numpy as np
    import torch
    from PIL import Image
    from letterpress.strips import collate, read_strip
except ImportError as error:
    raise unittest.SkipTest(f"{error.name} is not installed") from None


def picture(width, colours=False, height=16):
    pixels = np.arange(height * width * 3, dtype=np.uint32).astype(np.uint8).reshape(height, width, 3)
    return Image.fromarray(pixels if colours else pixels[..., :1].repeat(3, 2))


class StripTests(unittest.TestCase):
    def test_pixels_keep_their_places(self):
        image = picture(32, colours=True)
        file = io.BytesIO()
        image.save(file, "PNG")
        strip = read_strip(file.getvalue())
        self.assertEqual(strip.shape, (3, 16, 32))
        for x, y in ((0, 0), (31, 2), (5, 15)):
            self.assertEqual(tuple(strip[:, y, x].tolist()), image.getpixel((x, y)))

    def test_channels_fit_the_model(self):
        gray = picture(16)
        self.assertEqual(read_strip(gray, channels=1).shape, (1, 16, 16))
        self.assertTrue(torch.equal(read_strip(gray.convert("L"), channels=3), read_strip(gray, channels=3)))
        with self.assertRaisesRegex(ValueError, "channels gray"):
            read_strip(picture(16, colours=True), channels=1)

    def test_other_pictures_are_refused(self):
        for width, height in ((17, 16), (16, 17)):
            with self.assertRaisesRegex(ValueError, "expected a row of patches"):
                read_strip(picture(width, height=height))

    def test_patches_have_any_size(self):
        for size in (8, 24, 32):
            strips = [read_strip(picture(size * count, height=size), patch_size=side)
                      for count, side in ((1, size), (3, None))]
            batch = collate(strips)
            self.assertEqual(batch["pixel_values"].shape, (2, 3, size, 3 * size))
            self.assertEqual(batch["patch_mask"].tolist(), [[1, 0, 0], [1, 1, 1]])
            with self.assertRaisesRegex(ValueError, "expected a row of patches"):
                read_strip(picture(size * 2, height=size), patch_size=16)

    def test_shorter_strips_are_padded_with_white(self):
        batch = collate([read_strip(picture(16)), read_strip(picture(48))])
        self.assertEqual(batch["pixel_values"].shape, (2, 3, 16, 48))
        self.assertTrue((batch["pixel_values"][0, :, :, 16:] == 255).all())
        self.assertEqual(batch["patch_mask"].tolist(), [[1, 0, 0], [1, 1, 1]])


if __name__ == "__main__":
    unittest.main()
