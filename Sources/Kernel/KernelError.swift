/// A call to the kernel that failed.
public struct KernelError: Error, CustomStringConvertible, Sendable {
  /// What was tried.
  public let operation: String
  /// The kernel's errno.
  public let errno: Int32
  /// What the errno means, in the system's words.
  public let reason: String

  /// Names a failure.
  ///
  /// - Parameters:
  ///   - operation: What was tried.
  ///   - errno: The kernel's errno, positive.
  ///   - reason: What the errno means, in the system's words.
  public init(_ operation: String, errno: Int32, reason: String) {
    self.operation = operation
    self.errno = errno
    self.reason = reason
  }

  /// What failed, why, and what to do about it.
  public var description: String { "\(operation): \(reason)\(advice)" }

  private var advice: String {
    switch errno {
    case 38 /* ENOSYS */, 1 /* EPERM */:
      "; io_uring may be switched off: check 'sysctl kernel.io_uring_disabled' (must be 0)"
        + " and the container's seccomp profile"
    case 22 /* EINVAL */: "; Linux 6.1 or newer is needed"
    case 12 /* ENOMEM */: "; raise the locked-memory limit ('ulimit -l unlimited')"
    case 98 /* EADDRINUSE */:
      "; another process has the port: stop it or choose another with --port"
    case 13 /* EACCES */: "; ports below 1024 need privileges: choose another with --port"
    default: ""
    }
  }
}
