import Gateway
import Testing

@Suite struct LimitTests {
  @Test func productionAndTestLimitsAreSound() {
    #expect(GatewayLimits().firstBrokenRelation() == nil)
    #expect(GatewayLimits.small.firstBrokenRelation() == nil)
  }

  /// Each change breaks one relation, and no two give the same answer unless they are one relation.
  @Test func everyRelationIsAsserted() {
    let changes: [@Sendable (inout GatewayLimits) -> Void] = [
      { $0.connectionsMax = 0 }, { $0.sessionsMax = 65_536 }, { $0.sessionPlaces = 65_536 },
      { $0.sessionsPerAccountMax = 0 },
      { $0.frameBytesMax = 65_544 }, { $0.frameBytesMax = 4_584 }, { $0.frameBytesMax = 8_191 },
      { $0.logonFrameBytesMax = 120 },
      {
        $0.logonFrameBytesMax = 16_384
        $0.frameBytesMax = 8_192
      },
      { $0.replayRingBytes = 500_000 },
      {
        $0.replayRingBytes = 2_048
        $0.inFlightMax = 64
      },
      { $0.snapshotAreaByteCount = 16_383 },
      { $0.answerQueueBytes = 60_000 }, { $0.answerQueueBytes = 32_768 },
      { $0.sendBufferBytes = 8_512 }, { $0.inFlightMax = 63 },
      {
        $0.inFlightMax = 1_025
        $0.replayRingBytes = 1 << 20
      },
      { $0.replayRingBytes = 131_072 }, { $0.burst = 0 }, { $0.ratePerSecond = 1_000_000_001 },
      { $0.refusalsInRowMax = 0 }, { $0.heartbeatMs = 0 }, { $0.silenceMs = 2_999 },
      { $0.keepaliveMsMax = 999 }, { $0.logonMs = 0 },
      {
        $0.sessionIdleSeconds = 179
        $0.ownSessionIdleSeconds = 60
      },
      { $0.ownSessionIdleSeconds = 86_401 },
    ]
    var answers: Set<String> = []
    for change in changes {
      var limits = GatewayLimits()
      change(&limits)
      let answer = limits.firstBrokenRelation()
      #expect(answer != nil)
      answers.insert("\(answer ?? "")")
    }
    #expect(answers.count == changes.count)
  }
}
