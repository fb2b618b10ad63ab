internal import Primitives

/// Where the bytes of a write land.
enum Landing {
  case at(UInt64)
  case nowhere
}

// Damage to what was, or should have become, durable.
extension SimulatedDisk {
  /// Whether there may be more damage.
  var mayDamage: Bool {
    faults.mediaFaultCountMax > 0
      && mediaFaults.count { $0.kind != .garbledSector } < faults.mediaFaultCountMax
  }

  /// Where the bytes of a write land: nearly always where they should.
  func misplacement(
    of byteCount: Int, _ open: OpenFile, _ file: DiskFile, at offset: UInt64
  ) -> Landing {
    guard mayDamage else { return .at(offset) }
    let end = offset + UInt64(byteCount)
    if chance(faults.lostWrites) {
      counts.lostWrites += 1
      record(.lostWrite, open, offset, byteCount)
      keepLength(of: file, through: end)
      return .nowhere
    }
    guard chance(faults.misdirectedWrites),
      let place = otherPlace(for: byteCount, in: file, than: offset)
    else { return .at(offset) }
    counts.misdirectedWrites += 1
    record(.misdirectedWrite, open, offset, byteCount)
    record(.misdirectedWrite, open, place, byteCount)
    keepLength(of: file, through: end)
    return .at(place)
  }

  /// Another place of the file, within its length, at the same distance from a block.
  private func otherPlace(
    for byteCount: Int, in file: DiskFile, than offset: UInt64
  ) -> UInt64? {
    let size = UInt64(DiskPage.byteCount)
    guard file.byteCount >= UInt64(byteCount) + size else { return nil }
    let placeCount = (file.byteCount - UInt64(byteCount) - offset % size) / size + 1
    let place = generator.below(placeCount) * size + offset % size
    return place == offset ? nil : place
  }

  /// The file system believes that the write was done.
  private func keepLength(of file: DiskFile, through end: UInt64) {
    if end > file.byteCount { file.truncate(to: end) }
  }

  private func record(
    _ kind: MediaFault.Kind, _ open: OpenFile, _ offset: UInt64, _ byteCount: Int
  ) {
    mediaFaults.append(
      MediaFault(
        kind: kind, folder: open.directory.path, file: open.name, offset: offset,
        byteCount: byteCount))
  }

  /// Takes note of damage to a file whose name is not at hand.
  func record(_ kind: MediaFault.Kind, _ file: DiskFile, _ offset: UInt64, _ byteCount: Int) {
    for (path, directory) in directories.entries {
      guard let entry = directory.names.entries.first(where: { $0.value === file }) else {
        continue
      }
      mediaFaults.append(
        MediaFault(
          kind: kind, folder: path, file: entry.name, offset: offset, byteCount: byteCount))
      return
    }
  }

  /// Damages a page at rest somewhere on the disk; nothing when it holds nothing durable.
  func damageAtRandom(_ kind: MediaFault.Kind) {
    var places: [(folder: String, file: String, pageCount: Int)] = []
    for (path, directory) in directories.entries {
      for (name, file) in directory.names.entries where file.durable.count > 0 {
        places.append((folder: path, file: name, pageCount: file.durable.count))
      }
    }
    guard !places.isEmpty else { return }
    let place = places[Int(generator.below(UInt64(places.count)))]
    let page = generator.below(UInt64(place.pageCount))
    damage(
      kind, folder: place.folder, file: place.file, offset: page * UInt64(DiskPage.byteCount))
  }

  /// Damages a page of a file at rest.
  ///
  /// - Parameters:
  ///   - kind: `.rot` or `.unreadable`.
  ///   - folder: The folder's path.
  ///   - name: The file's name.
  ///   - offset: Some byte of the page.
  /// - Returns: Whether it was done: not to a page that is being written, nor beyond the end.
  @discardableResult
  public func damage(
    _ kind: MediaFault.Kind, folder: String, file name: String, offset: UInt64
  ) -> Bool {
    let size = UInt64(DiskPage.byteCount)
    let page = Int(offset / size)
    guard let file = directories[folder]?.names[name], offset < file.durableByteCount,
      !isBeingWritten(file, page)
    else { return false }
    if kind == .unreadable {
      file.unreadablePages.insert(page)
      counts.unreadablePages += 1
    } else {
      rot(file, page)
      counts.rottenPages += 1
    }
    let start = UInt64(page) * size
    mediaFaults.append(
      MediaFault(
        kind: kind, folder: folder, file: name, offset: start,
        byteCount: Int(min(size, file.durableByteCount - start))))
    return true
  }

  private func isBeingWritten(_ file: DiskFile, _ page: Int) -> Bool {
    file.pending.contains { change in
      switch change {
      case .write(let write): write.page == page
      case .length: true
      }
    }
  }

  private func rot(_ file: DiskFile, _ index: Int) {
    let page = DiskPage(file.durable[index])
    let start = UInt64(index) * UInt64(DiskPage.byteCount)
    let byteCount = min(UInt64(DiskPage.byteCount), file.durableByteCount - start)
    // In one sector, as drives fail.
    let sector = generator.below((byteCount + 511) / 512) * 512
    for _ in 0...generator.below(8) {
      let place = Int(sector + generator.below(min(512, byteCount - sector)))
      let byte = unsafe page.bytes.load(fromByteOffset: place, as: UInt8.self)
      let changed = byte ^ (1 << UInt8(generator.below(8)))
      unsafe page.bytes.storeBytes(of: changed, toByteOffset: place, as: UInt8.self)
    }
    file.durable.set(index, page)
    file.current.set(index, page)
  }
}
