import Engine
import Journal
import Runtime
import WAL

/// Failures of files and logs as one line that says what to do.
enum FilesFailure {
  /// Runs work on a folder's files; whatever fails becomes a command's failure.
  ///
  /// - Parameter work: The work.
  /// - Returns: What it gives.
  /// - Throws: One line.
  static func told<Result: ~Copyable>(
    _ work: () throws -> Result
  ) throws(CommandFailure) -> Result {
    do { return try work() } catch { throw failure(error) }
  }

  /// A failure of any kind as a command's.
  static func failure(_ error: any Error) -> CommandFailure {
    switch error {
    case let error as CommandFailure: error
    case let error as ShardError: CommandFailure(error.description)
    case let error as LogError: CommandFailure(error.description)
    case let error as SnapshotError: CommandFailure(error.description)
    case let error as JournalError: CommandFailure("\(error)")
    case let error as StorageError: CommandFailure("\(error)")
    case let error as ReceiptFault: CommandFailure(error.description)
    default: CommandFailure("\(error)")
    }
  }
}
