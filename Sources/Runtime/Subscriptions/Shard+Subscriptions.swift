internal import Engine
internal import Gateway
internal import Primitives
internal import WAL
internal import Wire

extension Shard {
  /// Subscribes a session; it gets the state of now, and then every change after it.
  mutating func subscribe(_ query: GatewayQuery) {
    let message = unsafe Subscribe(frame: query.frame)
    let view = visibleAuction(message.auctionId)
    guard message.auctionId == 0 || view != nil else {
      return unsafe rejectQuery(query, .unknownAuction)
    }
    let binding = unsafe gateway.binding(of: query.session)
    guard
      unsafe subscriptions.add(
        auction: message.auctionId, session: query.session, binding: binding)
    else {
      probe(.subscriptionsFull)
      return unsafe rejectQuery(query, .overloaded)
    }
    unsafe acknowledge(query, message.auctionId, revision: view?.revision ?? 0, isActive: true)
    if let view {
      unsafe reply(
        query.session, view.message(clientRef: 0, logPosition: log.commit.stagedPosition))
    }
  }

  /// Ends a subscription.
  mutating func unsubscribe(_ query: GatewayQuery) {
    let message = unsafe Unsubscribe(frame: query.frame)
    unsafe subscriptions.remove(auction: message.auctionId, session: query.session)
    unsafe acknowledge(query, message.auctionId, revision: 0, isActive: false)
  }

  private mutating func acknowledge(
    _ query: GatewayQuery, _ auction: UInt64, revision: UInt64, isActive: Bool
  ) {
    let body = unsafe query.frame + FrameHeader.byteCount
    unsafe reply(
      query.session,
      SubscribeAck(
        clientRef: LittleEndian.uint64(body, at: 0), auctionId: auction, revision: revision,
        active: isActive ? 1 : 0))
  }

  /// Passes a public frame on to whoever subscribed; every public body begins with the auction,
  /// but for AuctionState, which begins with the request that asked for it.
  mutating func publish(_ frame: UnsafeRawPointer, byteCount: Int) {
    let isState = unsafe FrameHeader(frame: frame).templateID == AuctionState.templateID
    let body = unsafe frame + FrameHeader.byteCount
    let auction = unsafe LittleEndian.uint64(body, at: isState ? 8 : 0)
    unsafe publish(frame, byteCount: byteCount, of: auction, to: auction)
    unsafe publish(frame, byteCount: byteCount, of: auction, to: 0)
  }

  private mutating func publish(
    _ frame: UnsafeRawPointer, byteCount: Int, of auction: UInt64, to key: UInt64
  ) {
    var index = subscriptions.first(of: key)
    while index != 0 {
      let entry = subscriptions[index]
      let session = SessionHandle(raw: entry.session)
      if entry.auction == key {
        if gateway.binding(of: session) != entry.binding {
          probe(.subscriptionDropped)
          subscriptions.remove(auction: key, session: session)
        } else if gateway.canDeliverPublic(session) {
          unsafe gateway.deliver(
            session, frame, byteCount: byteCount, sequenced: false, gate: .batch)
        } else if key != 0 {
          probe(.subscriptionStale)
          subscriptions.setStale(index, true)
        }
      }
      index = entry.next
    }
  }

  /// Gives those that missed updates the newest state, as soon as they have read.
  mutating func flushStaleSubscriptions() {
    guard subscriptions.staleCount > 0 else { return }
    for index in 1...subscriptions.lastIndex where subscriptions[index].isStale {
      let entry = subscriptions[index]
      let session = SessionHandle(raw: entry.session)
      let isOver = gateway.binding(of: session) != entry.binding
      guard isOver || gateway.canDeliverPublic(session) else { continue }
      subscriptions.setStale(index, false)
      guard !isOver, let view = visibleAuction(entry.auction) else { continue }
      reply(session, view.message(clientRef: 0, logPosition: log.commit.stagedPosition))
    }
  }
}
