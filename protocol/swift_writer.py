"""Writes the Swift of Sources/Wire/Messages from the schema, laid out as swift-format wants it."""

import textwrap

from schema import CODE_ENCODING, Field, Group, Message, Schema, Type

BANNER = (
    "// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file."
)
COLUMNS = 100
SENDERS = {
    "client": "Sent by the client.",
    "server": "Sent by the server.",
    "both": "Sent by both sides.",
    "log": "Stands in the log alone; never taken from a socket.",
}
FIELD_PLACE = [
    ("body", "The first byte of the block."),
    ("offset", "Where the field starts, in bytes."),
]
SWIFT_INTEGER = {
    "uint8": "UInt8",
    "uint16": "UInt16",
    "uint32": "UInt32",
    "uint64": "UInt64",
    "int64": "Int64",
}


# What only the sender and the operator may see: a maximum, a reserve, or what gives one away.
HIDDEN = {
    "AccountAck.exposure",
    "BidAck.yourMaximum",
    "CreateAuction.reserve",
    "Logon.authTag",
    "LowerMaximum.newMaximum",
    "Outbid.yourMaximum",
    "UpdateAuction.reserve",
}
# The same, unless the bid's kind says that the amount is no maximum.
HIDDEN_IN_PROXY_BIDS = {"MassBid.amount", "PlaceBid.amount"}


# Lines


def doc(text: str, indent: int = 0) -> list[str]:
    """A documentation comment of one paragraph."""
    prefix = " " * indent + "/// "
    return [prefix + line for line in textwrap.wrap(text, COLUMNS - len(prefix))]


def doc_parameters(parameters: list[tuple[str, str]], indent: int) -> list[str]:
    """The parameters' part of a documentation comment, after its blank line."""
    margin = " " * indent + "///"
    if len(parameters) == 1:
        name, text = parameters[0]
        return [margin] + doc_item(margin, f" - Parameter {name}: {text}")
    lines = [margin, margin + " - Parameters:"]
    for name, text in parameters:
        lines += doc_item(margin, f"   - {name}: {text}")
    return lines


def doc_item(margin: str, item: str) -> list[str]:
    text = item.lstrip()
    spaces = " " * (len(item) - len(text))
    return textwrap.wrap(
        text, COLUMNS, initial_indent=margin + spaces, subsequent_indent=margin + spaces + "  "
    )


def signature(head: str, parameters: list[str], tail: str, indent: int) -> list[str]:
    """A declaration's line, broken before each parameter when it is too long."""
    margin = " " * indent
    line = f"{margin}{head}({', '.join(parameters)}){tail}"
    if len(line) <= COLUMNS:
        return [line]
    inner = [f"{margin}  {each}," for each in parameters]
    inner[-1] = inner[-1][:-1]
    return [f"{margin}{head}("] + inner + [f"{margin}){tail}"]


def file_text(lines: list[str], imports: bool = False) -> str:
    head = [BANNER, ""] + (["public import Primitives", ""] if imports else [])
    return "\n".join(head + lines) + "\n"


# Fields


def swift_type(each: Field) -> str:
    if each.type.kind == "digest":
        return "Digest"
    if each.type.kind == "text":
        return text_type(each.type)
    return SWIFT_INTEGER[each.type.primitive]


def text_type(each: Type) -> str:
    return f"FixedText{each.length}"


def meaning(each: Field) -> str:
    """A field's description, with the Swift type that names its values."""
    if each.type.kind in ("enum", "set"):
        return f"{each.description[:-1]} (a `{each.type.name}`)."
    return each.description


def load(each: Field) -> str:
    place = f"body, at: {each.offset}"
    if each.type.kind == "digest":
        return f"LittleEndian.digest({place})"
    if each.type.kind == "text":
        return f"{text_type(each.type)}({place})"
    return f"LittleEndian.{each.type.primitive}({place})"


def store(each: Field) -> str:
    place = f"body, at: {each.offset}"
    if each.is_padding:
        return f"LittleEndian.store({swift_type(each)}(0), {place})"
    if each.type.kind == "text":
        return f"{each.name}.write({place})"
    return f"LittleEndian.store({each.name}, {place})"


def visible(fields: tuple[Field, ...]) -> list[Field]:
    return [each for each in fields if not each.is_padding]


