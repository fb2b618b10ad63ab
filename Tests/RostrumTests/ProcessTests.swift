import Foundation
import Testing

/// Tests of the whole program in processes of its own, one at a time: they share the machine.
@Suite(.serialized)
enum ProcessTests {}

/// Prints a figure beside the tests' results.
func note(_ text: String) { print("note: \(text)") }
