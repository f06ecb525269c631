using System.Reflection;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

/// <summary>
/// A migration that runs the embedded script of its own id. To add one: write <c>Scripts/NNNN_name.sql</c> and a class
/// <c>[Migration("NNNN_name")] internal sealed class Name : ScriptMigration;</c>. A script that was released is never edited.
/// Indexes on tables that grow are built <c>concurrently</c>, in a script of their own: see docs/decisions/0021-releases.md.
/// </summary>
[DbContext(typeof(SwathMigrations))]
internal abstract class ScriptMigration : Migration
{
    // Who waits for a table's lock holds up everybody who comes after: it gives way instead, and the migrator tries again.
    private const string GiveWay = "set local lock_timeout = '2s';";

    private const string OutsideTransaction = "create index concurrently if not exists ";

    /// <summary>Runs the script: in the transaction that EF Core holds around each migration, or statement by statement outside of any.</summary>
    protected sealed override void Up(MigrationBuilder migrationBuilder)
    {
        var script = ReadScript(IdOf(GetType()));
        if (!script.Contains(OutsideTransaction, StringComparison.Ordinal))
        {
            migrationBuilder.Sql(GiveWay + Environment.NewLine + script);
            return;
        }

        foreach (var statement in script.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            migrationBuilder.Sql(statement, suppressTransaction: true);
    }

    /// <summary>There is no way back: events are never thrown away. Restore a backup instead.</summary>
    protected sealed override void Down(MigrationBuilder migrationBuilder)
        => throw new NotSupportedException("Swath's migrations go forward only. Restore a backup to go back.");

    /// <summary>The names of the indexes that a migration builds outside a transaction: what may be left half built.</summary>
    public static IEnumerable<string> IndexesOf(string id) => ReadScript(id)
        .Split(OutsideTransaction, StringSplitOptions.None).Skip(1)
        .Select(rest => rest[..rest.IndexOf(' ', StringComparison.Ordinal)]);

    /// <summary>The ids of all migrations of this binary.</summary>
    public static IEnumerable<string> Known { get; } =
        [.. typeof(ScriptMigration).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(ScriptMigration))).Select(IdOf)];

    private static string IdOf(Type migration) => migration.GetCustomAttribute<MigrationAttribute>()?.Id
        ?? throw new InvalidOperationException($"{migration.Name} has no [Migration(\"NNNN_name\")].");

    private static string ReadScript(string id)
    {
        using var stream = typeof(ScriptMigration).Assembly.GetManifestResourceStream(id + ".sql")
            ?? throw new InvalidOperationException($"The script Migrations/Scripts/{id}.sql is missing.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
