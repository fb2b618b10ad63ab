"""Reads protocol/rostrum.xml into plain values and refuses a schema that breaks the layout rules.

The rules (docs/protocol.md says why): every field at its natural alignment, no hole between two
fields, every block a multiple of 8 bytes, enum values without a gap from 0.
"""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

SBE = "{http://fixprotocol.io/2016/sbe}"
SCHEMA_FILE = Path(__file__).resolve().parent / "rostrum.xml"
PRIMITIVE_SIZE = {"uint8": 1, "uint16": 2, "uint32": 4, "uint64": 8, "int64": 8, "char": 1}

# Composites that frame messages and groups; no field has them as its type.
FRAMING = ("messageHeader", "groupSizeEncoding")

# The most entries of a group, for which SBE has no place; frames with more are refused.
GROUP_COUNT_MAX = {"tiers": 16, "text": 64, "bids": 64, "endpoints": 1024}

# A uint16 enum lists codes that may be added at any time, so fields carry them as plain numbers.
CODE_ENCODING = "uint16"


@dataclass(frozen=True)
class Choice:
    """One value of an enum, or one bit of a set."""

    name: str
    number: int
    description: str


@dataclass(frozen=True)
class Type:
    """What a field can hold: a primitive, an array of one, an enum or a set."""

    name: str
    kind: str  # "number", "text", "digest", "enum", "set"
    primitive: str
    length: int = 1
    description: str = ""
    choices: tuple[Choice, ...] = ()

    @property
    def size(self) -> int:
        return PRIMITIVE_SIZE[self.primitive] * self.length

    @property
    def alignment(self) -> int:
        return 8 if self.kind == "text" else PRIMITIVE_SIZE[self.primitive]


@dataclass(frozen=True)
class Field:
    """A field of a block, at its offset from the block's start."""

    name: str
    number: int
    type: Type
    offset: int
    description: str

    @property
    def is_padding(self) -> bool:
        return re.fullmatch(r"pad\d+", self.name) is not None


@dataclass(frozen=True)
class Group:
    """A repeating group."""

    name: str
    number: int
    entry_name: str
    entry_length: int
    count_max: int
    description: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Message:
    """A message: a fixed block, then its groups."""

    name: str
    template: int
    block_length: int
    sender: str  # "client", "server", "both", "log"
    description: str
    fields: tuple[Field, ...]
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Schema:
    """The whole schema."""

    number: int
    version: int
    types: dict[str, Type] = field(default_factory=dict)
    messages: tuple[Message, ...] = ()

    def types_of(self, kind: str) -> list[Type]:
        return [each for each in self.types.values() if each.kind == kind]


def read_schema(path: Path = SCHEMA_FILE) -> Schema:
    root = ElementTree.parse(path).getroot()
    types = read_types(root.find("types"))
    messages = tuple(read_message(node, types) for node in root.iter(SBE + "message"))
    schema = Schema(int(root.get("id")), int(root.get("version")), types, messages)
    check_schema(schema)
    return schema


def read_types(node) -> dict[str, Type]:
    types = {name: Type(name, "number", name) for name in PRIMITIVE_SIZE if name != "char"}
    for each in node.findall("type"):
        types[each.get("name")] = read_plain_type(each)
    for each in node.findall("composite"):
        if each.get("name") not in FRAMING:
            types[each.get("name")] = read_digest(each)
    for each in node.findall("enum"):
        types[each.get("name")] = read_choices(each, "enum", "validValue")
    for each in node.findall("set"):
        types[each.get("name")] = read_choices(each, "set", "choice")
    return types


def read_plain_type(node) -> Type:
    primitive, length = node.get("primitiveType"), int(node.get("length", "1"))
    kind = "text" if primitive == "char" else "number"
    return Type(node.get("name"), kind, primitive, length, node.get("description", ""))


def read_digest(node) -> Type:
    """A composite of four uint64: SBE arrays of numbers are read by few decoders."""
    name = node.get("name")
    words = [(each.get("name"), each.get("primitiveType")) for each in node.findall("type")]
    require(
        words == [(f"word{index}", "uint64") for index in range(4)],
        f"composite {name}: only a digest of word0 ... word3 is known",
    )
    return Type(name, "digest", "uint64", len(words), node.get("description", ""))


def read_choices(node, kind: str, tag: str) -> Type:
    choices = tuple(
        Choice(each.get("name"), int(each.text), each.get("description", ""))
        for each in node.findall(tag)
    )
    return Type(
        node.get("name"), kind, node.get("encodingType"), 1, node.get("description", ""), choices
    )


def read_message(node, types: dict[str, Type]) -> Message:
    return Message(
        name=node.get("name"),
        template=int(node.get("id")),
        block_length=int(node.get("blockLength")),
        sender=node.get("semanticType"),
        description=node.get("description"),
        fields=read_fields(node, types),
        groups=tuple(read_group(each, types) for each in node.findall("group")),
    )


def read_fields(node, types: dict[str, Type]) -> tuple[Field, ...]:
    return tuple(
        Field(
            name=each.get("name"),
            number=int(each.get("id")),
            type=types[each.get("type")],
            offset=int(each.get("offset")),
            description=each.get("description", ""),
        )
        for each in node.findall("field")
    )


def read_group(node, types: dict[str, Type]) -> Group:
    return Group(
        name=node.get("name"),
        number=int(node.get("id")),
        entry_name=node.get("semanticType"),
        entry_length=int(node.get("blockLength")),
        count_max=GROUP_COUNT_MAX[node.get("name")],
        description=node.get("description"),
        fields=read_fields(node, types),
    )


def check_schema(schema: Schema) -> None:
    templates = [message.template for message in schema.messages]
    require(len(set(templates)) == len(templates), "two messages share a template id")
    for message in schema.messages:
        require(
            message.sender in ("client", "server", "both", "log"),
            f"{message.name}: semanticType must say who sends it",
        )
        check_block(message.name, message.fields, message.block_length)
        for group in message.groups:
            check_block(f"{message.name}.{group.name}", group.fields, group.entry_length)
    for each in schema.types_of("enum"):
        check_enum(each)


def check_block(name: str, fields: tuple[Field, ...], length: int) -> None:
    end = 0
    for each in fields:
        require(each.offset == end, f"{name}.{each.name}: offset {each.offset}, expected {end}")
        require(each.offset % each.type.alignment == 0, f"{name}.{each.name} is not aligned")
        require(each.is_padding or each.description, f"{name}.{each.name} has no description")
        end += each.type.size
    require(end == length, f"{name}: fields end at {end}, blockLength is {length}")
    require(length % 8 == 0, f"{name}: blockLength is not a multiple of 8")


def check_enum(enum: Type) -> None:
    if enum.primitive == CODE_ENCODING:
        return
    numbers = [choice.number for choice in enum.choices]
    require(numbers == list(range(len(numbers))), f"{enum.name}: values must count up from 0")


def require(condition: bool, message: str) -> None:
    if not condition:
        raise SystemExit(f"rostrum.xml: {message}")
