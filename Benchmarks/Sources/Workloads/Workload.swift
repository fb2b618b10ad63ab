/// A kind of work in equal passes, the same in every run.
///
/// What all passes need is made by `init()`, so that a run of four passes and one of eight differ
/// by four passes and by nothing else.
public protocol Workload: ~Copyable {
  /// What the gate is called.
  static var name: String { get }

  /// What one of a pass's operations is.
  static var operation: String { get }

  /// Makes everything that all passes need.
  init()

  /// Does the operations of a pass.
  ///
  /// - Parameter pass: Which pass, from 0; each comes once, in that order.
  mutating func run(pass: Int)

  /// A number that follows from all that was done, to tell other work from slower work.
  ///
  /// - Returns: The number.
  mutating func result() -> UInt64
}

/// How much work there is.
public enum Passes {
  /// How many passes a workload is made for.
  public static let count = 8
  /// How many operations a pass has.
  public static let operationCount = 1_000
  /// How many there are in all passes.
  public static let totalCount = count * operationCount
}

/// Takes the type of each workload.
public protocol WorkloadVisitor {
  /// Takes one.
  ///
  /// - Parameter workload: The type.
  mutating func visit<W: Workload & ~Copyable>(_ workload: W.Type)
}

/// All workloads, in the order in which they are reported.
public enum Workloads {
  /// Gives every workload to a visitor.
  ///
  /// - Parameter visitor: Takes them.
  public static func visitAll(_ visitor: inout some WorkloadVisitor) {
    visitor.visit(BidWorkload.self)
    visitor.visit(PublicBidWorkload.self)
    visitor.visit(CreateWorkload.self)
    visitor.visit(TimerWorkload.self)
    visitor.visit(FrameReadWorkload.self)
    visitor.visit(FrameWriteWorkload.self)
    visitor.visit(ChecksumWorkload.self)
    visitor.visit(LogStageWorkload.self)
    visitor.visit(LogVerifyWorkload.self)
    visitor.visit(LogReplayWorkload.self)
    visitor.visit(SnapshotWriteWorkload.self)
    visitor.visit(SnapshotLoadWorkload.self)
  }
}
