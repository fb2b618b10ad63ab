import Workloads

/// Runs passes of a workload and nothing else, so that two runs under an instruction counter tell
/// what a pass takes.
struct Runner: WorkloadVisitor {
  let name: String
  let passCount: Int
  let tellsResult: Bool
  var isFound = false

  mutating func visit<W: Workload & ~Copyable>(_ workload: W.Type) {
    guard W.name == name else { return }
    isFound = true
    var work = W()
    for pass in 0..<passCount { work.run(pass: pass) }
    if tellsResult { print(String(work.result(), radix: 16)) }
  }
}

/// Names the workloads.
struct Lister: WorkloadVisitor {
  mutating func visit<W: Workload & ~Copyable>(_ workload: W.Type) {
    print("\(W.name)\t\(Passes.operationCount)\t\(W.operation)")
  }
}

let usage = "gate-bench list | gate-bench WORKLOAD PASSES [result], PASSES up to \(Passes.count)"
let arguments = CommandLine.arguments
if arguments.count == 2, arguments[1] == "list" {
  var lister = Lister()
  Workloads.visitAll(&lister)
} else if arguments.count >= 3, let passCount = Int(arguments[2]), 0...Passes.count ~= passCount {
  var runner = Runner(
    name: arguments[1], passCount: passCount, tellsResult: arguments.dropFirst(3) == ["result"])
  Workloads.visitAll(&runner)
  if !runner.isFound { fatalError("no workload \(arguments[1]): gate-bench list names them") }
} else {
  fatalError(usage)
}
