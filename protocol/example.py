"""Builds the example frame of each message, without any of the Swift: the tests compare the two."""

import struct

from schema import Field, Group, Message, Schema

SEQUENCE = 7
TIME = 1_767_225_600_000_000_000  # 2026-01-01T00:00:00Z
EURO = 978
TEXT = "Brass telescope"
PACK = {"uint8": "<B", "uint16": "<H", "uint32": "<I", "uint64": "<Q", "int64": "<q"}


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def example_frame(schema: Schema, message: Message) -> bytes:
    body = block_bytes(message.fields, 0)
    for group in message.groups:
        body += group_bytes(group)
    header = struct.pack(
        "<QHHHH", SEQUENCE, message.block_length, message.template, schema.number, schema.version
    )
    rest = header + body
    return struct.pack("<II", len(rest) + 8, crc32c(rest)) + rest


def group_bytes(group: Group) -> bytes:
    """Two entries, the second with other numbers."""
    entries = [block_bytes(group.fields, index * 10) for index in range(2)]
    return struct.pack("<II", group.entry_length, len(entries)) + b"".join(entries)


def block_bytes(fields: tuple[Field, ...], shift: int) -> bytes:
    return b"".join(field_bytes(each, shift) for each in fields)


def field_bytes(each: Field, shift: int) -> bytes:
    if each.type.kind == "text":
        return TEXT.encode("utf-8").ljust(each.type.size, b"\0")
    if each.type.kind == "digest":
        return bytes(range(32))
    return struct.pack(PACK[each.type.primitive], field_number(each, shift))


def field_number(each: Field, shift: int) -> int:
    """A number that tells the field from its neighbours and that the field may hold."""
    if each.is_padding:
        return 0
    if each.type.kind == "enum":
        return each.type.choices[-1].number
    if each.type.kind == "set":
        return 1 << each.type.choices[-1].number
    if each.name == "currency":
        return EURO
    if each.type.name == "Time":
        return TIME + each.number
    if each.type.name == "Money":
        return 10_000 + each.number * 100 + shift
    return each.number + shift