def constant(summary: str, declaration: str, value: str, indent: int) -> list[str]:
    margin = " " * indent
    # The accessor's own attribute lets a caller in another file of the module be @_noLocks.
    line = f"{margin}@inlinable public static var {declaration} {{ @_noLocks get {{ {value} }} }}"
    if len(line) <= COLUMNS:
        return doc(summary, indent) + [line]
    head, body = line[:-2].split(" { @", 1)
    return doc(summary, indent) + [f"{head} {{", f"{margin}  @{body}", f"{margin}}}"]


# Blocks: the fixed part of a message, or an entry of a group

# Written once a bid by the engine: a call would cost it a twentieth of its time.
INLINED_WRITERS = {"BidAck"}


def with_inlined_writer(lines: list[str]) -> list[str]:
    """The same members, the writer inlined wherever it is used."""
    place = next(i for i, line in enumerate(lines) if "func write(body:" in line) - 1
    return lines[:place] + [lines[place] + " @inline(__always)"] + lines[place + 1 :]


def block_members(fields: tuple[Field, ...], what: str, length_name: str, indent: int) -> list[str]:
    """Stored properties, the memberwise initialiser, reading and writing."""
    margin = " " * indent
    lines: list[str] = []
    for each in visible(fields):
        lines += doc(meaning(each), indent)
        lines += [f"{margin}public var {each.name}: {swift_type(each)}"]
    lines += [""] + memberwise(fields, what, indent)
    lines += [""] + reader(fields, what, length_name, indent)
    lines += [""] + writer(fields, what, length_name, indent)
    return lines


def memberwise(fields: tuple[Field, ...], what: str, indent: int) -> list[str]:
    margin, shown = " " * indent, visible(fields)
    lines = doc(f"Makes {what} of its fields.", indent)
    lines += doc_parameters([(each.name, meaning(each)) for each in shown], indent)
    lines += [f"{margin}@inlinable @_noLocks"]
    parameters = [f"{each.name}: {swift_type(each)}" for each in shown]
    lines += signature("public init", parameters, " {", indent)
    lines += [f"{margin}  self.{each.name} = {each.name}" for each in shown]
    return lines + [f"{margin}}}"]


def reader(fields: tuple[Field, ...], what: str, length_name: str, indent: int) -> list[str]:
    margin = " " * indent
    place = f"The first byte; at least `{length_name}` bytes, of any alignment."
    lines = doc(f"Reads {what}.", indent) + doc_parameters([("body", place)], indent)
    lines += [f"{margin}@inlinable @_noLocks", f"{margin}public init(body: UnsafeRawPointer) {{"]
    lines += [f"{margin}  unsafe {each.name} = {load(each)}" for each in visible(fields)]
    return lines + [f"{margin}}}"]


def writer(fields: tuple[Field, ...], what: str, length_name: str, indent: int) -> list[str]:
    margin = " " * indent
    place = f"Where to; `{length_name}` bytes, of any alignment."
    lines = doc(f"Writes {what}, its padding as zero.", indent)
    lines += doc_parameters([("body", place)], indent)
    lines += [f"{margin}@inlinable @_noLocks"]
    lines += [f"{margin}public func write(body: UnsafeMutableRawPointer) {{"]
    lines += [f"{margin}  unsafe {store(each)}" for each in fields]
    return lines + [f"{margin}}}"]


def value_check(fields: tuple[Field, ...], indent: int) -> list[str]:
    """The test that every enum holds a value of the schema; empty without enums."""
    enums = [each for each in fields if each.type.kind == "enum"]
    if not enums:
        return []
    margin = " " * indent
    tests = [
        f"LittleEndian.{each.type.primitive}(body, at: {each.offset})"
        f" <= {each.type.choices[-1].number}"
        for each in enums
    ]
    lines = [""] + doc("Whether each enum holds a value that the schema has.", indent)
    lines += doc_parameters([("body", "The first byte.")], indent)
    lines += [f"{margin}/// - Returns: Whether the schema knows them all."]
    lines += [f"{margin}@inlinable @_noLocks"]
    lines += [f"{margin}public static func hasKnownValues(body: UnsafeRawPointer) -> Bool {{"]
    lines += [f"{margin}  unsafe {tests[0]}"] + [f"{margin}    && {each}" for each in tests[1:]]
    return lines + [f"{margin}}}"]


