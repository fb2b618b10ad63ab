/// A bid as it was recorded.
struct RecordedBid: Equatable {
  /// Since the auction's start, in microseconds.
  var timeMicroseconds: UInt64
  /// The bidder's number in the file.
  var bidder: UInt64
  /// The bidder's maximum, in minor units.
  var maximum: Int64
}

/// An auction as it was recorded, its bids in their order.
struct RecordedAuction: Equatable {
  /// The auction's number in the file.
  var number: UInt64
  var item: String
  var durationDays: UInt64
  /// In minor units.
  var startPrice: Int64
  /// What the recorded market charged at the end, in minor units.
  var finalPrice: Int64
  var bids: [RecordedBid] = []
}

/// Recorded auctions as lines of text: one bid a line, columns by the names in the first line.
enum RecordedAuctionFile {
  static let columns = [
    "auction", "item", "duration_days", "start_cents", "final_cents", "time_us", "bidder",
    "max_cents",
  ]

  /// Reads a file's text.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - name: The file's name, for messages.
  /// - Returns: The auctions in the order of their first lines.
  /// - Throws: The number of the first bad line, what is wrong and what to do.
  static func parse(_ text: String, name: String) throws(CommandFailure) -> [RecordedAuction] {
    var lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }[...]
    guard let header = lines.popFirst(), !header.isEmpty else {
      throw CommandFailure(
        "\(name) is empty; the first line must be `\(columns.joined(separator: ","))`"
      )
    }
    let order = try columnOrder(fields(of: header), name: name)
    var auctions: [RecordedAuction] = []
    var places: [UInt64: Int] = [:]
    var lineNumber = 1
    for line in lines {
      lineNumber += 1
      if line.isEmpty { continue }
      let row = try Row(fields(of: line), order, name: name, lineNumber: lineNumber)
      try row.add(to: &auctions, &places)
    }
    guard !auctions.isEmpty else {
      throw CommandFailure(
        "\(name) has no bids; give a file with at least one line after the first"
      )
    }
    return auctions
  }

  private static func columnOrder(
    _ names: [String],
    name: String
  ) throws(CommandFailure) -> [Int] {
    var order: [Int] = []
    for column in columns {
      guard let index = names.firstIndex(of: column) else {
        throw CommandFailure(
          "\(name), line 1: there is no column `\(column)`; "
            + "the first line must name \(columns.joined(separator: ", "))"
        )
      }
      order.append(index)
    }
    return order
  }

  /// The fields of a line; a field in double quotes may hold commas, and a quote doubled.
  static func fields(of line: Substring) -> [String] {
    var fields: [String] = []
    var field = ""
    var isQuoted = false
    var isAfterQuote = false
    for character in line {
      if character == "\"" {
        if isAfterQuote { field.append(character) }
        isAfterQuote = isQuoted ? true : false
        isQuoted.toggle()
        continue
      }
      isAfterQuote = false
      if character == ",", !isQuoted {
        fields.append(field)
        field = ""
      } else {
        field.append(character)
      }
    }
    fields.append(field)
    return fields
  }

  /// Writes auctions in the same columns.
  static func text(of auctions: [RecordedAuction]) -> String {
    var text = columns.joined(separator: ",") + "\n"
    for auction in auctions {
      let item = quoted(auction.item)
      for bid in auction.bids {
        text += "\(auction.number),\(item),\(auction.durationDays),\(auction.startPrice),"
        text += "\(auction.finalPrice),\(bid.timeMicroseconds),\(bid.bidder),\(bid.maximum)\n"
      }
    }
    return text
  }

  private static func quoted(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" }) else { return text }
    return "\""
      + text.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}

extension RecordedAuctionFile {
  /// One line, its numbers read.
  private struct Row {
    let auction: RecordedAuction
    let bid: RecordedBid
    let place: String

    init(
      _ fields: [String],
      _ order: [Int],
      name: String,
      lineNumber: Int
    ) throws(CommandFailure) {
      let place = "\(name), line \(lineNumber)"
      self.place = place
      guard fields.count > (order.max() ?? 0) else {
        throw CommandFailure(
          "\(place): \(fields.count) fields where \(columns.count) are needed; "
            + "complete the line or take it out"
        )
      }
      func number(_ column: Int, _ range: ClosedRange<Int64>) throws(CommandFailure) -> Int64 {
        let text = fields[order[column]]
        guard let value = Int64(text), range.contains(value) else {
          throw CommandFailure(
            "\(place): `\(text)` in column \(columns[column]) is not a whole number from "
              + "\(range.lowerBound) to \(range.upperBound); correct the line or take it out"
          )
        }
        return value
      }
      let amounts: ClosedRange<Int64> = 1...999_999_999_999
      auction = RecordedAuction(
        number: UInt64(try number(0, 0...1_000_000_000)),
        item: fields[order[1]],
        durationDays: UInt64(try number(2, 0...3_650)),
        startPrice: try number(3, amounts),
        finalPrice: try number(4, 0...999_999_999_999)
      )
      bid = RecordedBid(
        timeMicroseconds: UInt64(try number(5, 0...1_000_000_000_000_000)),
        bidder: UInt64(try number(6, 0...1_000_000_000)),
        maximum: try number(7, amounts)
      )
    }

    func add(
      to auctions: inout [RecordedAuction],
      _ places: inout [UInt64: Int]
    ) throws(CommandFailure) {
      guard let index = places[auction.number] else {
        places[auction.number] = auctions.count
        var first = auction
        first.bids = [bid]
        auctions.append(first)
        return
      }
      guard auctions[index].startPrice == auction.startPrice,
        auctions[index].finalPrice == auction.finalPrice
      else {
        throw CommandFailure(
          "\(place): auction \(auction.number) has another start or final price than in its first "
            + "line; give the auctions numbers of their own"
        )
      }
      auctions[index].bids.append(bid)
    }
  }
}
