internal import Primitives

// What is done to an open file: each gives a count or a negative errno, as the kernel does.
extension SimulatedDisk {
  /// Reads what was written last.
  func read(
    _ open: OpenFile, into bytes: UnsafeMutableRawPointer, byteCount: Int, at offset: UInt64
  ) -> Int {
    guard let file = open.file else { return -Int(Self.errnoBadFile) }
    if open.isOffline { return unsafe file.read(into: bytes, byteCount: byteCount, at: offset) }
    if open.isDirect { unsafe checkAlignment(bytes, byteCount, offset) }
    counts.reads += 1
    switch fate(of: .read, in: open.directory, file.number, offset: offset, byteCount: byteCount) {
    case .fails(let errno): return -Int(errno)
    case .dead: return -Int(Self.errnoInputOutput)
    case .goesOn, .losesPower: break
    }
    if hasUnreadablePage(file, offset, byteCount) { return -Int(Self.errnoInputOutput) }
    let wanted = shortened(reading: byteCount, of: file, at: offset)
    return unsafe file.read(into: bytes, byteCount: wanted, at: offset)
  }

  private func hasUnreadablePage(_ file: DiskFile, _ offset: UInt64, _ byteCount: Int) -> Bool {
    if file.unreadablePages.isEmpty || byteCount == 0 { return false }
    let size = UInt64(DiskPage.byteCount)
    let pages = Int(offset / size)...Int((offset + UInt64(byteCount) - 1) / size)
    return pages.contains { file.unreadablePages.contains($0) }
  }

  /// Fewer bytes, but whole blocks and at least one: what is less is where a file ends.
  private func shortened(reading byteCount: Int, of file: DiskFile, at offset: UInt64) -> Int {
    let blockCount = byteCount / DiskPage.byteCount
    guard blockCount > 1, offset + UInt64(byteCount) <= file.byteCount, chance(faults.shortReads)
    else { return byteCount }
    counts.shortReads += 1
    return DiskPage.byteCount * Int(1 + generator.below(UInt64(blockCount - 1)))
  }

  /// Writes bytes, or zeros.
  func write(
    _ open: OpenFile, from bytes: UnsafeRawPointer?, byteCount: Int, at offset: UInt64
  ) -> Int {
    guard let file = open.file, open.isWritable else { return -Int(Self.errnoBadFile) }
    if open.isOffline {
      unsafe file.write(bytes, byteCount: byteCount, at: offset)
      file.commitAll()
      return byteCount
    }
    if open.isDirect { unsafe checkAlignment(bytes, byteCount, offset) }
    let fate = fate(
      of: .write, in: open.directory, file.number, offset: offset, byteCount: byteCount)
    switch fate {
    case .goesOn: break
    case .dead: return -Int(Self.errnoInputOutput)
    case .fails(let errno):
      let part = Int(generator.below(UInt64(byteCount / Self.sectorByteCount + 1)))
      unsafe file.write(bytes, byteCount: part * Self.sectorByteCount, at: offset)
      return -Int(errno)
    case .losesPower:
      unsafe file.write(bytes, byteCount: byteCount, at: offset)
      world.failPower()
      return -Int(Self.errnoInputOutput)
    }
    let fitting = room(for: byteCount, in: file, at: offset)
    if fitting < byteCount { refuse(.write, in: open.directory, Self.errnoNoSpace) }
    if fitting == 0 && byteCount > 0 { return -Int(Self.errnoNoSpace) }
    let count = fitting < byteCount ? fitting : shortened(writing: byteCount)
    counts.writes += 1
    counts.writtenBytes += UInt64(count)
    switch misplacement(of: count, open, file, at: offset) {
    case .nowhere: break
    case .at(let place): unsafe file.write(bytes, byteCount: count, at: place)
    }
    return count
  }

  static let sectorByteCount = 512

  private func shortened(writing byteCount: Int) -> Int {
    let sectorCount = byteCount / Self.sectorByteCount
    guard sectorCount > 1, chance(faults.shortWrites) else { return byteCount }
    counts.shortWrites += 1
    return Self.sectorByteCount * Int(1 + generator.below(UInt64(sectorCount - 1)))
  }

  /// How many bytes of a write the disk has room for, in whole blocks if not all.
  private func room(for byteCount: Int, in file: DiskFile, at offset: UInt64) -> Int {
    let size = UInt64(DiskPage.byteCount)
    let held = (file.byteCount + size - 1) / size * size
    let end = offset + UInt64(byteCount)
    if end <= held { return byteCount }
    let free = freeByteCount()
    if end - held <= free { return byteCount }
    counts.fullRefusals += 1
    let fittingEnd = held + free / size * size
    return fittingEnd <= offset ? 0 : Int(fittingEnd - offset)
  }

  /// Gives a file another length.
  func truncate(_ open: OpenFile, to byteCount: UInt64) -> Int {
    guard let file = open.file, open.isWritable else { return -Int(Self.errnoBadFile) }
    if open.isOffline {
      file.truncate(to: byteCount)
      file.commitAll()
      return 0
    }
    let fate = fate(of: .truncate, in: open.directory, file.number, offset: byteCount)
    if let errno = fate.errno { return -Int(errno) }
    counts.nameChanges += 1
    file.truncate(to: byteCount)
    if case .losesPower = fate {
      world.failPower()
      return -Int(Self.errnoInputOutput)
    }
    return 0
  }

  /// How far a flush that begins now reaches: what is written while it lasts is not in it.
  func flushMark(_ open: OpenFile) -> Int { open.file?.changeCount ?? open.directory.changeCount }

  /// Flushes a file's bytes and length, or a folder's names.
  func sync(_ open: OpenFile, through mark: Int) -> Int {
    if open.isOffline { return 0 }
    guard let file = open.file else { return syncNames(open.directory, through: mark) }
    counts.flushes += 1
    switch fate(of: .syncData, in: open.directory, file.number) {
    case .goesOn: file.commit(through: mark)
    case .dead: return -Int(Self.errnoInputOutput)
    case .fails(let errno):
      flushFailed(file, isDirect: open.isDirect)
      return -Int(errno)
    case .losesPower:
      if generator.below(2) == 0 { file.commit(through: mark) }
      world.failPower()
      return -Int(Self.errnoInputOutput)
    }
    return 0
  }

  /// The kernel marks the pages as clean although the disk has some of them only; what is read
  /// through the cache does not show it.
  private func flushFailed(_ file: DiskFile, isDirect: Bool) {
    let seen = (pages: file.current, byteCount: file.byteCount)
    settle(file, .sectors)
    if isDirect { return }
    file.current = seen.pages
    file.byteCount = seen.byteCount
    file.setDurableLength(seen.byteCount)
  }

  private func checkAlignment(_ bytes: UnsafeRawPointer?, _ byteCount: Int, _ offset: UInt64) {
    let size = DiskPage.byteCount
    let isAligned =
      byteCount % size == 0 && offset % UInt64(size) == 0
      && Int(bitPattern: bytes) % size == 0
    invariant(isAligned, "what goes past the page cache begins and ends at a block")
  }
}
