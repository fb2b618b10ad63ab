/// How big a ring and its tables are.
public struct RingSizes: Sendable {
  /// Requests that may wait for submission.
  public var submissionEntries: UInt32 = 4096
  /// Completions that may wait to be reaped.
  public var completionEntries: UInt32 = 16384
  /// Connections that the kernel may accept; one place each in the table of registered files.
  public var connectionSlots: UInt32 = 4160
  /// Places behind those for the listener, the wake-up and the log's segments.
  public var fixedSlots: UInt32 = 16
  /// Receive buffers, a power of two.
  public var receiveBuffers: UInt32 = 1024
  /// Bytes of a receive buffer.
  public var receiveBufferBytes: UInt32 = 16384

  /// The sizes of a shard of ordinary size.
  public init() {}
}
