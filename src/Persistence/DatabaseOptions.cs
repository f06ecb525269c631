using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Swath.Configuration;

namespace Swath.Persistence;

/// <summary>How a process connects to the database. Read once, when the process starts.</summary>
public sealed class DatabaseOptions
{
    /// <summary>Connections that are kept, with the private database.</summary>
    public const int DevelopmentPoolSize = 20;

    /// <summary>Connections that are kept, with a database of one's own.</summary>
    public const int ProductionPoolSize = 100;

    [Setting("DATABASE_POOL_SIZE"), Range(2, 10_000)]
    [Description("Connections of one process at most for one purpose (answering; holding locks and listening; upkeep takes 8 at most); when not set, 20 to the private database and 100 to the one that SWATH_DATABASE names. The server's max_connections must allow for what all processes really use (docs/operations.md).")]
    public int? PoolSize { get; set; }

    [Setting("DATABASE_POOL_MIN_SIZE"), Range(0, 10_000)]
    [Description("Connections that stay open once they were needed, however idle.")]
    public int MinPoolSize { get; set; } = 5;

    [Setting("DATABASE_CONNECTION_LIFETIME_SECONDS"), Range(0.0, 86_400.0)]
    [Description("The age at which a connection is replaced, so that a fail-over or a new address is followed; 0 never replaces one.")]
    public TimeSpan ConnectionLifetime { get; set; } = TimeSpan.FromMinutes(30);

    [Setting("DATABASE_IDLE_SECONDS"), Range(1.0, 86_400.0)]
    [Description("How long a connection beyond DATABASE_POOL_MIN_SIZE may stay idle before it is closed.")]
    public TimeSpan IdleLifetime { get; set; } = TimeSpan.FromMinutes(5);

    [Setting("DATABASE_STATEMENT_TIMEOUT_SECONDS"), Range(0.0, 3600.0)]
    [Description("The server ends a statement for which somebody waits (a message, a request, a heartbeat) when it takes longer; 0 lets it run. Migrations, replay and verify take the time that they need.")]
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromSeconds(5);

    [Setting("DATABASE_SWEEP_TIMEOUT_SECONDS"), Range(0.0, 3600.0)]
    [Description("The same for a statement of upkeep, which walks over many rows, a thousand at most at a time.")]
    public TimeSpan SweepTimeout { get; set; } = TimeSpan.FromSeconds(60);

    [Setting("DATABASE_PREPARED_STATEMENTS"), Range(0, 10_000)]
    [Description("Statements that each answering connection keeps prepared; when not set, 200, and 0 behind a pooler: PgBouncer before 1.21 can't carry them.")]
    public int? PreparedStatements { get; set; }

    [Setting("DATABASE_TRANSACTION_POOLER")]
    [Description("True when SWATH_DATABASE leads through a pooler that gives each transaction another session (PgBouncer's pool_mode=transaction). For processes with the worker role alone: the others listen and hold locks. The process then measures DATABASE_STATEMENT_TIMEOUT_SECONDS itself.")]
    public bool TransactionPooler { get; set; }
}
