/// Outcomes, compared with the log.
extension ClientOracle {
  func judgeOutcomes(_ ledger: ClientLedger) -> String? {
    var waiting: [Int] = []
    for index in undecided {
      let request = ledger.requests[index]
      let key = RequestKey(session: request.session, sequence: request.sequence)
      switch request.outcome {
      case .open: waiting.append(index)
      case .lost, .answered: break
      case .refused, .notApplied:
        if positions[key] != nil, let text = refutation(of: index, key, ledger) { return text }
      case .decided(let position):
        if let text = missing(request, key, position, ledger) { return text }
      }
    }
    undecided = waiting
    return nil
  }

  /// A request that was told not to stand in the log must not stand there.
  func refutation(
    of index: Int, _ key: RequestKey, _ ledger: ClientLedger
  ) -> String? {
    let outcome = ledger.requests[index].outcome
    switch outcome {
    case .refused, .notApplied:
      return "request \(key.sequence) of account \(ledger.sessions[key.session].account) was told"
        + " \(outcome), and stands at \(positions[key] ?? 0)"
    default: return nil
    }
  }

  private func missing(
    _ request: LedgerRequest, _ key: RequestKey, _ position: UInt64, _ ledger: ClientLedger
  ) -> String? {
    guard positions[key] != position else { return nil }
    let place = positions[key].map { "stands at \($0)" } ?? "is not in the log"
    return "request \(key.sequence) of account \(ledger.sessions[key.session].account), template"
      + " \(request.templateID), was acknowledged at \(position) and \(place); the log ends with"
      + " \(lastPosition)"
  }
}
