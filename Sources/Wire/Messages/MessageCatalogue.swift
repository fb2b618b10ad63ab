// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// All messages of the schema, by template number.
public enum MessageCatalogue {
  /// The schema's number.
  @inlinable public static var schemaID: UInt16 { @_noLocks get { 7400 } }
  /// The schema's version.
  @inlinable public static var schemaVersion: UInt16 { @_noLocks get { 1 } }

  /// Every template number, in the order of the schema.
  public static let templateIDs: [UInt16] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 100, 101, 102, 103, 110, 111, 112, 120, 121, 122, 123,
    124, 125, 126, 127, 128, 130, 140, 200, 201, 202, 210, 211, 213, 220, 300, 301, 302, 303, 304,
    305, 306, 307, 310, 311, 312, 320, 900, 901, 902, 903, 904,
  ]

  /// What is known of a template; nil for a number that the schema lacks.
  ///
  /// - Parameter templateID: The template's number.
  /// - Returns: The template's facts.
  @_noLocks
  public static func facts(of templateID: UInt16) -> MessageFacts? {
    switch templateID {
    case 1: Logon.facts
    case 2: LogonAck.facts
    case 3: LogonReject.facts
    case 4: Heartbeat.facts
    case 5: ResendRequest.facts
    case 6: ResendBegin.facts
    case 7: ResendReject.facts
    case 8: Logout.facts
    case 9: EndOfSession.facts
    case 10: NotApplied.facts
    case 11: SessionReject.facts
    case 12: WrongShard.facts
    case 100: PlaceBid.facts
    case 101: LowerMaximum.facts
    case 102: RemoveBids.facts
    case 103: MassBid.facts
    case 110: CreateAuction.facts
    case 111: UpdateAuction.facts
    case 112: CancelAuction.facts
    case 120: Subscribe.facts
    case 121: Unsubscribe.facts
    case 122: QueryAuction.facts
    case 123: QueryBids.facts
    case 124: QueryTopology.facts
    case 125: QueryLogHead.facts
    case 126: QueryStateHash.facts
    case 127: TakeSnapshot.facts
    case 128: QueryEvents.facts
    case 130: SettlePayment.facts
    case 140: AccountControl.facts
    case 200: BidAck.facts
    case 201: Reject.facts
    case 202: Outbid.facts
    case 210: AuctionAck.facts
    case 211: RemoveAck.facts
    case 213: AccountAck.facts
    case 220: AuctionWon.facts
    case 300: AuctionState.facts
    case 301: PriceUpdate.facts
    case 302: AuctionEnded.facts
    case 303: BidEntry.facts
    case 304: BidsEnd.facts
    case 305: SubscribeAck.facts
    case 306: EventsEnd.facts
    case 307: AuctionExtended.facts
    case 310: LogHead.facts
    case 311: StateHash.facts
    case 312: SnapshotTaken.facts
    case 320: Topology.facts
    case 900: Tick.facts
    case 901: SessionOpened.facts
    case 902: EngineConfigured.facts
    case 903: OutageEnded.facts
    case 904: StateImported.facts
    default: nil
    }
  }

  /// Where the fields of a template stand; nil for a number that the schema lacks.
  ///
  /// - Parameter templateID: The template's number.
  /// - Returns: The template's layout.
  public static func layout(of templateID: UInt16) -> MessageLayout? {
    switch templateID {
    case 1: Logon.layout
    case 2: LogonAck.layout
    case 3: LogonReject.layout
    case 4: Heartbeat.layout
    case 5: ResendRequest.layout
    case 6: ResendBegin.layout
    case 7: ResendReject.layout
    case 8: Logout.layout
    case 9: EndOfSession.layout
    case 10: NotApplied.layout
    case 11: SessionReject.layout
    case 12: WrongShard.layout
    case 100: PlaceBid.layout
    case 101: LowerMaximum.layout
    case 102: RemoveBids.layout
    case 103: MassBid.layout
    case 110: CreateAuction.layout
    case 111: UpdateAuction.layout
    case 112: CancelAuction.layout
    case 120: Subscribe.layout
    case 121: Unsubscribe.layout
    case 122: QueryAuction.layout
    case 123: QueryBids.layout
    case 124: QueryTopology.layout
    case 125: QueryLogHead.layout
    case 126: QueryStateHash.layout
    case 127: TakeSnapshot.layout
    case 128: QueryEvents.layout
    case 130: SettlePayment.layout
    case 140: AccountControl.layout
    case 200: BidAck.layout
    case 201: Reject.layout
    case 202: Outbid.layout
    case 210: AuctionAck.layout
    case 211: RemoveAck.layout
    case 213: AccountAck.layout
    case 220: AuctionWon.layout
    case 300: AuctionState.layout
    case 301: PriceUpdate.layout
    case 302: AuctionEnded.layout
    case 303: BidEntry.layout
    case 304: BidsEnd.layout
    case 305: SubscribeAck.layout
    case 306: EventsEnd.layout
    case 307: AuctionExtended.layout
    case 310: LogHead.layout
    case 311: StateHash.layout
    case 312: SnapshotTaken.layout
    case 320: Topology.layout
    case 900: Tick.layout
    case 901: SessionOpened.layout
    case 902: EngineConfigured.layout
    case 903: OutageEnded.layout
    case 904: StateImported.layout
    default: nil
    }
  }

  /// Whether each enum of a message's fixed part holds a value of the schema.
  ///
  /// - Parameters:
  ///   - templateID: The template's number.
  ///   - body: The first byte after the header.
  /// - Returns: Whether the schema knows them all.
  @_noLocks
  static func hasKnownValues(_ templateID: UInt16, body: UnsafeRawPointer) -> Bool {
    switch templateID {
    case 100: unsafe PlaceBid.hasKnownValues(body: body)
    case 110: unsafe CreateAuction.hasKnownValues(body: body)
    case 111: unsafe UpdateAuction.hasKnownValues(body: body)
    case 130: unsafe SettlePayment.hasKnownValues(body: body)
    case 140: unsafe AccountControl.hasKnownValues(body: body)
    case 200: unsafe BidAck.hasKnownValues(body: body)
    case 210: unsafe AuctionAck.hasKnownValues(body: body)
    case 300: unsafe AuctionState.hasKnownValues(body: body)
    case 301: unsafe PriceUpdate.hasKnownValues(body: body)
    case 302: unsafe AuctionEnded.hasKnownValues(body: body)
    case 303: unsafe BidEntry.hasKnownValues(body: body)
    case 307: unsafe AuctionExtended.hasKnownValues(body: body)
    default: true
    }
  }

  /// Whether each enum of a group's entry holds a value of the schema.
  ///
  /// - Parameters:
  ///   - templateID: The template's number.
  ///   - entry: The first byte of the entry.
  /// - Returns: Whether the schema knows them all.
  @_noLocks
  static func hasKnownEntryValues(_ templateID: UInt16, entry: UnsafeRawPointer) -> Bool {
    switch templateID {
    case 103: unsafe MassBid.Entry.hasKnownValues(body: entry)
    default: true
    }
  }
}
