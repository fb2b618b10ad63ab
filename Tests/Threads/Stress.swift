import Glibc
import Synchronization

/// What two threads share in a scenario beside the state under test: plain memory.
///
/// Nothing orders its reads and writes but the state under test, so ThreadSanitizer reports a race
/// in it as soon as that state does not.
struct Plain: @unchecked Sendable {
  // SENDABLE: what is shared on purpose, so that a missing order shows.
  private let words: UnsafeMutablePointer<UInt64>
  static let count = 4096

  init() {
    words = .allocate(capacity: Self.count)
    words.initialize(repeating: 0, count: Self.count)
  }

  subscript(index: Int) -> UInt64 {
    get { words[index] }
    nonmutating set { words[index] = newValue }
  }
}

/// How many threads have begun; relaxed, so that it orders nothing else.
private final class Arrivals: Sendable {
  let count = Atomic<Int>(0)
}

/// The body of a thread, as the shard's own is started: retained here, released there.
private final class Body: Sendable {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Runs bodies at the same time, none before all of them are there, and waits for all.
func together(_ bodies: (@Sendable () -> Void)...) {
  let arrivals = Arrivals()
  let count = bodies.count
  var threads: [pthread_t] = []
  for body in bodies {
    let waiting = Body {
      arrivals.count.add(1, ordering: .relaxed)
      spin { arrivals.count.load(ordering: .relaxed) == count }
      body()
    }
    threads.append(start(waiting))
  }
  for thread in threads { pthread_join(thread, nil) }
}

private func start(_ body: Body) -> pthread_t {
  var thread = pthread_t()
  let status = pthread_create(
    &thread, nil,
    { argument in
      guard let argument else { return nil }
      Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
      return nil
    }, Unmanaged.passRetained(body).toOpaque())
  check(status == 0, "a thread starts")
  return thread
}

/// Gives the other thread the core: there may be one only.
func spin(until isTrue: () -> Bool) {
  while !isTrue() { sched_yield() }
}

func check(_ isTrue: Bool, _ message: StaticString) {
  guard !isTrue else { return }
  print("stress: failed: \(message)")
  exit(1)
}

/// A scenario by the name that `scripts/sanitize.sh` calls it by.
struct Scenario: Sendable {
  let name: String
  let run: @Sendable () -> Void

  static let all = [
    Scenario(name: "phase", run: phase), Scenario(name: "stop", run: stop),
    Scenario(name: "segments", run: segments), Scenario(name: "archive", run: archive),
    Scenario(name: "recovery", run: recovery), Scenario(name: "texts", run: texts),
    Scenario(name: "launch", run: launch), Scenario(name: "checksums", run: checksums),
  ]
}

@main
struct Stress {
  static func main() {
    let wanted = CommandLine.arguments.dropFirst()
    for scenario in Scenario.all where wanted.isEmpty || wanted.contains(scenario.name) {
      scenario.run()
      print("stress: \(scenario.name)")
    }
  }
}
