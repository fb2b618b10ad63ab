import WAL

/// Small sizes, so that a few records fill a segment.
func smallLimits() -> LogLimits {
  var limits = LogLimits()
  limits.batchByteCountMax = 69_632
  limits.segmentByteCount = 4096 + 4 * 69_632
  limits.zeroPieceByteCount = 65_536
  limits.freeByteCountReserve = 4096
  limits.readByteCountMax = 65_536
  return limits
}
