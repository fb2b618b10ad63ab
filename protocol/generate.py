#!/usr/bin/env python3
"""Makes what follows from protocol/rostrum.xml: the Swift codecs and docs/protocol.md.

    python3 protocol/generate.py           write the files
    python3 protocol/generate.py --check   write nothing; exit with 1 when a file is out of date
"""

import argparse
import sys
from pathlib import Path

from markdown_writer import markdown
from schema import Schema, read_schema
from swift_writer import swift_files

ROOT = Path(__file__).resolve().parent.parent
GENERATED_FOLDER = ROOT / "Sources/Wire/Messages"


def expected_files(schema: Schema) -> dict[Path, str]:
    files = {ROOT / name: text for name, text in swift_files(schema).items()}
    files[ROOT / "docs/protocol.md"] = markdown(schema)
    return files


def leftovers(expected: dict[Path, str]) -> list[Path]:
    """Files of messages that the schema has no more."""
    return [path for path in sorted(GENERATED_FOLDER.glob("*.swift")) if path not in expected]


def stale_files(expected: dict[Path, str]) -> list[Path]:
    return [
        path
        for path, text in expected.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def check(expected: dict[Path, str]) -> int:
    wrong = stale_files(expected) + leftovers(expected)
    for path in wrong:
        print(
            f"{path.relative_to(ROOT)} is out of date: run python3 protocol/generate.py",
            file=sys.stderr,
        )
    return 1 if wrong else 0


def write(expected: dict[Path, str]) -> int:
    for path in leftovers(expected):
        path.unlink()
    for path in stale_files(expected):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(expected[path], encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only tell what is out of date")
    arguments = parser.parse_args()
    expected = expected_files(read_schema())
    return check(expected) if arguments.check else write(expected)


if __name__ == "__main__":
    sys.exit(main())
