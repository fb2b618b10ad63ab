import Uring

/// What the tests know of the sanitizer that they were built with.
enum Sanitizer {
  /// Whether its malloc stands in the place of jemalloc's.
  static let isOn = Machine.allocatorVersion.contains("Sanitizer")
}
