import Counters
import Primitives
import Synchronization

/// What the shard did before it says that it serves, or has stopped, is seen by who reads that.
@Sendable func phase() {
  for round in 1...200 {
    let status = ShardStatus()
    let plain = Plain()
    together(
      {
        plain[0] = UInt64(round)
        status.enter(.serving)
        plain[1] = UInt64(round)
        status.finish(CounterValues.zero, StageValues.zero)
        status.enter(.stopped)
      },
      {
        spin { status.phase != .recovering }
        check(plain[0] == UInt64(round), "what came before serving is seen")
        spin { status.phase == .stopped }
        check(plain[1] == UInt64(round), "what came before the end is seen")
        check(status.summary != nil, "the counters are there when the shard has stopped")
      })
  }
}

/// What was decided before the shard is asked to stop is seen by the shard.
@Sendable func stop() {
  for round in 1...200 {
    let status = ShardStatus()
    let plain = Plain()
    together(
      {
        plain[0] = UInt64(round)
        status.askToStop()
      },
      {
        spin { status.isAskedToStop }
        check(plain[0] == UInt64(round), "what came before the wish to stop is seen")
      })
  }
}

/// Whoever reads the number of the active segment sees the ones below it as they stay.
@Sendable func segments() {
  let status = ShardStatus()
  let plain = Plain()
  together(
    {
      for number in 1..<Plain.count {
        plain[number - 1] = UInt64(number)
        status.noteActiveSegment(UInt64(number))
      }
    },
    {
      var seen = 0
      while seen < Plain.count - 1 {
        let active = Int(status.activeSegmentNumber)
        for number in seen..<active { check(plain[number] == UInt64(number + 1), "it is whole") }
        seen = active
        spin { Int(status.activeSegmentNumber) > seen || seen == Plain.count - 1 }
      }
    })
}

/// The shard uses a segment again only when the archive has read all of it.
@Sendable func archive() {
  let status = ShardStatus()
  let plain = Plain()
  together(
    {
      for number in 1..<Plain.count {
        status.noteActiveSegment(UInt64(number))
        spin { status.archivedPosition >= UInt64(number) }
        plain[number] = .max
      }
    },
    {
      for number in 1..<Plain.count {
        spin { status.activeSegmentNumber >= UInt64(number) }
        check(plain[number] == 0, "it is not used again before it is archived")
        status.noteArchived(through: UInt64(number))
      }
    })
}

/// How far recovery has come is shown while it goes on: any value that was, never one that falls.
@Sendable func recovery() {
  let status = ShardStatus()
  let last: UInt64 = 20_000
  together(
    {
      for count in 1...last {
        status.recoveredRecords.store(count, ordering: .relaxed)
        status.recoveredBytes.store(count * 64, ordering: .relaxed)
        status.replayedRecords.store(count, ordering: .relaxed)
        status.recoverableBytes.store(last * 64, ordering: .relaxed)
        status.snapshotPosition.store(1, ordering: .relaxed)
        status.recoveryNs.store(Nanoseconds(count), ordering: .relaxed)
      }
      status.enter(.serving)
    },
    {
      var seen: UInt64 = 0
      while status.phase == .recovering {
        let count = status.recoveredRecordCount
        check(count >= seen, "progress does not fall")
        check(status.recoveredByteCount <= last * 64, "a value that was stored")
        check(status.recoverableByteCount % 64 == 0, "a value that was stored")
        check(status.replayedRecordCount <= last, "a value that was stored")
        check(status.startedFromPosition <= 1, "a value that was stored")
        check(status.recoveryTimeNs <= last, "a value that was stored")
        seen = count
      }
      check(status.recoveredRecordCount == last, "the end is seen with the phase")
    })
}

/// Notes go from the shard to who prints them, each once.
@Sendable func texts() {
  let status = ShardStatus()
  together(
    {
      for number in 0..<2_000 {
        status.noteSnapshot("note \(number)")
        status.noteTail("tail \(number)")
      }
      status.fail("done")
      status.enter(.stopped)
    },
    {
      var last = -1
      // Once at least before the phase is read, which would order the two.
      repeat {
        for note in status.takeSnapshotNotes() {
          let number = Int(note.split(separator: " ").last ?? "") ?? -1
          check(number > last, "no note comes twice")
          last = number
        }
        check(status.tailNote.map { $0.hasPrefix("tail ") } ?? true, "a whole note")
      } while status.phase != .stopped
      check(status.failure == "done", "why it stopped is known when it has")
    })
}

/// What a shard's thread is given is complete when it starts, and its end is seen by the joiner.
@Sendable func launch() {
  for round in 1...200 {
    let plain = Plain()
    plain[0] = UInt64(round)
    together({
      check(plain[0] == UInt64(round), "what was given is seen")
      plain[1] = UInt64(round)
    })
    check(plain[1] == UInt64(round), "what the thread left is seen")
  }
}

/// The tables of both checksums are made before any thread and only read after.
@Sendable func checksums() {
  let bytes = [UInt8](repeating: 0x5A, count: 4096)
  let expected = crc(bytes)
  let body: @Sendable () -> Void = {
    for _ in 0..<50 { check(crc(bytes) == expected, "the same checksum in every thread") }
  }
  together(body, body)
}

private func crc(_ bytes: [UInt8]) -> UInt32 {
  bytes.withUnsafeBytes { raw in
    raw.baseAddress.map { CRC32C.checksum($0, byteCount: raw.count) } ?? 0
  }
}
