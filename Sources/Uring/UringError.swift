internal import CLinux

/// A call to the kernel that failed.
public struct UringError: Error, CustomStringConvertible, Sendable {
  /// What was tried.
  public let operation: String
  /// The kernel's errno.
  public let errno: Int32

  /// Names a failure.
  ///
  /// - Parameters:
  ///   - operation: What was tried.
  ///   - errno: The kernel's errno, positive.
  public init(_ operation: String, errno: Int32) {
    self.operation = operation
    self.errno = errno
  }

  /// What failed, why, and what to do about it.
  public var description: String {
    let reason = unsafe String(cString: rl_error_text(errno))
    return "\(operation): \(reason)\(advice)"
  }

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
