import Primitives
import Wire

/// Frames with the names of their fields, for people and programs.
struct FrameText {
  /// Whether maxima and reserves are shown.
  let showsHidden: Bool

  /// What stands in the place of a value that is not shown.
  static let hidden = "hidden"

  /// A frame as one line.
  func line(_ frame: DescribedFrame) -> String {
    var text = frame.name
    for field in frame.fields { text += " \(field.name)=\(self.text(field))" }
    for group in frame.groups where !group.entries.isEmpty {
      let entries = group.entries.map { entry in
        "{" + entry.map { "\($0.name)=\(self.text($0))" }.joined(separator: " ") + "}"
      }
      text += " \(group.name)=[\(entries.joined(separator: " "))]"
    }
    return text
  }

  /// A frame as a JSON object; what is not shown is left out.
  func json(_ frame: DescribedFrame) -> JSONObject {
    var object = JSONObject()
    object.add("message", frame.name)
    object.add("template", frame.templateID)
    object.add("sequence", frame.sequence)
    object.add("fields", json(frame.fields))
    for group in frame.groups { object.add(group.name, objects: group.entries.map { json($0) }) }
    return object
  }

  private func json(_ fields: [DescribedField]) -> JSONObject {
    var object = JSONObject()
    for field in fields where showsHidden || !field.isHidden {
      switch field.value {
      case .number(let number): object.add(field.name, number)
      case .signed(let number): object.add(field.name, number)
      case .amount(let amount): object.add(field.name, amount: amount ?? Money.absent)
      case .time(let time): object.add(field.name, time)
      case .digest(let digest): object.add(field.name, digest.hexadecimal)
      case .text(let text), .name(let text): object.add(field.name, text)
      case .names(let names): object.add(field.name, texts: names)
      }
    }
    return object
  }

  private func text(_ field: DescribedField) -> String {
    guard showsHidden || !field.isHidden else { return Self.hidden }
    switch field.value {
    case .number(let number): return String(number)
    case .signed(let number): return String(number)
    case .amount(let amount): return amount.map { String($0) } ?? "none"
    case .time(let time): return time == 0 ? "0" : Moment.text(time)
    case .digest(let digest): return digest.hexadecimal
    case .text(let text): return JSONObject.quoted(text)
    case .name(let name): return name
    case .names(let names): return names.isEmpty ? "none" : names.joined(separator: "+")
    }
  }
}
