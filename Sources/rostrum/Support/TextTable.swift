/// Rows of text in columns as wide as they need to be.
enum TextTable {
  /// Lays rows out.
  ///
  /// - Parameters:
  ///   - rows: The rows, the heads first; all of one length.
  ///   - rightAligned: Columns that stand at the right, as numbers do.
  /// - Returns: One line a row.
  static func lines(_ rows: [[String]], rightAligned: Set<Int>) -> [String] {
    let columnCount = rows.map(\.count).max() ?? 0
    let widths = (0..<columnCount).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = ""
      for (column, field) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - field.count)
        if column > 0 { line += "  " }
        line += rightAligned.contains(column) ? padding + field : field + padding
      }
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}
