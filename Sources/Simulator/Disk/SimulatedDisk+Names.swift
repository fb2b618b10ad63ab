internal import Primitives

// Names: each gives a negative errno when it fails.
extension SimulatedDisk {
  /// Opens a file; makes it when it is missing and that is asked for.
  func openFile(
    _ name: String, in directory: DiskDirectory, access: FolderUse, creates: Bool
  ) -> Int32 {
    if world.isPowerOff && !access.isOffline { return -Self.errnoInputOutput }
    if creates {
      let errno = create(name, in: directory, access)
      if errno != 0 { return -errno }
    }
    guard let file = directory.names[name] else { return -Self.errnoMissing }
    if file.isFolder { return -Self.errnoIsFolder }
    return descriptor(
      for: OpenFile(
        directory: directory, file: file, name: name, isWritable: access.isWritable,
        isDirect: access.isDirect, isOffline: access.isOffline))
  }

  private func create(_ name: String, in directory: DiskDirectory, _ access: FolderUse) -> Int32 {
    if !access.isWritable { return Self.errnoReadOnly }
    if access.isOffline {
      createNow(name, in: directory, access)
      directory.commitAll()
      directory.names[name]?.commitAll()
      return 0
    }
    let fate = fate(of: .create, in: directory, directory.names[name]?.number ?? 0)
    if let errno = fate.errno { return errno }
    if directory.names[name] == nil, freeByteCount() == 0 {
      counts.fullRefusals += 1
      refuse(.create, in: directory, Self.errnoNoSpace)
      return Self.errnoNoSpace
    }
    counts.nameChanges += 1
    createNow(name, in: directory, access)
    return powerFails(fate)
  }

  /// A file that is there is emptied, but not where it is opened through the page cache.
  private func createNow(_ name: String, in directory: DiskDirectory, _ access: FolderUse) {
    if let file = directory.names[name] {
      if access.isDirect { file.truncate(to: 0) }
      return
    }
    directory.change(.create(name, DiskFile(number: nextFileNumber)))
    nextFileNumber += 1
  }

  func rename(
    _ name: String, to newName: String, in directory: DiskDirectory, _ access: FolderUse
  ) -> Int32 {
    if !access.isWritable { return Self.errnoReadOnly }
    guard let file = directory.names[name] else { return Self.errnoMissing }
    return change(.rename(name, to: newName, file), .rename, in: directory, access)
  }

  func remove(_ name: String, in directory: DiskDirectory, _ access: FolderUse) -> Int32 {
    if !access.isWritable { return Self.errnoReadOnly }
    guard let file = directory.names[name] else { return Self.errnoMissing }
    return change(.remove(name, file), .remove, in: directory, access)
  }

  private func change(
    _ change: NameChange, _ step: DiskStep, in directory: DiskDirectory, _ access: FolderUse
  ) -> Int32 {
    if access.isOffline {
      directory.change(change)
      directory.commitAll()
      return 0
    }
    let fate = fate(of: step, in: directory, change.file.number)
    if let errno = fate.errno { return errno }
    counts.nameChanges += 1
    directory.change(change)
    return powerFails(fate)
  }

  func powerFails(_ fate: StepFate) -> Int32 {
    guard case .losesPower = fate else { return 0 }
    world.failPower()
    return Self.errnoInputOutput
  }

  /// Flushes a folder's names; when it fails they stay to be flushed, as a journal keeps them.
  func syncNames(_ directory: DiskDirectory, through mark: Int) -> Int {
    counts.folderFlushes += 1
    switch fate(of: .syncFolder, in: directory, 0) {
    case .goesOn: directory.commit(through: mark)
    case .dead: return -Int(Self.errnoInputOutput)
    case .fails(let errno): return -Int(errno)
    case .losesPower:
      if generator.below(2) == 0 { directory.commit(through: mark) }
      world.failPower()
      return -Int(Self.errnoInputOutput)
    }
    return 0
  }

  /// The files of a folder; in any order, as the interface says.
  func list(_ directory: DiskDirectory, _ access: FolderUse) -> [(name: String, byteCount: UInt64)]
  {
    var names = directory.names.names
    if !access.isOffline {
      note(DiskStep.list.rawValue << 56 ^ UInt64(names.count))
      names.shuffle(using: &generator)
    }
    return names.compactMap { name in
      directory.names[name].flatMap { $0.isFolder ? nil : (name: name, byteCount: $0.byteCount) }
    }
  }
}
