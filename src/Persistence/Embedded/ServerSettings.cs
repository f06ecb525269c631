namespace Swath.Persistence.Embedded;

/// <summary>The server's settings, written at every start so that a newer Swath can change them.</summary>
internal static class ServerSettings
{
    /// <summary>The line in postgresql.conf that reads them.</summary>
    public const string Include = "\ninclude = 'swath.conf'\n";

    /// <summary>The text of <c>swath.conf</c>: durable, and modest enough for a small machine.</summary>
    public static string For(ClusterFolder folder) => $"""
        # Written by Swath at every start.
        listen_addresses = ''
        port = {ClusterFolder.Port}
        unix_socket_directories = '{Quote(folder.SocketFolder)}'
        cluster_name = 'swath'
        max_connections = 200

        # A committed job survives a crash of the machine.
        fsync = on
        synchronous_commit = on
        full_page_writes = on

        shared_buffers = 128MB
        max_wal_size = 1GB
        checkpoint_timeout = 15min
        # Nothing replicates a private cluster.
        wal_level = minimal
        max_wal_senders = 0
        # Queries are short: compiling them or spreading them over processes costs more than it gives
        # (and containers have little /dev/shm).
        jit = off
        max_parallel_workers_per_gather = 0
        random_page_cost = 1.1

        timezone = 'UTC'
        log_timezone = 'UTC'
        log_min_messages = warning
        # Conflicts between schedulers are expected and handled; their statements are no news.
        log_min_error_statement = panic

        """;

    // A list setting inside a quoted setting: the name in double quotes, quotes of both kinds doubled.
    private static string Quote(string folder)
        => $"\"{folder.Replace("\"", "\"\"", StringComparison.Ordinal)}\"".Replace("'", "''", StringComparison.Ordinal);
}
