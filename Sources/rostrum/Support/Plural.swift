/// Counts of things in a sentence.
enum Plural {
  /// A count and its noun, for example `1 row` or `2 rows`.
  static func text(_ count: some BinaryInteger, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}
