/// The private streams at the end, when nothing is under way any more.
extension ClientOracle {
  /// What a client was to be told in private and was not.
  ///
  /// Everybody was connected when the server was asked to stop, so that each stream was to be sent
  /// to its end; what is missing before it must be what the server said it no longer kept. An
  /// auction that ends between the farewell and the end of the shard is told at the next logon.
  ///
  /// - Parameter ledger: What clients sent and were told; it was checked.
  /// - Returns: The first thing that is missing, in words; nil when nothing is.
  public func finish(_ ledger: ClientLedger) -> String? {
    for (index, session) in ledger.sessions.enumerated() where streams.indices.contains(index) {
      let implied = UInt64(streams[index].count)
      let who = "account \(session.account), session \(index),"
      if !session.hasEndedInOrder, session.logonCount > 0 {
        return "\(who) was left without a farewell"
      }
      if session.highestSeen < implied - farewellsRest(index) {
        let told = streams[index][Int(session.highestSeen)]
        return "\(who) was told \(session.highestSeen) messages, and the log implies \(implied):"
          + " next \(told)"
      }
      if let missing = Self.firstMissing(session) {
        return "\(who) was never told message \(missing), and the server had it"
      }
    }
    return nil
  }

  /// The last messages of a stream that follow from what the server did after it was asked to stop.
  private func farewellsRest(_ session: Int) -> UInt64 {
    let rest = streamSources[session].reversed().prefix {
      $0.position > lastRequestPosition && $0.time >= conditions.stopAskedTime
    }
    return UInt64(rest.count)
  }

  private static func firstMissing(_ session: LedgerSession) -> UInt64? {
    guard UInt64(session.stream.count) < session.highestSeen else { return nil }
    return (1...session.highestSeen).first { number in
      session.stream[number] == nil && !session.forgotten.contains { $0.contains(number) }
    }
  }
}
