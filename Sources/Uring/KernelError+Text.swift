internal import CLinux
public import Kernel

extension KernelError {
  /// Names a failure; the system says what the errno means.
  ///
  /// - Parameters:
  ///   - operation: What was tried.
  ///   - errno: The kernel's errno, positive.
  public init(_ operation: String, errno: Int32) {
    self.init(operation, errno: errno, reason: unsafe String(cString: rl_error_text(errno)))
  }
}
