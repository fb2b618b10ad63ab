import Primitives
import WAL

/// What `rostrum repair` prints.
struct RepairReport {
  let repair: ShardRepair
  let isDone: Bool
  /// The last record that is left, once it is done.
  let position: UInt64?

  var lines: [String] {
    let name = "shard \(repair.shard.number)"
    if let start = repair.startsFrom {
      return [
        "\(name): nothing to cut off: the log is damaged before the snapshot at record \(start),"
          + " from which the shard starts; `rostrum verify` says where. Restore that file from a"
          + " backup or the archive"
      ]
    }
    guard repair.isNeeded else { return ["\(name): nothing to repair"] }
    var lines: [String] = []
    if let plan = repair.plan, plan.damage != nil {
      lines += plan.description.split(separator: "\n").map { "\(name): \($0)" }
    }
    lines += repair.snapshots.map {
      "\(name): snapshot at record \($0.position) speaks of records that are not in the log:"
        + " it is moved aside"
    }
    lines.append(
      isDone
        ? "\(name): done; the log ends with record \(position ?? 0); nothing was deleted"
        : "\(name): nothing was changed; run it without --dry-run to do this")
    if isDone, repair.plan?.steps.isEmpty == false {
      lines.append(
        "\(name): the event journal may still tell of what was cut off: the next start makes it"
          + " fit, or 'rostrum repair DIR --rebuild-journal' does now")
    }
    return lines
  }

  var json: JSONObject {
    var object = JSONObject()
    object.add("shard", repair.shard.number)
    object.add("needed", repair.isNeeded)
    object.add("done", isDone)
    if let plan = repair.plan { add(plan, to: &object) }
    object.add("snapshots_aside", numbers: repair.snapshots.map(\.position))
    if let start = repair.startsFrom { object.add("starts_from_snapshot", start) }
    if let position { object.add("position", position) }
    return object
  }

  private func add(_ plan: RepairPlan, to object: inout JSONObject) {
    if let damage = plan.damage {
      object.add("case", "\(damage.recoveryCase.letter)")
      object.add("file", damage.file)
      object.add("offset", damage.offset)
      object.add("kept_position", plan.keptPosition)
      object.add("kept_batch", plan.keptBatchNumber)
      if let last = plan.lostThroughPosition {
        object.add("lost_through_position", last)
      } else {
        object.addNull("lost_through_position")
      }
    }
    object.add("lost_batches", objects: plan.lost.map { Self.json($0) })
    object.add("steps", strings: plan.steps.map(\.summary))
  }

  private static func json(_ batch: LostBatch) -> JSONObject {
    var object = JSONObject()
    object.add("batch", batch.batchNumber)
    object.add("file", batch.file)
    object.add("offset", batch.offset)
    object.add("first_position", batch.firstPosition)
    object.add("records", batch.recordCount)
    object.add("intact", batch.isIntact)
    return object
  }
}
