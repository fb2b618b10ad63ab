"""Writes docs/protocol.md: protocol/introduction.md, written by hand, then the schema's tables."""

from pathlib import Path

from example import example_frame
from schema import CODE_ENCODING, Field, Group, Message, Schema, Type

INTRODUCTION = Path(__file__).resolve().parent / "introduction.md"
SENDERS = {
    "client": "client to server",
    "server": "server to client",
    "both": "both ways",
    "log": "in the log alone",
}


def markdown(schema: Schema) -> str:
    lines = [INTRODUCTION.read_text(encoding="utf-8").rstrip(), ""]
    for enum in schema.types_of("enum"):
        if enum.primitive == CODE_ENCODING:
            lines += code_table(enum)
    lines += overview(schema)
    lines += ["## Values", ""]
    for each in schema.types_of("enum"):
        if each.primitive != CODE_ENCODING:
            lines += choice_table(each, "value")
    for each in schema.types_of("set"):
        lines += choice_table(each, "bit")
    lines += message_part(schema)
    return "\n".join(lines).rstrip() + "\n"


def table(heads: list[str], rows: list[list[str]]) -> list[str]:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows] + [""]


def code_table(enum: Type) -> list[str]:
    rows = [[str(each.number), f"`{each.name}`", each.description] for each in enum.choices]
    lines = ["## Reject codes", "", "A code keeps its number for ever.", ""]
    return lines + table(["code", "name", "meaning"], rows)


def overview(schema: Schema) -> list[str]:
    rows = [
        [
            str(message.template),
            f"[{message.name}](#{message.name.lower()})",
            SENDERS[message.sender],
            block_size(message),
            message.description,
        ]
        for message in schema.messages
    ]
    heads = ["template", "message", "goes", "body bytes", "meaning"]
    return ["## All messages", ""] + table(heads, rows)


def block_size(message: Message) -> str:
    parts = [str(message.block_length)]
    parts += [f"8 + {group.entry_length} x {group.name}" for group in message.groups]
    return " + ".join(parts)


def choice_table(each: Type, head: str) -> list[str]:
    lines = [f"### {each.name}", "", f"{each.description} Carried as {each.primitive}.", ""]
    rows = [[str(one.number), f"`{one.name}`", one.description] for one in each.choices]
    return lines + table([head, "name", "meaning"], rows)


def message_part(schema: Schema) -> list[str]:
    lines = ["## The bytes of each message", ""]
    lines += ["Offsets count from the body's first byte, which is byte 24 of the frame."]
    lines += ["Each example is a whole frame, with sequence 7 and the right checksum.", ""]
    for message in schema.messages:
        lines += [f"### {message.name}", ""]
        way = SENDERS[message.sender]
        lines += [f"Template {message.template}, {way}. {message.description}", ""]
        lines += field_table(message.fields)
        for group in message.groups:
            lines += group_lines(group)
        lines += ["```hex"] + hexadecimal(example_frame(schema, message)) + ["```", ""]
    return lines


def group_lines(group: Group) -> list[str]:
    """A group's table; offsets count from the entry."""
    lines = [
        f"Group `{group.name}`, at most {group.count_max} entries of {group.entry_length} bytes,"
        f" after its dimensions (u32 entry length, u32 count): {group.description}",
        "",
    ]
    return lines + field_table(group.fields)


def field_table(fields: tuple[Field, ...]) -> list[str]:
    rows = [
        [str(each.offset), str(each.type.size), type_text(each), f"`{each.name}`", meaning(each)]
        for each in fields
    ]
    return table(["offset", "size", "type", "name", "meaning"], rows)


def type_text(each: Field) -> str:
    if each.type.kind in ("enum", "set"):
        return f"[{each.type.name}](#{each.type.name.lower()})"
    return each.type.name


def meaning(each: Field) -> str:
    return "Zero." if each.is_padding else each.description


def hexadecimal(frame: bytes) -> list[str]:
    """Rows of an offset and 16 bytes."""
    rows = range(0, len(frame), 16)
    return [f"{row:04x}  {frame[row:row + 8].hex(' ')}  {frame[row + 8:row + 16].hex(' ')}".rstrip()
            for row in rows]
