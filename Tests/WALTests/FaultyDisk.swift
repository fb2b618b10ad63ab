import Primitives
import WAL

/// What a step of the disk does instead of succeeding.
enum Fault: Equatable {
  case crash, inputOutputError, noSpace, shortWrite(byteCount: Int)
}

/// A disk that forgets: bytes count only after a flush, names only after a flush of the folder.
///
/// At a crash each unit (a 512-byte sector or a 4 KiB page) of each unflushed write is kept or lost
/// by itself. A failed flush loses units at once, as a kernel that marks pages clean does.
final class FaultyDisk {
  private struct Write {
    let offset: Int
    let bytes: [UInt8]
  }
  private struct Inode {
    var durable: [UInt8] = []
    var current: [UInt8] = []
    var pending: [Write] = []
  }
  private enum NameChange {
    case link(String, Int)
    case unlink(String)
  }

  static let errnoCrashed: Int32 = 999
  private var inodes: [Inode] = []
  private var names: [String: Int] = [:]
  private var durableNames: [String: Int] = [:]
  private var pendingNames: [NameChange] = []
  private var generator: SeededGenerator
  private let unitByteCount: Int
  private(set) var isCrashed = false
  /// How many changing steps there have been.
  private(set) var stepCount = 0
  /// What happens at a step, by its number from 1.
  var faults: [Int: Fault] = [:]
  /// What every write or flush of a kind does from now on.
  var everyWrite: Fault?
  var everyFlush: Fault?
  /// Files whose reads fail, from an offset on.
  var unreadable: [String: Int] = [:]
  /// The bytes that all files together may have.
  var capacityByteCount = Int.max

  init(seed: UInt64 = 1, unitByteCount: Int = 512) {
    generator = SeededGenerator(seed: seed)
    self.unitByteCount = unitByteCount
  }

  /// Power fails: what was not flushed is kept or lost piece by piece; then power returns.
  func reboot() {
    for index in inodes.indices { settle(index) }
    let keptCount = Int(generator.below(UInt64(pendingNames.count + 1)))
    for change in pendingNames.prefix(keptCount) { apply(change, to: &durableNames) }
    pendingNames = []
    names = durableNames
    isCrashed = false
    faults = [:]
    everyWrite = nil
    everyFlush = nil
  }

  /// Power fails and nothing is kept that was not flushed; then power returns.
  func rebootLosingAll() {
    for index in inodes.indices { inodes[index] = Inode(durable: inodes[index].durable) }
    for index in inodes.indices { inodes[index].current = inodes[index].durable }
    pendingNames = []
    names = durableNames
    isCrashed = false
    faults = [:]
  }

  /// The process dies but the kernel lives: nothing is lost.
  func restartProcess() {
    isCrashed = false
    faults = [:]
  }

  /// Keeps each unit of each unflushed write, or loses it.
  private func settle(_ index: Int) {
    var bytes = inodes[index].durable
    for write in inodes[index].pending {
      var start = 0
      while start < write.bytes.count {
        let unitEnd = (write.offset + start) / unitByteCount * unitByteCount + unitByteCount
        let end = min(write.bytes.count, unitEnd - write.offset)
        if generator.next() & 1 == 0 {
          Self.overlay(&bytes, write.offset + start, write.bytes[start..<end])
        }
        start = end
      }
    }
    inodes[index] = Inode(durable: bytes, current: bytes)
  }

  private static func overlay(_ bytes: inout [UInt8], _ offset: Int, _ new: ArraySlice<UInt8>) {
    if bytes.count < offset + new.count {
      bytes += [UInt8](repeating: 0, count: offset + new.count - bytes.count)
    }
    bytes.withUnsafeMutableBytes { raw in
      new.withUnsafeBytes {
        UnsafeMutableRawBufferPointer(rebasing: raw[offset...]).copyMemory(from: $0)
      }
    }
  }

  private func apply(_ change: NameChange, to table: inout [String: Int]) {
    switch change {
    case .link(let name, let inode): table[name] = inode
    case .unlink(let name): table[name] = nil
    }
  }

  private func step(
    _ operation: StorageError.Operation,
    _ file: String
  ) throws(StorageError) -> Fault? {
    stepCount += 1
    let fault = faults[stepCount]
    if fault == .crash { isCrashed = true }
    if isCrashed && fault != .crash { throw error(operation, file, Self.errnoCrashed) }
    if fault == .inputOutputError { throw error(operation, file, 5) }
    if fault == .noSpace { throw error(operation, file, 28) }
    return fault
  }

  private func error(
    _ operation: StorageError.Operation,
    _ file: String,
    _ errno: Int32
  ) -> StorageError {
    StorageError(operation: operation, file: file, errno: errno)
  }

  private func change(_ changes: [NameChange]) {
    for change in changes { apply(change, to: &names) }
    pendingNames += changes
  }
}

// What the storage calls.
extension FaultyDisk {
  func list() -> [StorageEntry] {
    names.sorted { $0.key < $1.key }.map {
      StorageEntry(name: $0.key, byteCount: UInt64(inodes[$0.value].current.count))
    }
  }

  func create(_ name: String) throws(StorageError) -> Int {
    let fault = try step(.create, name)
    inodes.append(Inode())
    change([.link(name, inodes.count - 1)])
    if fault == .crash { throw error(.create, name, Self.errnoCrashed) }
    return inodes.count - 1
  }

