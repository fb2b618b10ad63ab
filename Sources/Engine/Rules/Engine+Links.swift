internal import Primitives
internal import Wire

extension Engine {
  /// Two accounts belong to one person: their groups become one.
  ///
  /// - Parameters:
  ///   - first: An account.
  ///   - second: Another account.
  /// - Returns: Why not; nil when they are linked.
  mutating func link(_ first: UInt64, _ second: UInt64) -> RejectCode? {
    let firstGroup = group(of: first)
    let secondGroup = group(of: second)
    if firstGroup != 0, firstGroup == secondGroup { return nil }
    let size = max(1, links.memberCount(firstGroup)) + max(1, links.memberCount(secondGroup))
    guard size <= LinkGroups.memberCountMax else {
      probe(.linkGroupTooLarge)
      return .limitExceeded
    }
    guard firstGroup != 0 || secondGroup != 0 || links.hasRoom else {
      probe(.linkGroupsFull)
      return .overloaded
    }
    guard knows(first, second) else { return .overloaded }
    let target = firstGroup != 0 ? firstGroup : secondGroup != 0 ? secondGroup : links.open()
    if firstGroup != 0, secondGroup != 0 {
      probe(.linkGroupsMerged)
      merge(secondGroup, into: firstGroup)
    } else {
      if firstGroup == 0 { join(first, target) }
      if secondGroup == 0 { join(second, target) }
    }
    return nil
  }

  /// Keeps two accounts; false when there is no room for both.
  ///
  /// Until they are linked they may be idle, and a new account may sweep an idle one away: the
  /// first is marked while the second is added.
  private mutating func knows(_ first: UInt64, _ second: UInt64) -> Bool {
    let index = accounts.findOrAdd(first)
    guard index >= 0 else { return false }
    let isMarked = accounts[index].linkGroup == 0
    if isMarked {
      accounts.willChange(index)
      accounts[index].linkGroup = .max
    }
    let isKnown = accounts.findOrAdd(second) >= 0
    if isMarked { accounts[accounts.find(first)].linkGroup = 0 }
    return isKnown
  }

  /// An account leaves its group; a group of one is none.
  mutating func unlink(_ account: UInt64) {
    let group = group(of: account)
    guard group != 0 else { return }
    leave(account, group)
    guard links.memberCount(group) == 1 else { return }
    probe(.linkGroupDissolved)
    leave(links.member(group, 0), group)
    links.close(group)
  }

  private mutating func group(of account: UInt64) -> UInt32 {
    let index = accounts.find(account)
    return index < 0 ? 0 : accounts[index].linkGroup
  }

  private mutating func merge(_ group: UInt32, into target: UInt32) {
    while links.memberCount(group) > 0 {
      let account = links.member(group, 0)
      leave(account, group)
      join(account, target)
    }
    links.close(group)
  }

  private mutating func join(_ account: UInt64, _ group: UInt32) {
    let index = accounts.find(account)
    invariant(index >= 0, "an account that is linked is known")
    accounts.willChange(index)
    accounts[index].linkGroup = group
    links.add(account, to: group)
  }

  private mutating func leave(_ account: UInt64, _ group: UInt32) {
    let index = accounts.find(account)
    invariant(index >= 0, "an account that is linked is known")
    accounts.willChange(index)
    accounts[index].linkGroup = 0
    links.remove(account, from: group)
  }
}
