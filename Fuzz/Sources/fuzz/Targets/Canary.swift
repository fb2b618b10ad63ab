/// Dies of one value of eight bytes: the proof that the fuzzer sees comparisons and reports a find.
enum Canary {
  static func run(_ script: inout Script) {
    if script.word64() == 0x5952_414E_4143_5352 { wrong("the canary's word") }
  }
}