  func open(_ name: String) throws(StorageError) -> Int {
    if isCrashed { throw error(.open, name, Self.errnoCrashed) }
    guard let inode = names[name] else { throw error(.open, name, 2) }
    return inode
  }

  private func name(of inode: Int) -> String {
    names.first { $0.value == inode }?.key ?? "deleted"
  }

  func read(
    _ inode: Int,
    into bytes: UnsafeMutableRawPointer,
    byteCount: Int,
    at offset: Int
  ) throws(StorageError) -> Int {
    let name = name(of: inode)
    if isCrashed { throw error(.read, name, Self.errnoCrashed) }
    if let bad = unreadable[name], offset + byteCount > bad { throw error(.read, name, 5) }
    let count = min(byteCount, max(0, inodes[inode].current.count - offset))
    if count > 0 {
      inodes[inode].current.withUnsafeBytes {
        let part = UnsafeRawBufferPointer(rebasing: $0[offset..<(offset + count)])
        UnsafeMutableRawBufferPointer(start: bytes, count: count).copyMemory(from: part)
      }
    }
    return count
  }

  func write(_ inode: Int, _ bytes: [UInt8], at offset: Int) throws(StorageError) -> Int {
    let name = name(of: inode)
    let fault = try step(.write, name) ?? everyWrite
    if fault == .inputOutputError { throw error(.write, name, 5) }
    var bytes = bytes
    if case .shortWrite(let byteCount) = fault { bytes = Array(bytes.prefix(byteCount)) }
    let growth = max(0, offset + bytes.count - inodes[inode].current.count)
    if growth > freeByteCount || fault == .noSpace { throw error(.write, name, 28) }
    if !bytes.isEmpty {
      Self.overlay(&inodes[inode].current, offset, bytes[...])
      inodes[inode].pending.append(Write(offset: offset, bytes: bytes))
    }
    if fault == .crash { throw error(.write, name, Self.errnoCrashed) }
    return bytes.count
  }

  func truncate(_ inode: Int, to byteCount: Int) throws(StorageError) {
    let fault = try step(.truncate, name(of: inode))
    inodes[inode].current = Array(inodes[inode].current.prefix(byteCount))
    if generator.next() & 1 == 0 { inodes[inode].durable = inodes[inode].current }
    if fault == .crash { throw error(.truncate, "", Self.errnoCrashed) }
  }

  func syncData(_ inode: Int) throws(StorageError) {
    let name = name(of: inode)
    let fault: Fault?
    do { fault = try step(.syncData, name) ?? everyFlush } catch {
      if error.errno == 5 { settle(inode) }
      throw error
    }
    if fault == .inputOutputError {
      settle(inode)
      throw error(.syncData, name, 5)
    }
    if fault == .crash {
      // Power fails just before or just after the flush.
      if generator.next() & 1 == 0 { makeDurable(inode) }
      throw error(.syncData, name, Self.errnoCrashed)
    }
    makeDurable(inode)
  }

  private func makeDurable(_ inode: Int) {
    inodes[inode].durable = inodes[inode].current
    inodes[inode].pending = []
  }

  func syncFolder() throws(StorageError) {
    let fault = try step(.syncFolder, "")
    if fault == .crash { throw error(.syncFolder, "", Self.errnoCrashed) }
    durableNames = names
    pendingNames = []
  }

  func rename(_ old: String, to new: String) throws(StorageError) {
    let fault = try step(.rename, old)
    guard let inode = names[old] else { throw error(.rename, old, 2) }
    change([.unlink(old), .link(new, inode)])
    if fault == .crash { throw error(.rename, old, Self.errnoCrashed) }
  }

  func remove(_ name: String) throws(StorageError) {
    let fault = try step(.remove, name)
    if names[name] == nil { throw error(.remove, name, 2) }
    change([.unlink(name)])
    if fault == .crash { throw error(.remove, name, Self.errnoCrashed) }
  }

  var freeByteCount: Int {
    capacityByteCount - names.values.reduce(0) { $0 + inodes[$1].current.count }
  }
}

// What tests do to the disk behind the log's back.
extension FaultyDisk {
  /// The names of the files.
  var files: [String] { names.keys.sorted() }

  /// The bytes of a file.
  func bytes(_ name: String) -> [UInt8] { names[name].map { inodes[$0].current } ?? [] }

  /// Changes the bytes of a file, durably.
  func edit(_ name: String, _ change: (inout [UInt8]) -> Void) {
    guard let inode = names[name] else { return }
    change(&inodes[inode].current)
    makeDurable(inode)
  }

  /// Makes or replaces a file, durably.
  func put(_ name: String, _ bytes: [UInt8]) {
    inodes.append(Inode(durable: bytes, current: bytes))
    names[name] = inodes.count - 1
    durableNames[name] = inodes.count - 1
  }

  /// Deletes a file, durably.
  func delete(_ name: String) {
    names[name] = nil
    durableNames[name] = nil
  }

  /// A disk of its own with the same files, all durable.
  func copy() -> FaultyDisk {
    let other = FaultyDisk(seed: 1, unitByteCount: unitByteCount)
    for name in files { other.put(name, bytes(name)) }
    return other
  }
}
