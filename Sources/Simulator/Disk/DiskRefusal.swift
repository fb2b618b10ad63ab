/// A step that the disk refused and said so.
///
/// What a page at rest refuses that has become unreadable is no refusal but a broken promise:
/// `MediaFault`.
struct DiskRefusal: Equatable {
  /// The folder's path.
  let folder: String
  /// What was asked; nil = how much room there is, and there was little.
  let step: DiskStep?
  /// What was said.
  let errno: Int32
}