# Messages


def message_file(message: Message, entry_owner: dict[str, str]) -> str:
    lines = message_struct(message)
    for group in message.groups:
        lines += [""] + entry_extension(message, group, entry_owner)
    if message.groups:
        lines += [""] + group_extension(message)
    lines += [""] + layout_extension(message)
    blocks = message.fields + tuple(each for group in message.groups for each in group.fields)
    return file_text(lines, imports=any(each.type.kind == "digest" for each in blocks))


def message_struct(message: Message) -> list[str]:
    lines = doc(message.description) + ["///"] + doc(SENDERS[message.sender])
    lines += [f"public struct {message.name}: WireMessage {{"]
    lines += constant(
        "The message's number on the wire.", "templateID: UInt16", str(message.template), 2
    )
    lines += constant(
        "The bytes of the fixed part.", "blockLength: Int", str(message.block_length), 2
    )
    lines += constant(
        "The message's name in the schema.", "name: StaticString", f'"{message.name}"', 2
    )
    lines += facts(message) + [""]
    members = block_members(message.fields, "the message", "blockLength", 2)
    lines += with_inlined_writer(members) if message.name in INLINED_WRITERS else members
    return lines + value_check(message.fields, 2) + ["}"]


def facts(message: Message) -> list[str]:
    parameters = ["name: name", "blockLength: blockLength", f"sender: .{message.sender}"]
    for place, group in zip(("first", "second"), message.groups):
        parameters.append(
            f"{place}Group: GroupFacts("
            f"entryLength: {group.entry_length}, entryCountMax: {group.count_max})"
        )
    lines = doc("What a check of a frame needs to know.", 2)
    lines += ["  @inlinable public static var facts: MessageFacts {", "    @_noLocks get {"]
    return lines + signature("MessageFacts", parameters, "", 6) + ["    }", "  }"]


def entry_extension(message: Message, group: Group, owner: dict[str, str]) -> list[str]:
    lines = [f"extension {message.name} {{"]
    if owner.setdefault(group.entry_name, message.name) != message.name:
        name = group.entry_name
        lines += doc(f"An entry of the group `{group.name}`.", 2)
        return lines + [f"  public typealias {name} = {owner[name]}.{name}", "}"]
    lines += doc(f"An entry of the group `{group.name}`: {lower_first(group.description)}", 2)
    lines += [f"  public struct {group.entry_name}: GroupEntry {{"]
    lines += constant("The bytes of an entry.", "entryLength: Int", str(group.entry_length), 4)
    lines += constant(
        "The most entries of a frame.", "entryCountMax: Int", str(group.count_max), 4
    )
    lines += [""] + block_members(group.fields, "the entry", "entryLength", 4)
    return lines + value_check(group.fields, 4) + ["  }", "}"]


def group_extension(message: Message) -> list[str]:
    lines = [f"extension {message.name} {{"]
    previous = None
    for group in message.groups:
        lines += group_finder(group, previous) + [""]
        previous = group
    return lines + frame_length(message) + ["}"]


def group_finder(group: Group, previous: Group | None) -> list[str]:
    lines = doc(f"The group `{group.name}` of a frame that the validator has passed.", 2)
    lines += doc_parameters([("frame", "The frame's first byte.")], 2)
    lines += ["  /// - Returns: The group's entries."]
    lines += ["  @inlinable @_noLocks"]
    lines += [f"  public static func {group.name}(in frame: UnsafeRawPointer) -> GroupSpan {{"]
    if previous is None:
        lines += ["    unsafe GroupSpan(at: FrameHeader.firstGroup(of: frame))"]
    else:
        lines += [f"    unsafe GroupSpan(at: {previous.name}(in: frame).end)"]
    return lines + ["  }"]


