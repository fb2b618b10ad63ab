import CSockets
import Client

/// Tells which of many connections have something to read, in one system call.
@safe
struct LanePollSet: ~Copyable {
  private let descriptor: Int32
  private let ready: FixedArray<UInt32>
  static let readyMax = 64

  init() throws(CommandFailure) {
    let result = rostrum_net_epoll_open()
    guard result >= 0 else {
      throw CommandFailure("the system gives no poll set; raise the limit of open files")
    }
    descriptor = result
    ready = FixedArray(repeating: 0, count: Self.readyMax)
  }

  deinit { rostrum_net_close(descriptor) }

  func add(_ socket: Int32, index: Int) {
    _ = rostrum_net_epoll_add(descriptor, socket, UInt32(index))
  }

  /// How many connections are ready; `lane` names them.
  func wait() -> Int {
    max(0, Int(unsafe rostrum_net_epoll_wait(descriptor, ready.start, 0)))
  }

  func lane(_ position: Int) -> Int { Int(ready[position]) }
}
