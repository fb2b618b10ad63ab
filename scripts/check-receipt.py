#!/usr/bin/env python3
"""Checks a receipt of an auction's log without trusting the server that gave it.

    check-receipt.py RECEIPT [--chain PROOF] [--head HASH]

RECEIPT  what `rostrum audit receipt` wrote: that a record stands at a position of a batch
PROOF    what `rostrum audit prove` wrote: that the batch is part of the log up to a later batch
HASH     a batch hash that the log's owner has published, 64 hexadecimal digits

Needs Python 3.8 and nothing else; docs/audit-format.md says what is checked, byte by byte. Prints
what the record says and ends with status 0 if everything holds, 1 if not, 2 for wrong usage.
"""
import argparse
import datetime
import hashlib
import struct
import sys

ARITY = 16
BLIND_LENGTH = 14
FORMAT_VERSION = 2
FIELDS = struct.Struct("<HHIQQQQIIQ32s")
KINDS = {0: "proxy", 1: "exact", 2: "buy now"}


class Fault(Exception):
    """Why a text is not accepted."""


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def lines_of(path):
    try:
        with open(path, encoding="ascii", newline="") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise Fault(f"{path}: {error}") from error
    lines = [line[:-1] if line.endswith("\r") else line for line in text.split("\n")]
    return [line.split(" ") for line in lines if line and not line.startswith("#")]


def unhex(text, length=None):
    if text != text.lower():
        raise Fault("hexadecimal digits are lower case")
    try:
        value = bytes.fromhex(text)
    except ValueError as error:
        raise Fault(f"not hexadecimal: {text[:16]}") from error
    if length is not None and len(value) != length:
        raise Fault(f"{len(value)} bytes where {length} are expected")
    return value


class Reader:
    """Takes the lines in their order."""

    def __init__(self, path, kind):
        self.lines = lines_of(path)
        self.path = path
        if self.take(kind, 1) != ["1"]:
            raise Fault(f"{path}: only version 1 of {kind} is known")

    def next_is(self, word):
        return bool(self.lines) and self.lines[0][0] == word

    def take(self, word, count=None):
        if not self.next_is(word):
            raise Fault(f"{self.path}: '{word}' is expected")
        values = self.lines.pop(0)[1:]
        if count is not None and len(values) != count:
            raise Fault(f"{self.path}: '{word}' has {len(values)} values, not {count}")
        return values

    def end(self):
        if self.lines:
            raise Fault(f"{self.path}: nothing more is expected")


class Batch:
    """Bytes 24 ..< 112 of a batch's header."""

    def __init__(self, fields):
        (self.version, self.shard, self.flags, self.epoch, self.number, self.first_position,
         self.time, self.record_count, self.byte_count, _, self.previous) = FIELDS.unpack(fields)
        if self.version != FORMAT_VERSION:
            raise Fault(f"batch {self.number} has format version {self.version}")


def sibling_counts(index, leaf_count):
    """How many siblings each level has; it follows from the record's place in its batch."""
    counts = []
    while leaf_count > 1:
        first = index // ARITY * ARITY
        counts.append(min(ARITY, leaf_count - first) - 1)
        index //= ARITY
        leaf_count = (leaf_count + ARITY - 1) // ARITY
    return counts


def check_receipt(path):
    """The batch's hash, its header, and the record with its position."""
    reader = Reader(path, "rostrum-receipt")
    position = int(reader.take("position", 1)[0])
    record = unhex(reader.take("record", 1)[0])
    blind = unhex(reader.take("blind", 1)[0], BLIND_LENGTH)
    fields = unhex(reader.take("fields", 1)[0], FIELDS.size)
    levels = []
    while reader.next_is("level"):
        levels.append([unhex(sibling, 32) for sibling in reader.take("level")])
    claimed = unhex(reader.take("batch-hash", 1)[0], 32)
    reader.end()

    batch = Batch(fields)
    if len(record) < 40 or struct.unpack_from("<I", record, 16)[0] != len(record) - 16:
        raise Fault("the record is not a prefix of 16 bytes and a frame of the length it names")
    index = position - batch.first_position
    if not 0 <= index < batch.record_count:
        raise Fault("the position is not one of the batch's")
    if [len(level) for level in levels] != sibling_counts(index, batch.record_count):
        raise Fault("the path does not fit the position and the batch's count of records")
    node = sha256(b"\x00", blind, record)
    for siblings in levels:
        place = index % ARITY
        node = sha256(b"\x01", *siblings[:place], node, *siblings[place:])
        index //= ARITY
    computed = sha256(node, fields)
    if computed != claimed:
        raise Fault(f"the record leads to batch hash {computed.hex()}, not to the one named")
    return computed, batch, record, position


def check_chain(path, start):
    """The last batch's hash and number, and how many links led to it."""
    reader = Reader(path, "rostrum-chain")
    if unhex(reader.take("from", 1)[0], 32) != start:
        raise Fault("the proof begins at another batch hash than the receipt's")
    digest, previous, count = start, None, 0
    while reader.next_is("link"):
        fields, root = reader.take("link", 2)
        fields, root = unhex(fields, FIELDS.size), unhex(root, 32)
        batch = Batch(fields)
        count += 1
        if batch.previous != digest:
            raise Fault(f"link {count} names another hash before it")
        if previous and (
            batch.number != previous.number + 1
            or batch.first_position != previous.first_position + previous.record_count
            or batch.shard != previous.shard
        ):
            raise Fault(f"link {count}: its number, position or shard does not follow")
        digest, previous = sha256(root, fields), batch
    if unhex(reader.take("to", 1)[0], 32) != digest:
        raise Fault(f"the proof leads to batch hash {digest.hex()}, not to the one named")
    reader.end()
    return digest, count


def moment(nanoseconds):
    seconds, rest = divmod(nanoseconds, 10**9)
    epoch = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
    return f"{epoch.isoformat()}.{rest:09d}Z"


def describe(record):
    """What the record says; bids in words, other messages by their number."""
    time, session, roles = struct.unpack_from("<QII", record, 0)
    sequence, block, template = struct.unpack_from("<QHH", record, 24)
    print(f"time      {moment(time)}")
    print(f"session   {session} (roles {roles}), sequence {sequence}")
    if template == 100 and block >= 60:
        _, auction, bidder, amount, _, _, _, kind, _, currency = struct.unpack_from(
            "<QQQqQQQBBH", record, 40)
        print(f"bid       auction {auction}, bidder {bidder}, amount {amount} (minor units), "
              f"{KINDS.get(kind, kind)}, currency {currency}")
    else:
        print(f"message   template {template}, {len(record) - 16} bytes")


def run(arguments):
    digest, batch, record, position = check_receipt(arguments.receipt)
    print(f"position  {position}, in batch {batch.number} of shard {batch.shard}")
    describe(record)
    print(f"batch     {digest.hex()}")
    if arguments.chain:
        digest, count = check_chain(arguments.chain, digest)
        print(f"chain     {count} batches later: {digest.hex()}")
    if arguments.head is None:
        print("unproven  compare the last hash with one that the log's owner has published")
    elif unhex(arguments.head, 32) != digest:
        raise Fault("the last hash is not the published one")
    else:
        print("proven    the record is part of the published log")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("receipt")
    parser.add_argument("--chain")
    parser.add_argument("--head")
    arguments = parser.parse_args()
    try:
        run(arguments)
    except (Fault, ValueError) as error:
        print(f"check-receipt: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