def frame_length(message: Message) -> list[str]:
    lines = doc("The bytes of a frame with so many entries.", 2)
    lines += doc_parameters(
        [(each.name, f"Entries of the group `{each.name}`.") for each in message.groups], 2
    )
    lines += ["  /// - Returns: The frame's length."]
    parameters = [f"{each.name}: Int" for each in message.groups]
    lines += ["  @inlinable @_noLocks"]
    lines += signature("public static func frameByteCount", parameters, " -> Int {", 2)
    terms = [
        f"Schema.groupHeaderLength + {each.entry_length} * {each.name}" for each in message.groups
    ]
    lines += ["    FrameHeader.byteCount + blockLength"]
    return lines + [f"      + {each}" for each in terms] + ["  }"]


def lower_first(text: str) -> str:
    return text[0].lower() + text[1:]


# Layouts: where the fields stand, for programs that show frames


def layout_extension(message: Message) -> list[str]:
    lines = [f"extension {message.name} {{"]
    lines += doc("Where its fields stand, for programs that show frames.", 2)
    lines += ["  public static var layout: MessageLayout {", "    MessageLayout(", "      name,"]
    lines += layout_fields(message, message.fields, "      [", 8)
    if message.groups:
        lines[-1] += ","
    for index, group in enumerate(message.groups):
        lines += group_layout(message, group, index)
    return lines + ["    )", "  }", "}"]


def group_layout(message: Message, group: Group, index: int) -> list[str]:
    is_first, is_last = index == 0, index == len(message.groups) - 1
    lines = ["      ["] if is_first else []
    lines += ["        GroupLayout(", f'          "{group.name}",']
    lines += layout_fields(message, group.fields, "          [", 12)
    lines += ["        )" if is_first and is_last else "        ),"]
    return lines + (["      ]"] if is_last else [])


def layout_fields(
    message: Message, fields: tuple[Field, ...], opening: str, indent: int
) -> list[str]:
    shown = visible(fields)
    if not shown:
        return [opening + "]"]
    lines = [opening]
    lines += [" " * indent + field_layout(message, each) + "," for each in shown]
    if len(shown) == 1:
        lines[-1] = lines[-1][:-1]
    return lines + [opening[:-1] + "]"]


def field_layout(message: Message, each: Field) -> str:
    path, visibility = f"{message.name}.{each.name}", ""
    if path in HIDDEN:
        visibility = ", .hidden"
    elif path in HIDDEN_IN_PROXY_BIDS:
        visibility = ", .hiddenInProxyBids"
    return f'FieldLayout("{each.name}", at: {each.offset}, {field_kind(each)}{visibility})'


def field_kind(each: Field) -> str:
    kind, name = each.type.kind, each.type.name
    if kind == "digest":
        return ".digest"
    if kind == "text":
        return f".text(byteCount: {each.type.length})"
    if kind == "enum":
        return f".choice({name}.names)"
    if kind == "set":
        return f".bits(byteCount: {each.type.size}, {name}.names)"
    if name in ("Money", "Time"):
        return ".amount" if name == "Money" else ".time"
    return ".code" if each.name == "code" else f".{each.type.primitive}"


def value_names(each: Type) -> list[str]:
    """The names of an enum's values, or of a set's bits from the lowest on."""
    names = {choice.number: choice.name for choice in each.choices}
    listed = [f'"{names.get(number, "")}"' for number in range(max(names) + 1)]
    what = "values, which count up from 0" if each.kind == "enum" else "bits, from the lowest on"
    lines = doc(f"The names of the {what}.", 2)
    line = f"  static var names: [StaticString] {{ [{', '.join(listed)}] }}"
    if len(line) <= COLUMNS:
        return lines + [line]
    wrapped = textwrap.wrap(", ".join(listed), COLUMNS - 6)
    lines += ["  static var names: [StaticString] {", "    ["]
    return lines + [f"      {each}" for each in wrapped[:-1]] + [
        f"      {wrapped[-1]},", "    ]", "  }"
    ]


# Enums, sets, texts, the catalogue


def enum_lines(enum: Type) -> list[str]:
    raw = SWIFT_INTEGER[enum.primitive]
    lines = doc(enum.description)
    lines += [f"@frozen public enum {enum.name}: {raw}, Sendable, CaseIterable {{"]
    for choice in enum.choices:
        lines += doc(choice.description, 2) + [f"  case {choice.name} = {choice.number}"]
    return lines + ["}"]


