import Wire

// Every message that stands in the log alone.
extension Tick: Sample {
  static func sample(_ draw: inout Draw) -> Tick {
    Tick(reserved: draw.number())
  }
}

extension SessionOpened: Sample {
  static func sample(_ draw: inout Draw) -> SessionOpened {
    SessionOpened(
      sessionIdHigh: draw.number(),
      sessionIdLow: draw.number(),
      accountId: draw.number(),
      apiKeyId: draw.number(),
      handle: draw.number(),
      evicted: draw.number()
    )
  }
}

extension EngineConfigured: Sample {
  static func sample(_ draw: inout Draw) -> EngineConfigured {
    EngineConfigured(
      engineIdHigh: draw.number(),
      engineIdLow: draw.number(),
      shard: draw.number(),
      shards: draw.number(),
      formatVersion: draw.number(),
      retentionSeconds: draw.number(),
      auctionsMax: draw.number(),
      bidsMax: draw.number(),
      accountsMax: draw.number(),
      linkGroupsMax: draw.number(),
      sellerBlocksMax: draw.number(),
      rateBucketsMax: draw.number(),
      incrementTablesMax: draw.number()
    )
  }
}

extension OutageEnded: Sample {
  static func sample(_ draw: inout Draw) -> OutageEnded {
    OutageEnded(lastSeen: draw.number(), graceNs: draw.number())
  }
}

extension StateImported: Sample {
  static func sample(_ draw: inout Draw) -> StateImported {
    StateImported(hash: draw.digest(), sourceHigh: draw.number(), sourceLow: draw.number())
  }
}
