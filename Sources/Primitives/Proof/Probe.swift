internal import CIntrinsics

/// A rare branch that tests and simulations must take; a run reports those that it never took.
///
/// Each module has a catalogue of its own, all of them together one numbering and one set of names.
/// The numbers stay: a probe that goes leaves its number unused.
public struct Probe: CaseIterable, CustomStringConvertible, Sendable {
  /// The number that no other branch of any module has.
  public let rawValue: UInt16
  /// The name that no other branch of any module has.
  public let description: String

  /// The branches of all modules.
  public static let allCases: [Probe] = [
    all(WAL.self), all(Primitives.self), all(Engine.self), all(Gateway.self), all(Journal.self),
    all(Runtime.self),
  ].flatMap { $0 }

  private static func all<Catalogue: CaseIterable & RawRepresentable<UInt16>>(
    _: Catalogue.Type
  ) -> [Probe] {
    Catalogue.allCases.map { Probe(rawValue: $0.rawValue, description: "\($0)") }
  }

  /// How often this process took the branch.
  public var hitCount: UInt64 { rostrum_probe_count(rawValue) }
}