def enums_file(schema: Schema) -> str:
    lines: list[str] = []
    for enum in schema.types_of("enum"):
        if enum.primitive != CODE_ENCODING:
            lines += enum_lines(enum)[:-1] + [""] + value_names(enum) + ["}", ""]
    return file_text(lines[:-1])


def code_file(enum: Type) -> str:
    """An enum of codes, with each code's meaning as a text for people."""
    lines = enum_lines(enum) + ["", f"extension {enum.name} {{"]
    lines += doc("What the code means, in one line for a person.", 2)
    lines += ["  public var meaning: StaticString {", "    switch self {"]
    for choice in enum.choices:
        line = f'    case .{choice.name}: "{choice.description}"'
        if len(line) > COLUMNS:
            line = f'    case .{choice.name}:\n      "{choice.description}"'
        lines.append(line)
    return file_text(lines + ["    }", "  }", "}"])


def sets_file(schema: Schema) -> str:
    lines: list[str] = []
    for each in schema.types_of("set"):
        lines += set_lines(each) + [""]
    return file_text(lines[:-1])


def set_lines(each: Type) -> list[str]:
    raw = SWIFT_INTEGER[each.primitive]
    lines = doc(each.description)
    lines += [f"public struct {each.name}: OptionSet, Hashable, Sendable, BitwiseCopyable {{"]
    lines += ["  /// The bits, as they stand on the wire.", f"  public let rawValue: {raw}", ""]
    lines += ["  /// Takes the bits as they stand on the wire.", "  ///"]
    lines += ["  /// - Parameter rawValue: The bits."]
    lines += [f"  @inlinable public init(rawValue: {raw}) {{ self.rawValue = rawValue }}", ""]
    for choice in each.choices:
        declaration = f"{choice.name}: {each.name}"
        value = f"Self(rawValue: 1 << {choice.number})"
        lines += constant(choice.description, declaration, value, 2)
    return lines + [""] + value_names(each) + ["}"]


