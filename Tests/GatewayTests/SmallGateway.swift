import Gateway

extension GatewayLimits {
  /// Small tables, so that a test's memory is small and its edges are near.
  static var small: GatewayLimits {
    var limits = GatewayLimits()
    limits.connectionsMax = 8
    limits.sessionsMax = 4
    limits.sessionPlaces = 4
    limits.sessionsPerAccountMax = 4
    limits.frameBytesMax = 8_192
    limits.replayRingBytes = 16_384
    limits.snapshotAreaByteCount = 65_536
    limits.answerQueueBytes = 65_536
    limits.sendBufferBytes = 16_384
    limits.inFlightMax = 64
    return limits
  }
}
