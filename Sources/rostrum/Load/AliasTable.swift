import Glibc
import Primitives

/// Draws numbers with given weights in constant time (Walker's alias method, as Vose builds it).
struct AliasTable: ~Copyable {
  struct Place: BitwiseCopyable {
    /// Draws below it stay here, the others go to the alias.
    var threshold: UInt32
    var alias: UInt32
  }

  let places: FixedArray<Place>

  /// Weights falling with the rank: 1 / rank to the power of `skew`.
  ///
  /// - Parameters:
  ///   - count: How many numbers, from 1.
  ///   - skew: 0 = all alike; 0.99 is the usual skew of a busy site.
  init(zipf count: Int, skew: Double) {
    var weights = (1...count).map { 1 / pow(Double($0), skew) }
    let scale = Double(count) / weights.reduce(0, +)
    for index in weights.indices { weights[index] *= scale }
    places = FixedArray(
      repeating: Place(threshold: .max, alias: 0),
      count: count
    )
    var small = weights.indices.filter { weights[$0] < 1 }
    var large = weights.indices.filter { weights[$0] >= 1 }
    while let low = small.popLast(), let high = large.last {
      places[low] = Place(
        threshold: UInt32(weights[low] * 4_294_967_295),
        alias: UInt32(high)
      )
      weights[high] -= 1 - weights[low]
      if weights[high] < 1 {
        large.removeLast()
        small.append(high)
      }
    }
  }

  /// Draws a number below `count`.
  func draw(_ generator: inout SeededGenerator) -> Int {
    let index = Int(generator.below(UInt64(places.count)))
    let place = places[index]
    return UInt32(truncatingIfNeeded: generator.next()) <= place.threshold
      ? index : Int(place.alias)
  }
}
