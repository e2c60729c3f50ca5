"""Tesseract on pictures named after the number on them, 504192_note.png: how many it reads exactly, digits alone allowed.

    apt install tesseract-ocr
    python3 bench/peers/tesseract.py FOLDER...
"""
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

PAGE_MODES = {"13": "a raw line", "7": "a line", "6": "a block"}


def read(picture, mode):
    command = ["tesseract", picture, "-", "--psm", mode, "-c", "tessedit_char_whitelist=0123456789"]
    environment = dict(os.environ, OMP_THREAD_LIMIT="1")
    result = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    return re.sub(r"\D", "", result.stdout)


def main():
    version = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, check=True).stdout.split("\n")[0]
    print(version)
    for folder in sys.argv[1:]:
        names = [name for name in sorted(os.listdir(folder)) if re.match(r"[\d+-]+_", name)]
        for mode, meaning in PAGE_MODES.items():
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                readings = pool.map(lambda name: read(os.path.join(folder, name), mode), names)
                right = sum(text == re.sub(r"\D", "", name.split("_")[0]) for text, name in zip(readings, names))
            print(f"{folder}: {right} of {len(names)} as {meaning}", flush=True)


main()