def text_file(each: Type) -> str:
    words = [f"word{index}" for index in range(each.length // 8)]
    lines = doc(f"{each.length} bytes of UTF-8, zero padded: the schema's `{each.name}`.")
    lines += [f"public struct {text_type(each)}: FixedText {{"]
    lines += constant("The bytes of the field.", "byteCount: Int", str(each.length), 2)
    lines += [""]
    for index, word in enumerate(words):
        lines.append(f"  @usableFromInline var {word}: UInt64")
    lines += ["", "  /// Makes an empty text.", "  @inlinable @_noLocks", "  public init() {"]
    lines += [f"    {word} = 0" for word in words] + ["  }", ""]
    lines += text_reader(words) + [""] + text_writer(words) + ["}"]
    return file_text(lines)


def text_reader(words: list[str]) -> list[str]:
    lines = ["  /// Reads the bytes of the field."]
    lines += doc_parameters(FIELD_PLACE, 2)
    lines += ["  @inlinable @_noLocks", "  public init(_ body: UnsafeRawPointer, at offset: Int) {"]
    for index, word in enumerate(words):
        lines.append(f"    unsafe {word} = LittleEndian.uint64(body, at: offset + {index * 8})")
    return lines + ["  }"]


def text_writer(words: list[str]) -> list[str]:
    lines = ["  /// Writes the bytes of the field."]
    lines += doc_parameters(FIELD_PLACE, 2)
    lines += ["  @inlinable @_noLocks"]
    lines += ["  public func write(_ body: UnsafeMutableRawPointer, at offset: Int) {"]
    for index, word in enumerate(words):
        lines.append(f"    unsafe LittleEndian.store({word}, body, at: offset + {index * 8})")
    return lines + ["  }"]


def catalogue_file(schema: Schema) -> str:
    lines = ["/// All messages of the schema, by template number."]
    lines += ["public enum MessageCatalogue {"]
    lines += constant("The schema's number.", "schemaID: UInt16", str(schema.number), 2)
    lines += constant("The schema's version.", "schemaVersion: UInt16", str(schema.version), 2)
    lines += [""] + catalogue_list(schema) + [""] + catalogue_facts(schema)
    lines += [""] + catalogue_layouts(schema)
    lines += [""] + catalogue_values(schema)
    lines += [""] + catalogue_entry_values(schema) + ["}"]
    return file_text(lines)


def catalogue_list(schema: Schema) -> list[str]:
    numbers = ", ".join(str(message.template) for message in schema.messages)
    body = textwrap.wrap(numbers, COLUMNS - 4)
    lines = ["  /// Every template number, in the order of the schema."]
    lines += ["  public static let templateIDs: [UInt16] = ["]
    return lines + [f"    {each}" for each in body[:-1]] + [f"    {body[-1]},", "  ]"]


def catalogue_facts(schema: Schema) -> list[str]:
    lines = ["  /// What is known of a template; nil for a number that the schema lacks."]
    lines += doc_parameters([("templateID", "The template's number.")], 2)
    lines += ["  /// - Returns: The template's facts.", "  @_noLocks"]
    lines += ["  public static func facts(of templateID: UInt16) -> MessageFacts? {"]
    lines += ["    switch templateID {"]
    for message in schema.messages:
        lines.append(f"    case {message.template}: {message.name}.facts")
    return lines + ["    default: nil", "    }", "  }"]


def catalogue_layouts(schema: Schema) -> list[str]:
    lines = ["  /// Where the fields of a template stand; nil for a number that the schema lacks."]
    lines += doc_parameters([("templateID", "The template's number.")], 2)
    lines += ["  /// - Returns: The template's layout."]
    lines += ["  public static func layout(of templateID: UInt16) -> MessageLayout? {"]
    lines += ["    switch templateID {"]
    for message in schema.messages:
        lines.append(f"    case {message.template}: {message.name}.layout")
    return lines + ["    default: nil", "    }", "  }"]


def catalogue_values(schema: Schema) -> list[str]:
    lines = ["  /// Whether each enum of a message's fixed part holds a value of the schema."]
    lines += doc_parameters(
        [("templateID", "The template's number."), ("body", "The first byte after the header.")], 2
    )
    lines += ["  /// - Returns: Whether the schema knows them all.", "  @_noLocks"]
    lines += signature(
        "static func hasKnownValues", ["_ templateID: UInt16", "body: UnsafeRawPointer"],
        " -> Bool {", 2,
    )
    lines += ["    switch templateID {"]
    for message in schema.messages:
        if value_check(message.fields, 0):
            call = f"{message.name}.hasKnownValues(body: body)"
            lines.append(f"    case {message.template}: unsafe {call}")
    return lines + ["    default: true", "    }", "  }"]


def catalogue_entry_values(schema: Schema) -> list[str]:
    lines = ["  /// Whether each enum of a group's entry holds a value of the schema."]
    lines += doc_parameters(
        [("templateID", "The template's number."), ("entry", "The first byte of the entry.")], 2
    )
    lines += ["  /// - Returns: Whether the schema knows them all.", "  @_noLocks"]
    lines += signature(
        "static func hasKnownEntryValues", ["_ templateID: UInt16", "entry: UnsafeRawPointer"],
        " -> Bool {", 2,
    )
    lines += ["    switch templateID {"]
    for message in schema.messages:
        checked = [group for group in message.groups if value_check(group.fields, 0)]
        if checked and len(message.groups) > 1:
            raise SystemExit(f"rostrum.xml: {message.name}: an enum in one of several groups")
        for group in checked:
            call = f"{message.name}.{group.entry_name}.hasKnownValues(body: entry)"
            lines.append(f"    case {message.template}: unsafe {call}")
    return lines + ["    default: true", "    }", "  }"]


def swift_files(schema: Schema) -> dict[str, str]:
    """Every generated Swift file, by its path in the repository."""
    folder = "Sources/Wire/Messages"
    files = {
        f"{folder}/Enums.swift": enums_file(schema),
        f"{folder}/Sets.swift": sets_file(schema),
        f"{folder}/MessageCatalogue.swift": catalogue_file(schema),
    }
    for enum in schema.types_of("enum"):
        if enum.primitive == CODE_ENCODING:
            files[f"{folder}/{enum.name}.swift"] = code_file(enum)
    for each in schema.types_of("text"):
        files[f"{folder}/{text_type(each)}.swift"] = text_file(each)
    owner: dict[str, str] = {}
    for message in schema.messages:
        files[f"{folder}/{message.name}.swift"] = message_file(message, owner)
    return files
