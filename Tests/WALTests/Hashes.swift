import Primitives
import WAL

/// A digest's bytes.
func digestBytes(_ digest: Digest) -> [UInt8] {
  [digest.word0, digest.word1, digest.word2, digest.word3].flatMap { word in
    withUnsafeBytes(of: word.littleEndian) { Array($0) }
  }
}

/// SHA-256 over bytes, with nothing of the log's own code.
func sha256(_ message: [UInt8]) -> [UInt8] {
  var state = SHA256State()
  state.update(message, byteCount: message.count)
  return digestBytes(state.finish())
}
