import Foundation
import Kernel
import Primitives
import Simulator
import WAL

/// A folder that can be handed around.
final class FolderBox {
  var folder: SimulatedFolder
  init(_ folder: consuming SimulatedFolder) { self.folder = folder }
}

/// A machine with a folder, for tests; a class, because the macros of Testing do not take values
/// that cannot be copied.
final class DiskScene {
  static let path = "data/log"
  let kernel: SimulatedKernel
  private var box: FolderBox?
  private let bytes: UnsafeMutableRawPointer
  private static let byteCountMax = 1 << 20

  init(seed: UInt64 = 1, faults: DiskFaults = .none, access: FolderAccess = .writable) throws {
    let world = World(seed: seed)
    kernel = SimulatedKernel(world: world, disk: SimulatedDisk(world: world, faults: faults))
    bytes = testMemory.allocate(Self.byteCountMax, 4096)
    try openFolder(access)
  }

  deinit { testMemory.release(bytes, Self.byteCountMax) }

  var disk: SimulatedDisk { kernel.disk }
  var world: World { kernel.world }

  func openFolder(_ access: FolderAccess = .writable) throws {
    box = nil
    box = FolderBox(try kernel.openFolder(Self.path, access: access, memory: testMemory))
  }

  /// The power fails and comes back.
  func powerCycle() throws {
    world.failPower()
    try restart()
  }

  /// The machine is switched on again.
  func restart() throws {
    kernel.beginNextLife()
    try openFolder()
  }

  func with<R>(_ body: (inout SimulatedFolder) throws -> R) throws -> R {
    guard let box else { fatalError("the folder is open") }
    return try body(&box.folder)
  }

  func create(_ name: String) throws -> StorageFile { try with { try $0.create(name) } }
  func open(_ name: String) throws -> StorageFile { try with { try $0.open(name) } }
  func syncFolder() throws { try with { try $0.syncFolder() } }
  func sync(_ file: StorageFile) throws { try with { try $0.syncData(file) } }

  /// Blocks filled with bytes of a value.
  @discardableResult
  func write(_ file: StorageFile, _ value: UInt8, blocks: Int, at block: Int = 0) throws -> Int {
    memset(bytes, Int32(value), blocks * 4096)
    return try with {
      try $0.write(file, from: bytes, byteCount: blocks * 4096, at: UInt64(block * 4096))
    }
  }

  /// Any bytes anywhere, as the page cache takes them.
  @discardableResult
  func write(_ file: StorageFile, _ new: [UInt8], at offset: Int) throws -> Int {
    try new.withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return 0 }
      return try with {
        try $0.write(file, from: base, byteCount: new.count, at: UInt64(offset))
      }
    }
  }

  func read(_ file: StorageFile, blocks: Int, at block: Int = 0) throws -> [UInt8] {
    let count = try with {
      try $0.read(file, into: bytes, byteCount: blocks * 4096, at: UInt64(block * 4096))
    }
    return Array(UnsafeRawBufferPointer(start: bytes, count: count))
  }

  /// A file of one value, all of it durable.
  @discardableResult
  func durableFile(_ name: String, _ value: UInt8, blocks: Int) throws -> StorageFile {
    let file = try create(name)
    try write(file, value, blocks: blocks)
    try sync(file)
    try syncFolder()
    return file
  }

  /// What a file holds, looked at from outside; nil when there is none.
  func contents(_ name: String, of disk: SimulatedDisk? = nil) throws -> [UInt8]? {
    var folder = (disk ?? self.disk).folder(Self.path)
    guard let entry = try folder.list().first(where: { $0.name == name }) else { return nil }
    let file = try folder.open(name)
    defer { folder.close(file) }
    let count = try folder.read(file, into: bytes, byteCount: Int(entry.byteCount), at: 0)
    return Array(UnsafeRawBufferPointer(start: bytes, count: count))
  }

  /// The names in the folder, looked at from outside.
  func names() throws -> [String] {
    var folder = disk.folder(Self.path)
    return try folder.list().map(\.name).sorted()
  }
}

/// A block of one value.
func block(_ value: UInt8, _ count: Int = 1) -> [UInt8] {
  [UInt8](repeating: value, count: count * 4096)
}

/// How a system call failed; nil when it did not.
func errno(_ body: () throws -> Void) -> Int32? {
  do { try body() } catch { return (error as? StorageError)?.errno ?? -1 }
  return nil
}
