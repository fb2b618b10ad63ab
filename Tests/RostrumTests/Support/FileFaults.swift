import CSystemCalls
import Foundation

/// The file layer under a server, which fails as a test says: a library that is loaded before the
/// server's own (see Tests/CFaultyFiles).
final class FileFaults {
  /// The calls that a fault is about.
  struct Calls: OptionSet {
    let rawValue: UInt32
    static let read = Calls(rostrum_fault_read)
    static let write = Calls(rostrum_fault_write)
    static let flush = Calls(rostrum_fault_flush)
    static let create = Calls(rostrum_fault_create)
    static let measure = Calls(rostrum_fault_measure)
    static let batchWrite = Calls(rostrum_fault_batch_write)
    static let batchFlush = Calls(rostrum_fault_batch_flush)

    init(rawValue: UInt32) { self.rawValue = rawValue }
    private init(_ call: rostrum_fault_call) { rawValue = call.rawValue }
  }

  /// One fault; what is 0 is left as it is.
  struct Fault {
    /// The calls.
    var calls: Calls
    /// What the path contains.
    var path = ""
    /// So many calls are let through first.
    var skip: UInt32 = 0
    /// So many are hit then.
    var times = UInt32.max
    /// The errno.
    var error: Int32 = 0
    /// The most bytes that are read or written.
    var byteCountMax: UInt32 = 0
    /// How long it takes more.
    var delayMs: UInt32 = 0
    /// What is said to be free.
    var freeByteCount: UInt64 = 0
  }

  private let faults: OpaquePointer
  private let path: String
  private static let library =
    (Program.buildPath as NSString).appendingPathComponent("libFaultyFiles.so")

  /// Makes a file layer without faults.
  ///
  /// - Parameter folder: Where the memory has its name that the server and its test share.
  /// - Throws: When there is no memory, or the library was not built.
  init(in folder: TemporaryFolder) throws {
    path = folder.file("faults")
    guard FileManager.default.fileExists(atPath: Self.library) else {
      throw TestFailure("\(Self.library) is missing: build the product FaultyFiles")
    }
    guard let faults = rostrum_faults_open(path) else {
      throw TestFailure("no memory for faults: errno \(errno)")
    }
    self.faults = faults
  }

  deinit { rostrum_faults_close(faults) }

  /// What a server is started with.
  var wrapper: [String] {
    ["/usr/bin/env", "ROSTRUM_FAULTS=\(path)", "LD_PRELOAD=\(Self.library)"]
  }

  /// Sets a fault; it takes the place of the one with that number, 0 to 7.
  func set(_ number: Int32 = 0, _ fault: Fault) {
    var raw = rostrum_fault()
    withUnsafeMutableBytes(of: &raw.path) { bytes in
      precondition(fault.path.utf8.count < bytes.count)
      bytes.copyBytes(from: fault.path.utf8)
    }
    raw.calls = fault.calls.rawValue
    (raw.skip, raw.times, raw.error) = (fault.skip, fault.times, fault.error)
    (raw.byte_count_max, raw.delay_ms) = (fault.byteCountMax, fault.delayMs)
    raw.free_byte_count = fault.freeByteCount
    rostrum_faults_set(faults, number, &raw)
  }

  /// Ends a fault.
  func end(_ number: Int32 = 0) { rostrum_faults_end(faults, number) }

  /// How often a fault has hit.
  func hits(_ number: Int32 = 0) -> Int { Int(rostrum_faults_hits(faults, number)) }
}
