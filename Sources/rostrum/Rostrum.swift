import ArgumentParser

/// The one executable: every command is a subcommand of it.
@main
struct Rostrum: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rostrum",
    abstract: "A durable auction exchange.",
    version: "0.1.0",
    subcommands: [
      ServeCommand.self, LoadCommand.self, ReplayCommand.self, SampleCommand.self, BidCommand.self,
      AuctionCommand.self, WatchCommand.self, HistoryCommand.self, FollowCommand.self,
      SnapshotCommand.self, BackupCommand.self, RestoreCommand.self, VerifyCommand.self,
      InspectCommand.self, RepairCommand.self, DiffCommand.self, AuditCommand.self,
      ReshardCommand.self, SimulateCommand.self,
    ])
}
