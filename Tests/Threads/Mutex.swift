import Glibc

/// A lock that ThreadSanitizer knows, in the place of the standard library's.
///
/// That one comes compiled without instrumentation, so that every use of it looks like a race.
/// What the scenarios show is that everything is done under the lock; with `NO_LOCK` nothing is.
final class Mutex<Value>: @unchecked Sendable {
  // SENDABLE: the value is used under the lock only.
  private var value: Value
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  init(_ value: Value) {
    self.value = value
    pthread_mutex_init(lock, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    #if !NO_LOCK
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    #endif
    return body(&value)
  }
}
