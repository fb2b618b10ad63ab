/// What must not be written where.
struct TokenRule: Sendable {
  let name: String
  /// Words of which a file must hold one for the pattern to be tried.
  let hints: [String]
  /// The token as a regular expression over code without comments and strings.
  let pattern: String
  let reason: String
  let applies: @Sendable (TextFile) -> Bool

  func findings(_ file: TextFile) throws -> [Finding] {
    guard file.isSwift, applies(file) else { return [] }
    guard hints.contains(where: { file.text.contains($0) }) else { return [] }
    let expression = try Regex(pattern).wordBoundaryKind(.simple)
    return file.code.enumerated().compactMap { index, line in
      guard hints.contains(where: { line.contains($0) }),
        line.firstMatch(of: expression) != nil
      else { return nil }
      return Finding(path: file.path, line: index + 1, message: "\(name): \(reason)")
    }
  }
}

/// The table of what must not be written where; docs/testing.md says the same in words.
extension TokenRule {
  /// Modules on the way of a bid.
  static let hot: Set = ["Primitives", "Counters", "Wire", "Engine", "WAL", "Gateway", "Uring"]
  /// Modules whose results follow from the log or the seed alone.
  static let replayed: Set = [
    "Primitives", "Counters", "Wire", "Engine", "WAL", "Gateway", "Journal", "Kernel",
    "Compression", "Simulator",
  ]

  static let all: [TokenRule] = language + machine + state

  private static func anyOf(_ patterns: String...) -> String { patterns.joined(separator: "|") }

  /// What the language offers and nobody here wants.
  private static let language: [TokenRule] = [
    TokenRule(
      name: "print", hints: ["print(", "dump("], pattern: #"(^|[^.\w])(debugPrint|dump|print)\("#,
      reason: "only the command line talks to a terminal"
    ) { $0.isSource && $0.module != "rostrum" },
    TokenRule(
      name: "try!", hints: ["try!", "as!"], pattern: #"\b(try|as)!"#,
      reason: "say what to do when it fails"
    ) { $0.isSource },
    TokenRule(
      name: "forced value", hints: ["!"],
      pattern: #"[\w)\]]!(?!=)(?:[.\[(,);:\s}]|$)|\b(?:var|let)\s+\w+\s*:[^=]*\w!"#,
      reason: "take it apart with guard, or say with invariant() why it is there"
    ) { $0.isSource },
    TokenRule(
      name: "any", hints: ["any "], pattern: #"(^|[^.\w])any\s+[A-Z(~]"#,
      reason: "an existential allocates and calls indirectly"
    ) { $0.isSource && hot.contains($0.module) },
    TokenRule(
      name: "class", hints: ["class ", "actor "], pattern: #"(^|[\s)])(class|actor)\s+[A-Z]"#,
      reason: "a reference is counted, and that costs an atomic operation each time"
    ) { $0.isSource && (hot.contains($0.module) || ["Journal", "Kernel"].contains($0.module)) },
    TokenRule(
      name: "precondition", hints: ["precondition", "assert"],
      pattern: #"(^|[^.\w])(precondition|preconditionFailure|assertionFailure|assert)\("#,
      reason: "use invariant(), which keeps its message in a release"
    ) { $0.isSource },
    TokenRule(
      name: "fatalError", hints: ["fatalError", "abort", "exit"],
      pattern: #"(^|[^.\w])(fatalError\(|abort\(\)|_?exit\((?!\w+( \w+)?:))"#,
      reason: "use invariant(), or throw what the operator can mend"
    ) { file in
      let known = ["Sources/Primitives/Invariant.swift", "Sources/Uring/Machine.swift"]
      return file.isSource && file.module != "rostrum" && !known.contains(file.path)
    },
    TokenRule(
      name: "unchecked", hints: ["unsafeFlags", "unchecked", "exclusivity"],
      pattern: #"unsafeFlags|Ounchecked|enforce-exclusivity"#,
      reason: "checks stay on in production"
    ) { $0.path.hasSuffix("Package.swift") },
    TokenRule(
      name: "foreign symbol", hints: ["_silgen_name", "_cdecl", "@_extern", "dlsym"],
      pattern: #"@_silgen_name|@_cdecl|@_extern|\bdlsym\b"#,
      reason: "C comes from the three C modules, whose headers the compiler checks"
    ) { $0.isSource },
  ]

