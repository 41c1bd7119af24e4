"""Write the corpus to ``tests/data/feeds``: ``python -m tests.corpus``."""

from __future__ import annotations

import sys

from tests.corpus.every import FOLDER, files


def main() -> int:
    """Write what differs, and remove what no case says any more."""
    wanted = files()
    for path in sorted(FOLDER.rglob("*"), reverse=True):
        if path.is_file() and path.relative_to(FOLDER).as_posix() not in wanted:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    for name, body in wanted.items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != body:
            path.write_bytes(body)
    size = sum(map(len, wanted.values()))
    sys.stdout.write(f"{len(wanted) // 2} documents, {size / 1e6:.2f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
