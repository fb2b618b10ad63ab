internal import Primitives
internal import Wire

/// Whether a refusal that left no record has a cause that the client or the run knows of.
struct RefusalCheck {
  private let conditions: ShardConditions
  private let session: LedgerSession

  init(_ conditions: ShardConditions, _ session: LedgerSession) {
    self.conditions = conditions
    self.session = session
  }

  /// What is wrong with a refusal, in words; nil when it has a cause.
  func fault(of reject: Reject, to request: LedgerRequest) -> String? {
    let isKnown =
      request.sequence > 0
      ? explainsCommand(reject.code, request) : explainsQuestion(reject.code, request)
    return isKnown ? nil : "a refusal with code \(reject.code) that has no cause: \(reject)"
  }

  private func explainsCommand(_ code: UInt16, _ request: LedgerRequest) -> Bool {
    switch RejectCode(rawValue: code) {
    case .throttled: conditions.ratePerSecond > 0
    case .inFlightLimit: request.openCountMax > conditions.inFlightMax || session.hasLostReplies
    case .notAuthorised: session.role == .trader && actor(of: request) != session.account
    case .malformed: request.refs.isEmpty || actor(of: request) == 0
    case .storageFull, .internalFault:
      conditions.hasDiskFaults && request.time < conditions.faultFreeSinceTime
    // A batch was full when others had filled it: no client knows.
    case .overloaded: true
    default: false
    }
  }

  private func explainsQuestion(_ code: UInt16, _ request: LedgerRequest) -> Bool {
    let template = request.templateID
    let isPage = template == QueryBids.templateID || template == QueryEvents.templateID
    return switch RejectCode(rawValue: code) {
    case .throttled: conditions.ratePerSecond > 0
    case .notAuthorised: Self.isOperators(template) && session.role != .operator
    case .unknownAuction: isPage && template != QueryEvents.templateID || Self.isOfAuction(template)
    case .overloaded: isPage
    case .historyUnavailable: isPage
    case .malformed: template == QueryEvents.templateID
    case .snapshotRunning: template == TakeSnapshot.templateID
    // One that was begun and given up; what is kept for it may grow too great.
    case .internalFault: template == TakeSnapshot.templateID
    default: false
    }
  }

  private static func isOperators(_ template: UInt16) -> Bool {
    template == QueryStateHash.templateID || template == TakeSnapshot.templateID
      || template == QueryEvents.templateID
  }

  private static func isOfAuction(_ template: UInt16) -> Bool {
    template == QueryAuction.templateID || template == Subscribe.templateID
  }

  /// The account that a request acts for.
  private func actor(of request: LedgerRequest) -> UInt64 {
    let offset: Int
    switch request.templateID {
    case PlaceBid.templateID, LowerMaximum.templateID, UpdateAuction.templateID,
      CancelAuction.templateID, SettlePayment.templateID:
      offset = 16
    case RemoveBids.templateID: offset = 24
    default: offset = 8
    }
    return FrameBytes.word(request.frame, at: offset)
  }
}