  /// What only some modules may ask of the machine.
  private static let machine: [TokenRule] = [
    TokenRule(
      name: "concurrency",
      hints: ["Task", "Dispatch", "await", "async", "actor", "Thread", "pthread", "Operation"],
      pattern: anyOf(
        #"\bTask\s*(\{|\.detached|\.init|<)"#, #"\bDispatchQueue"#, #"\bawait\b"#,
        #"\basync\b(?!\s*:)"#, #"\bactor\s+\w"#, #"\bThread\s*[({.]"#, #"\bpthread_"#,
        #"\bOperationQueue"#),
      reason: "a shard is one thread, and no pool runs in its process"
    ) { $0.isSource },
    TokenRule(
      name: "lock", hints: ["Atomic", "Mutex", "Lock", "Semaphore", "atomic"],
      pattern: anyOf(
        #"\bAtomic<"#, #"\bMutex[<(]"#, #"\bNS(Recursive)?Lock\b"#, #"\bDispatchSemaphore\b"#,
        #"\batomicMemoryFence\b"#),
      reason: "threads share ShardStatus and nothing else"
    ) { $0.isSource && $0.path != "Sources/Runtime/Shard/ShardStatus.swift" },
    TokenRule(
      name: "threads", hints: ["rl_thread_start", "rl_thread_join"],
      pattern: #"\brl_thread_(start|join)\b"#, reason: "threads are started in one place"
    ) { $0.isSource && $0.path != "Sources/Runtime/Server/Server.swift" },
    TokenRule(
      name: "kernel", hints: ["CLinux", "CSockets", "rl_", "rs_"],
      pattern: #"\brl_(?!thread_|signals_)\w+\("#,
      reason: "what a shard asks of the machine goes through Kernel"
    ) { $0.isSource && !["Uring", "CLinux", "rostrum"].contains($0.module) },
    TokenRule(
      name: "sleep", hints: ["sleep"], pattern: #"\b(usleep|nanosleep|sleep)\("#,
      reason: "a shard waits in its ring"
    ) { $0.isSource && $0.module != "rostrum" },
    TokenRule(
      name: "environment", hints: ["getenv", "ProcessInfo", "CommandLine", "environ"],
      pattern: #"\b(getenv|ProcessInfo|CommandLine|environ)\b"#,
      reason: "settings come from the command line's options"
    ) { $0.isSource && $0.module != "rostrum" },
  ]

  /// What would make two runs of the same log or seed differ.
  private static let state: [TokenRule] = [
    TokenRule(
      name: "floating point", hints: ["Double", "Float", "CGFloat"],
      pattern: #"\b(Double|Float|Float16|Float32|Float64|Float80|CGFloat)\b"#,
      reason: "nothing that is replayed or stored is rounded"
    ) { file in
      let whole = ["Journal", "Kernel", "Compression"]
      return file.isSource && (hot.contains(file.module) || whole.contains(file.module))
    },
    TokenRule(
      name: "clock", hints: ["Clock", "Date", "Time", "time", "clock", "tsc"],
      pattern: anyOf(
        #"\b(Continuous|Suspending|UTC|Machine)Clock\b"#, #"\bDate\("#, #"\bDispatchTime\b"#,
        #"\bclock_gettime\b"#, #"\bgettimeofday\b"#, #"\brl_(wall|monotonic)_time_ns\b"#,
        #"rdtsc"#),
      reason: "time comes from the caller, or from the record"
    ) { $0.isSource && replayed.contains($0.module) },
    TokenRule(
      name: "chance", hints: ["andom", "huffle", "UUID"],
      pattern: anyOf(
        #"\bSystemRandomNumberGenerator\b"#, #"\.random\((?!.*using:)"#, #"\.shuffled?\(\)"#,
        #"\.randomElement\(\)"#, #"\b(arc4random|drand48|getrandom)"#, #"\bUUID\("#),
      reason: "randomness comes from a seed"
    ) { $0.isSource && replayed.contains($0.module) },
    TokenRule(
      name: "hash value", hints: ["hashValue", "Hasher", "ObjectIdentifier", "unsafeBitCast"],
      pattern: #"\.hashValue\b|\bHasher\(|\bObjectIdentifier\(|\bunsafeBitCast\("#,
      reason: "it differs in each process"
    ) { $0.isSource && replayed.contains($0.module) },
    TokenRule(
      name: "hash table", hints: ["Dictionary", "Set<", ":"],
      pattern: anyOf(#"\b(Dictionary|Set)[<(]"#, #"\[[A-Z][\w.]*\s*:\s*[A-Z(\[]"#),
      reason: "it allocates, and its order differs in each process"
    ) {
      $0.isSource && ["Primitives", "Counters", "Wire", "Engine", "Kernel"].contains($0.module)
    },
  ]
}
