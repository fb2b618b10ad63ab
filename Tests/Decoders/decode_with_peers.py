#!/usr/bin/env python3
"""Has two SBE decoders that share no code with this project decode a corpus of frames.

    PYTHONPATH=.build/decoders python3 Tests/Decoders/decode_with_peers.py SCHEMA CORPUS

The corpus is JSON: {"frames": [{"name", "template", "sequence", "hex", "fields", "groups"}]}, where
fields maps a name to what was meant: an integer, four integers for a digest, hexadecimal for text.
Every field of every frame is compared, and so is what the corpus covers: each enum value, the
extremes of money, groups of no, one and many entries. Exits with 1 and says what differs.
"""

import json
import re
import struct
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import sbe
from sbedecoder import SBEMessage, SBESchema

SBE = "{http://fixprotocol.io/2016/sbe}"
HEADER_OFFSET = 16  # frame length, checksum and sequence stand before the SBE header
MONEY_ABSENT = -(2**63)
MONEY_EXTREMES = {MONEY_ABSENT, MONEY_ABSENT + 1, -1, 0, 1, 2**63 - 1}
PLAIN_INTEGERS = ("uint8", "uint16", "uint32", "uint64", "int64")
COUNT_MANY = 2
FAILURES_SHOWN = 20


class SchemaFacts:
    """What the comparison needs of the schema, read without either decoder."""

    def __init__(self, path):
        root = ElementTree.parse(path).getroot()
        self.numbers = {}  # enum or set -> name -> number
        for node in list(root.iter("enum")) + list(root.iter("set")):
            self.numbers[node.get("name")] = {each.get("name"): int(each.text) for each in node}
        self.sets = {node.get("name") for node in root.iter("set")}
        self.texts = {
            node.get("name") for node in root.iter("type") if node.get("primitiveType") == "char"
        }
        self.messages = {node.get("name"): node for node in root.iter(SBE + "message")}

    def fields(self, node):
        """Name -> type of the fields that mean something."""
        return {
            each.get("name"): each.get("type")
            for each in node.findall("field")
            if not re.fullmatch(r"pad\d+", each.get("name"))
        }

    def group(self, message, name):
        return next(g for g in self.messages[message].findall("group") if g.get("name") == name)


# sbe


def sbe_schema(path):
    """`sbe` reads a copy: it knows ASCII alone, and fails on a field of a primitive type."""
    text = Path(path).read_text(encoding="utf-8")
    text = text.replace('characterEncoding="UTF-8"', 'characterEncoding="ASCII"')
    named = "".join(f'<type name="plain_{n}" primitiveType="{n}"/>' for n in PLAIN_INTEGERS)
    text = text.replace("<types>", "<types>" + named, 1)
    text = re.sub(r'(<field [^>]*type=")(u?int\d+)"', r'\1plain_\2"', text)
    with tempfile.NamedTemporaryFile("w+", suffix=".xml", encoding="utf-8") as copy:
        copy.write(text)
        copy.flush()
        with open(copy.name, "rb") as file:
            return sbe.Schema.parse(file)


def sbe_decode(schema, frame):
    message = schema.decode(frame[HEADER_OFFSET:])
    return message.message_name, message.value


def sbe_value(facts, type_name, value):
    """In the corpus's terms; text is what `sbe` leaves of it."""
    if type_name == "Money":
        return MONEY_ABSENT if value is None else value
    if type_name in facts.sets:
        return sum(1 << facts.numbers[type_name][name] for name in value)
    if type_name in facts.numbers:
        return facts.numbers[type_name].get(value, f"unknown {value}")
    if isinstance(value, dict):
        return [value[f"word{index}"] for index in range(4)]
    return value


def sbe_text(expected):
    return bytes.fromhex(expected).decode("ascii", errors="ignore").strip()


# sbedecoder


def peer_schema(path):
    schema = SBESchema()
    schema.parse(str(path))
    return schema


def peer_decode(schema, frame):
    message = SBEMessage.parse_message(schema, frame, HEADER_OFFSET)
    return message.name, message


def peer_fields(holder):
    return {each.original_name: each for each in holder.fields}


def peer_value(facts, type_name, each):
    if type_name == "Money":
        return MONEY_ABSENT if each.value is None else each.value
    if type_name in facts.texts:
        return each.raw_value.split(b"\0", 1)[0].hex()
    if type_name in facts.numbers and type_name not in facts.sets:
        return facts.numbers[type_name].get(each.enumerant, f"unknown {each.raw_value}")
    if isinstance(each.value, dict):
        return [each.value[f"word{index}"] for index in range(4)]
    return each.raw_value


# Comparison


