import ArgumentParser
import Primitives
import Runtime

/// A state to compare: a data folder and where its replay ends.
struct StatePlace: ExpressibleByArgument, Equatable {
  let path: String
  let end: ReplayEnd
  /// As it was typed.
  let text: String

  init?(argument: String) {
    text = argument
    guard let at = argument.lastIndex(of: "@") else {
      guard !argument.isEmpty else { return nil }
      (path, end) = (argument, .end)
      return
    }
    let folder = String(argument[..<at])
    let place = String(argument[argument.index(after: at)...])
    guard !folder.isEmpty, !place.isEmpty else { return nil }
    if place.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) {
      guard let position = UInt64(place), position > 0 else { return nil }
      (path, end) = (folder, .position(position))
    } else if let time = TimeArgument(argument: place)?.time {
      (path, end) = (folder, .time(time))
    } else if place.contains("/") {
      // The sign stands in the folder's own name.
      (path, end) = (argument, .end)
    } else {
      return nil
    }
  }

  /// Whether it names a record, which is of one shard.
  var isPosition: Bool {
    if case .position = end { return true }
    return false
  }
}
