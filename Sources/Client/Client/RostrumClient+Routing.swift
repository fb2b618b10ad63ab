internal import Primitives
internal import Wire

extension RostrumClient {
  /// Waits until every shard's session is open.
  func awaitOpen(until deadline: Nanoseconds) throws(ClientError) {
    while !isConnected {
      poll(timeout: TimeSpan.millisecond)
      if let refusal { throw refusal }
      guard SystemTime.monotonic() < deadline else {
        throw lastRefusal ?? .unreachable(unreachableText)
      }
    }
  }

  /// What a server that answers, but had no room for the session until the deadline, said last.
  private var lastRefusal: ClientError? {
    for link in links where !link.connection.isOpen {
      if let code = link.connection.lastRefusalCode {
        return .refused(code: code, RejectCode.text(code))
      }
    }
    return nil
  }

  private var unreachableText: String {
    for link in links where !link.connection.isOpen {
      return "\(link.connection.endpoint): \(link.connection.lastFailure)"
        + "; is `rostrum serve` running there?"
    }
    return "no shard answers"
  }

  /// Why a shard refuses the client for good, or nil; its requests then get no outcome.
  public var refusal: ClientError? {
    for link in links {
      if let code = link.connection.refusedCode {
        return .refused(code: code, RejectCode.text(code))
      }
    }
    return nil
  }

  /// Asks the first shard where the others are, and opens a session on each.
  func discoverShards(until deadline: Nanoseconds) throws(ClientError) {
    let first = links[0]
    first.shard = ShardID(first.connection.session.terms.shard)
    guard first.connection.session.terms.shards > 1 else { return }
    let timeout = deadline > SystemTime.monotonic() ? deadline - SystemTime.monotonic() : 0
    let outcome = try request(
      QueryTopology(clientRef: 0),
      over: first,
      timeout: timeout
    )
    guard outcome.success != nil else {
      throw .unreachable("\(first.connection.endpoint) does not say where its shards are")
    }
    links = discovered.enumerated().map { index, endpoint in
      if UInt16(index) == first.shard.number { return first }
      return ShardLink(
        shard: ShardID(UInt16(index)),
        endpoint: endpoint,
        configuration: configuration.session
      )
    }
    try awaitOpen(until: deadline)
  }

  /// One place a shard, as the answer says; where it says nothing, the place that is known.
  func endpoints(in frame: ServerFrame, shards: Int) -> [Endpoint] {
    let known = links[0].connection.endpoint
    var places = [Endpoint](repeating: known, count: max(shards, 1))
    let group = unsafe Topology.endpoints(in: frame.start)
    for index in 0..<(unsafe group.count) {
      let entry = unsafe Topology.Endpoint(body: group.entry(index))
      guard Int(entry.shard) < places.count, entry.port > 0 else { continue }
      places[Int(entry.shard)] = Endpoint(
        address: entry.address == 0 ? known.address : entry.address,
        port: entry.port
      )
    }
    return places
  }

  func link(of shard: ShardID) -> ShardLink? {
    links.first { $0.shard == shard }
  }

  /// The auction lives elsewhere, and nothing was applied: the request goes there as a new one.
  func redirect(_ request: SessionRequest, _ wrong: WrongShard, now: Nanoseconds) {
    guard let submission = pending.redirect(request.tag) else {
      return finish(request.tag, .rejected(Rejection(code: RejectCode.wrongShard.rawValue)))
    }
    let target = linkToRedirect(wrong, now: now)
    if submission(&target.connection.session, request.tag) == nil {
      finish(request.tag, .notApplied)
    }
  }

  private func linkToRedirect(_ wrong: WrongShard, now: Nanoseconds) -> ShardLink {
    let known = links[0].connection.endpoint
    let place = Endpoint(
      address: wrong.address == 0 ? known.address : wrong.address,
      port: wrong.port
    )
    if let link = link(of: ShardID(wrong.shard)) {
      if wrong.port > 0 { link.connection.move(to: place, now: now) }
      return link
    }
    let link = ShardLink(
      shard: ShardID(wrong.shard),
      endpoint: place,
      configuration: configuration.session
    )
    links.append(link)
    return link
  }
}
