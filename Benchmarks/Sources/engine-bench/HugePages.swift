import Glibc
import Primitives
import Synchronization

/// Memory of the kernel, zeroed, touched lazily, in huge pages where it can: as a shard takes it.
enum HugePages {
  static let source = MemorySource(
    allocate: { byteCount, _ in
      let hugePage = 2 << 20
      let length = (byteCount + hugePage - 1) / hugePage * hugePage + hugePage
      let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
      guard let memory = mmap(nil, length, PROT_READ | PROT_WRITE, flags, -1, 0),
        memory != MAP_FAILED
      else { fatalError("mmap of \(length) bytes failed: errno \(errno)") }
      let start = UInt(bitPattern: memory)
      let aligned = (start + UInt(hugePage) - 1) & ~UInt(hugePage - 1)
      guard let base = UnsafeMutableRawPointer(bitPattern: aligned) else {
        fatalError("mmap gave address 0")
      }
      madvise(base, length - hugePage, MADV_HUGEPAGE)
      regions.withLock { $0.append((UInt(bitPattern: base), length - hugePage)) }
      return base
    },
    // The process ends after the runs: the kernel takes the memory back.
    release: { base, byteCount in munmap(base, byteCount) }
  )

  private static let regions = Mutex<[(address: UInt, byteCount: Int)]>([])

  /// Has the kernel give all memory now: a server that runs for long has touched it all.
  static func touchAll() {
    let populateWrite: Int32 = 23
    for region in regions.withLock({ $0 }) {
      madvise(UnsafeMutableRawPointer(bitPattern: region.address), region.byteCount, populateWrite)
    }
  }

  /// The bytes of this process that are in memory now.
  static var residentByteCount: Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var total = 0
    var resident = 0
    withUnsafeMutablePointer(to: &total) { total in
      withUnsafeMutablePointer(to: &resident) { resident in
        _ = withVaList([total, resident]) { vfscanf(file, "%ld %ld", $0) }
      }
    }
    return resident * Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// Nanoseconds that this thread has run: what other programs take does not count.
  static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
