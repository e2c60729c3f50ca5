"""
Writes the seeds that other programs' writers make: pictures (Pillow, and tiffcp of libtiff-tools) and arrays (numpy). Run it here:
python3 make_corpus.py
"""
import gzip, io, struct, subprocess
import numpy as np
from PIL import Image, ImageDraw

width, height = 40, 28


def drawn(mode, shift=0):
    image = Image.new("L", (width, height), 240)
    pen = ImageDraw.Draw(image)
    pen.ellipse((5 + shift, 6, 14 + shift, 20), outline=20, width=2)
    pen.line((25 + shift, 5, 25 + shift, 21), fill=30, width=3)
    return image.convert(mode)


for mode in ("1", "L", "P", "RGB", "RGBA", "LA", "I;16"):
    image = Image.fromarray(np.asarray(drawn("L")).astype(np.uint16) * 257) if mode == "I;16" else drawn(mode)
    image.save(f"picture/{mode.replace(';', '').lower()}.png")
drawn("L").save("picture/grey.jpg", quality=70)
drawn("RGB").save("picture/colour.jpg", quality=80)
drawn("RGB").save("picture/progressive.jpg", quality=60, progressive=True)
drawn("CMYK").save("picture/cmyk.jpg", quality=70)
exif = Image.Exif()
exif[0x0112] = 6
drawn("RGB").save("picture/turned.jpg", quality=50, exif=exif)
for mode in ("1", "L", "P", "RGB"):
    drawn(mode).save(f"picture/{mode.lower()}.bmp")
drawn("P").save("picture/one.gif")
drawn("P").save("picture/animated.gif", save_all=True, append_images=[drawn("P", 3), drawn("P", 6)], duration=50)
drawn("RGB").save("picture/lossy.webp", quality=50)
drawn("RGB").save("picture/lossless.webp", lossless=True)
drawn("RGBA").save("picture/alpha.webp", quality=40)
drawn("RGB").save("picture/animated.webp", save_all=True, append_images=[drawn("RGB", 3)], duration=50)
# Each page of each TIFF file shows the same wedge, 48 x 32, so that tests can compare pixels.
wedge = Image.fromarray(np.fromfunction(lambda y, x: 3 * x + 2 * y + 20, (32, 48)).astype(np.uint8))
deep = Image.fromarray(np.asarray(wedge).astype(np.uint16) * 257)
halves = Image.fromarray(np.fromfunction(lambda y, x: 255 * ((x // 8 + y // 8) % 2 == 0), (32, 48)).astype(np.uint8)).convert("1")
for name, image, options in (
    ("grey", wedge, {}), ("grey16", deep, {}), ("grey16-deflate", deep, dict(compression="tiff_adobe_deflate")),
    ("colour", wedge.convert("RGB"), dict(compression="tiff_lzw")), ("rgba", wedge.convert("RGBA"), dict(compression="packbits")),
    ("palette", wedge.convert("P"), {}), ("cmyk", wedge.convert("CMYK"), {}),
    ("jpeg", wedge.convert("RGB"), dict(compression="jpeg", quality=95)), ("jpeg-grey", wedge, dict(compression="jpeg", quality=95)),
    ("turned", wedge.rotate(90, expand=True), dict(tiffinfo={274: 6})),
    ("pages", wedge, dict(save_all=True, append_images=[wedge.convert("RGB"), deep], compression="tiff_lzw")),
    ("bilevel", halves, {}), ("group3", halves, dict(compression="group3")), ("group4", halves, dict(compression="group4")),
):
    image.save(f"picture/{name}.tif", **options)
for name, source, options in (
    ("tiled", "grey", "-t -w 16 -l 16 -c lzw"), ("planes", "colour", "-p separate -c zip"), ("big-endian", "grey16", "-B"),
):
    subprocess.run(["tiffcp", *options.split(), f"picture/{source}.tif", f"picture/{name}.tif"], check=True)

random = np.random.default_rng(1)
sizes = (6, 4, 3)
arrays = {}
for layer, (inputs, neurons) in enumerate(zip(sizes, sizes[1:])):
    arrays[f"w{layer}"] = random.normal(size=(neurons, inputs))
    arrays[f"b{layer}"] = random.normal(size=(neurons, 1))
np.savez("npz/plain.npz", **arrays)
np.savez_compressed("npz/compressed.npz", **arrays)
np.savez("npz/fortran.npz", **{name: np.asfortranarray(values.astype(np.float32)) for name, values in arrays.items()})

for code, dtype, shape in ((8, ">u1", (3, 5, 4)), (9, ">i1", (7,)), (11, ">i2", (2, 3)), (12, ">i4", (4,)), (13, ">f4", (2, 2)), (14, ">f8", (3,))):
    content = struct.pack(">BBBB", 0, 0, code, len(shape)) + b"".join(struct.pack(">i", n) for n in shape)
    content += (random.normal(size=shape) * 9).astype(dtype).tobytes()
    with open(f"idx/type{code}.idx", "wb") as file:
        file.write(content)
    if code in (8, 13):
        with open(f"idx/type{code}.idx.gz", "wb") as file:
            file.write(gzip.compress(content, mtime=0))
