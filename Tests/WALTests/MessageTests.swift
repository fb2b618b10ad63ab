import Foundation
import Primitives
import Testing

@testable import WAL

/// Every message says what is wrong, each in words of its own, and the errors what to do.
@Suite struct MessageTests {
  @Test func everyRowOfTheRecoveryTableHasItsOwnWordsAndItsOwnRow() throws {
    let summaries = RecoveryCase.allCases.map(\.summary)
    #expect(Set(summaries).count == RecoveryCase.allCases.count)
    #expect(RecoveryCase.allCases.map(\.letter) == Array("ABCDEFGHIJKLMNOPQRS"))
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(
      contentsOf: root.appendingPathComponent("docs/log-format.md"), encoding: .utf8)
    for letter in RecoveryCase.allCases.map(\.letter) {
      let rows = page.split(separator: "\n").filter { $0.hasPrefix("| \(letter) |") }
      #expect(rows.count == 1, "case \(letter)")
    }
  }

  @Test func everyFaultOfAReceiptHasItsOwnWords() {
    let faults: [ReceiptFault] = [
      .malformed(line: 3, reason: "no words"), .version(7), .record, .position, .path,
      .hash(computed: "aa"), .start, .end(reached: "bb"), .link(2, reason: "no reason"),
    ]
    let texts = faults.map(\.description)
    #expect(Set(texts).count == faults.count)
    let parts = [
      "line 3", "version 7", "16 bytes", "position", "path", "aa", "begins", "bb", "link 2",
    ]
    for (text, part) in zip(texts, parts) { #expect(text.contains(part)) }
  }

  @Test(arguments: [
    (28, "free space"), (122, "free space"), (5, "check it"), (13, "rights"), (30, "mount"),
    (24, "ulimit -n"), (23, "ulimit -n"), (71, "errno 71"),
  ])
  func everyErrorOfTheSystemComesWithAdvice(errno: Int32, advice: String) {
    let error = StorageError(operation: .syncData, file: "x.segment", offset: 4096, errno: errno)
    #expect("\(error)".hasPrefix("cannot flush x.segment at byte 4096: errno \(errno) ("))
    #expect("\(error)".contains(advice))
    let wrapped = [
      "\(LogError.storage(error))", "\(ArchiveError.storage(error))",
      "\(SnapshotError.storage(error))",
    ]
    #expect(wrapped == ["log: \(error)", "archive: \(error)", "snapshot: \(error)"])
  }

  @Test func errorsSayWhatToDo() {
    let messages: [(String, String)] = [
      ("\(LogError.changedWhileRead)", "read it again"),
      ("\(LogError.otherVersion(file: "x", version: 9))", "start the newer program"),
      ("\(LogError.otherVersion(file: "x", version: 1))", "start the program that wrote it"),
      ("\(LogError.positionNotHeld(wanted: 5, oldest: 9, last: 12))", "at or after record 8"),
      ("\(LogError.positionNotHeld(wanted: 5, oldest: 0, last: 0))", "at or after record 0"),
      ("\(ArchiveError.newerVersion(file: "x", version: 4))", "start the newer program"),
      ("\(SnapshotError.foreign(file: "x", reason: "is of shard 2"))", "move it out"),
      ("\(SnapshotError.newerVersion(file: "x", version: 4))", "start the newer program"),
    ]
    for (message, advice) in messages { #expect(message.contains(advice), "\(message)") }
  }

  /// What a live folder does to its reader is tried again; what stays as it is is told.
  @Test func attemptsAreCounted() {
    let missing = LogError.storage(StorageError(operation: .open, file: "x", errno: 2))
    var budget = RetryBudget()
    var attemptCount = 0
    var last: LogError?
    while last == nil {
      attemptCount += 1
      do throws(LogError) { try budget.spend(missing) } catch { last = error }
    }
    #expect(last == .changedWhileRead && attemptCount == 1_000)
    let refusal = LogError.batchNotHeld(first: 1, last: 2)
    budget = RetryBudget()
    #expect(throws: Never.self) { try budget.spend(refusal) }
    #expect(throws: refusal) { try budget.spend(refusal) }
    budget.hasComeFurther()
    #expect(throws: Never.self) { try budget.spend(refusal) }
    #expect(throws: LogError.storageFull) { try budget.spend(.storageFull) }
  }
}
