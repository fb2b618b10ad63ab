internal import Primitives

/// What a power failure does to unflushed bytes.
enum CrashMode {
  /// The disk had written everything already.
  case everything
  /// The disk had written nothing.
  case nothing
  /// Each page by itself.
  case pages
  /// Each sector of each page by itself; some hold anything.
  case sectors
}

extension SimulatedDisk {
  /// Waits for the next power failure.
  func arm() {
    guard !isArmed, !isOffline else { return }
    isArmed = true
    world.onPowerFailure.append { [weak self] in self?.powerFailed() }
  }

  /// The machine is switched on again, or the process started again.
  ///
  /// What is on the disk by then is durable: whoever finds it need not flush it again.
  public func beginNextLife() {
    flushedAtFailure = nil
    refusals = []
    forgetDescriptors()
    arm()
  }

  /// Lets the next power failure be the death of the process alone: the kernel lives on, and with
  /// it what is written and not flushed.
  public func keepCacheAtNextFailure() { losesProcessOnly = true }

  private func forgetDescriptors() { openFiles = openFiles.filter { $0.value.isOffline } }

  private func powerFailed() {
    isArmed = false
    flushedAtFailure = copyOfFlushed()
    forgetDescriptors()
    failPowerAtStep = nil
    let isProcessOnly = losesProcessOnly
    losesProcessOnly = false
    ring?.abandon { self.generator.below(2) == 0 }
    if isProcessOnly {
      counts.processDeaths += 1
    } else {
      counts.powerFailures += 1
      settleAll()
    }
  }

  /// Decides the fate of everything that is not flushed.
  func settleAll() { settleAll(drawMode()) }

  func settleAll(_ mode: CrashMode) {
    let files = unsettledFiles()
    for entry in directories.entries { settleNames(entry.value, mode) }
    for file in files { settle(file, mode) }
    loseFolders()
  }

  private func drawMode() -> CrashMode {
    switch generator.below(8) {
    case 0: .nothing
    case 1: .everything
    case 2, 3, 4: .pages
    default: faults.tearsPages ? .sectors : .pages
    }
  }

  private func unsettledFiles() -> [DiskFile] {
    let all = directories.entries.flatMap(\.value.files).sorted { $0.number < $1.number }
    var files: [DiskFile] = []
    for file in all where files.last !== file { files.append(file) }
    return files
  }

  private func settleNames(_ directory: DiskDirectory, _ mode: CrashMode) {
    let count = directory.pending.count
    let keptInOrder = Int(generator.below(UInt64(count) + 1))
    let isOrdered = !faults.reordersNames || generator.below(2) == 0
    directory.settle { index in
      let isKept: Bool
      switch mode {
      case .everything: isKept = true
      case .nothing: isKept = false
      default: isKept = isOrdered ? index < keptInOrder : self.generator.below(2) == 0
      }
      self.counts.namesKept += isKept ? 1 : 0
      self.counts.namesDropped += isKept ? 0 : 1
      return isKept
    }
  }

  /// Decides what a file holds of what was not flushed.
  ///
  /// Lengths are kept in order, bytes independently of them and of one another.
  func settle(_ file: DiskFile, _ mode: CrashMode) {
    var lengthsLeft = keptLengthCount(file, mode)
    for change in file.pending {
      switch change {
      case .length(let length):
        if lengthsLeft > 0 { file.setDurableLength(length) }
        lengthsLeft -= 1
      case .write(let write): settle(file, write, mode)
      }
    }
    file.dropPending(file.pending.count)
    file.durable.cut(to: file.durableByteCount)
    file.current = file.durable
    file.byteCount = file.durableByteCount
  }

  private func keptLengthCount(_ file: DiskFile, _ mode: CrashMode) -> Int {
    var count = 0
    for change in file.pending {
      if case .length = change { count += 1 }
    }
    switch mode {
    case .everything: return count
    case .nothing: return 0
    default: return Int(generator.below(UInt64(count) + 1))
    }
  }

  private func settle(_ file: DiskFile, _ write: PageWrite, _ mode: CrashMode) {
    let draw: UInt64
    switch mode {
    case .everything: draw = 0
    case .nothing: draw = 1
    case .pages: draw = generator.below(2)
    case .sectors: draw = generator.below(3)
    }
    switch draw {
    case 0:
      counts.pagesKept += 1
      keep(file, write)
    case 1: counts.pagesDropped += 1
    default:
      counts.pagesTorn += 1
      tear(file, write)
    }
  }

  private func keep(_ file: DiskFile, _ write: PageWrite) {
    if write.range.count == DiskPage.byteCount {
      return file.durable.set(write.page, write.image)
    }
    let page = DiskPage(file.durable[write.page])
    page.copy(write.range, of: write.image)
    file.durable.set(write.page, page)
  }

  /// Of each sector the new bytes, the old ones, or for some bytes of it anything.
  private func tear(_ file: DiskFile, _ write: PageWrite) {
    let page = DiskPage(file.durable[write.page])
    var start = write.range.lowerBound
    while start < write.range.upperBound {
      let end = min(write.range.upperBound, (start / 512 + 1) * 512)
      switch generator.below(faults.garblesSectors ? 4 : 2) {
      case 0: page.copy(start..<end, of: write.image)
      case 1: break
      case 2:
        page.copy(start..<end, of: write.image)
        garble(page, start..<end, file, write.page)
      default: garble(page, start..<end, file, write.page)
      }
      start = end
    }
    file.durable.set(write.page, page)
  }

  private func garble(
    _ page: DiskPage, _ sector: Range<Int>, _ file: DiskFile, _ index: Int
  ) {
    counts.sectorsGarbled += 1
    record(
      .garbledSector, file, UInt64(index * DiskPage.byteCount + sector.lowerBound), sector.count)
    let first = sector.lowerBound + Int(generator.below(UInt64(sector.count)))
    let last = first + Int(generator.below(UInt64(sector.upperBound - first)))
    for index in first...last {
      unsafe page.bytes.storeBytes(
        of: UInt8(truncatingIfNeeded: generator.next()), toByteOffset: index, as: UInt8.self)
    }
  }
}
