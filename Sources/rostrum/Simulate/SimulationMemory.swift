import Primitives
import Uring

/// Memory for simulations: pages that nobody touches cost nothing, so a life begins at once.
enum SimulationMemory {
  static let source = Machine.pages
}
