/// How a server knows who logs on.
public enum Credentials: Sendable {
  /// By API keys: the logon is signed with the key's secret.
  case keys(KeyFile)
  /// It believes every logon: for trials on loopback alone.
  case insecure
}