class Comparison:
    def __init__(self, schema_path):
        self.facts = SchemaFacts(schema_path)
        self.sbe = sbe_schema(schema_path)
        self.peer = peer_schema(schema_path)
        self.failures = []
        self.value_count = 0

    def expect(self, where, meant, got):
        self.value_count += 1
        if meant != got:
            self.failures.append(f"{where}: meant {meant!r}, got {got!r}")

    def frame(self, entry):
        frame = bytes.fromhex(entry["hex"])
        self.framing(entry, frame)
        self.with_sbe(entry, frame)
        self.with_sbedecoder(entry, frame)

    def framing(self, entry, frame):
        length, _, sequence, _, template = struct.unpack_from("<IIQHH", frame)
        self.expect(f"{entry['name']} length", len(frame), length)
        self.expect(f"{entry['name']} sequence", entry["sequence"], sequence)
        self.expect(f"{entry['name']} template", entry["template"], template)

    def with_sbe(self, entry, frame):
        name, value = sbe_decode(self.sbe, frame)
        self.expect("sbe message", entry["name"], name)
        node = self.facts.messages[name]
        self.block_with_sbe(f"sbe {name}", node, entry["fields"], value)
        self.expect(f"sbe {name} groups", len(node.findall("group")), len(entry["groups"]))
        for group, rows in entry["groups"].items():
            where = f"sbe {name}.{group}"
            self.expect(f"{where} count", len(rows), len(value[group]))
            for row, got in zip(rows, value[group]):
                self.block_with_sbe(where, self.facts.group(name, group), row, got)

    def block_with_sbe(self, where, node, meant, got):
        types = self.facts.fields(node)
        self.expect(f"{where} fields", sorted(types), sorted(meant))
        for name, type_name in types.items():
            expected = meant[name]
            if type_name in self.facts.texts:
                expected = sbe_text(expected)
            self.expect(f"{where}.{name}", expected, sbe_value(self.facts, type_name, got[name]))

    def with_sbedecoder(self, entry, frame):
        name, message = peer_decode(self.peer, frame)
        self.expect("sbedecoder message", entry["name"], name)
        self.block_with_sbedecoder(
            f"sbedecoder {name}", self.facts.messages[name], entry["fields"], message
        )
        self.expect(f"sbedecoder {name} groups", len(message.groups), len(entry["groups"]))
        for group in message.groups:
            rows = entry["groups"][group.original_name]
            where = f"sbedecoder {name}.{group.original_name}"
            self.expect(f"{where} count", len(rows), group.num_groups)
            node = self.facts.group(name, group.original_name)
            for row, got in zip(rows, group.repeating_groups):
                self.block_with_sbedecoder(where, node, row, got)

    def block_with_sbedecoder(self, where, node, meant, holder):
        fields = peer_fields(holder)
        for name, type_name in self.facts.fields(node).items():
            got = peer_value(self.facts, type_name, fields[name])
            self.expect(f"{where}.{name}", meant[name], got)


# Coverage


def coverage(facts, frames):
    """What the corpus should hold and does not."""
    by_name = {name: [f for f in frames if f["name"] == name] for name in facts.messages}
    missing = []
    for name, node in facts.messages.items():
        entries = by_name[name]
        missing += block_coverage(facts, name, node, [each["fields"] for each in entries])
        for group in node.findall("group"):
            where = f"{name}.{group.get('name')}"
            lists = [each["groups"][group.get("name")] for each in entries]
            missing += block_coverage(facts, where, group, [row for rows in lists for row in rows])
            counts = {min(len(rows), COUNT_MANY) for rows in lists}
            if counts != {0, 1, COUNT_MANY}:
                missing.append(f"{where}: groups of none, one and many, not {sorted(counts)}")
    return missing


def block_coverage(facts, where, node, blocks):
    missing = [] if blocks else [f"{where}: no block"]
    for name, type_name in facts.fields(node).items():
        seen = {each[name] for each in blocks if not isinstance(each[name], list)}
        wanted = set()
        if type_name == "Money":
            wanted = MONEY_EXTREMES
        elif type_name in facts.sets:
            wanted = {0} | {1 << bit for bit in facts.numbers[type_name].values()}
        elif type_name in facts.numbers:
            wanted = set(facts.numbers[type_name].values())
        if not wanted <= seen:
            missing.append(f"{where}.{name}: no {sorted(wanted - seen)}")
    return missing


def main(schema_path, corpus_path):
    frames = json.loads(Path(corpus_path).read_text(encoding="utf-8"))["frames"]
    comparison = Comparison(schema_path)
    for entry in frames:
        comparison.frame(entry)
    failures = comparison.failures + coverage(comparison.facts, frames)
    for each in failures[:FAILURES_SHOWN]:
        print(each, file=sys.stderr)
    print(f"{len(frames)} frames, {comparison.value_count} values, {len(failures)} differences")
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: decode_with_peers.py SCHEMA CORPUS")
    sys.exit(main(sys.argv[1], sys.argv[2]))
