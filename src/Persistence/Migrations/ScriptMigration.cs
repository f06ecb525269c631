using System.Reflection;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

/// <summary>
/// A migration that runs the embedded script of its own id. To add one: write <c>Scripts/NNNN_name.sql</c> and a class
/// <c>[Migration("NNNN_name")] internal sealed class Name : ScriptMigration;</c>. A script that was released is never edited.
/// </summary>
[DbContext(typeof(SwathMigrations))]
internal abstract class ScriptMigration : Migration
{
    /// <summary>Runs the script, in the transaction that EF Core holds around each migration.</summary>
    protected sealed override void Up(MigrationBuilder migrationBuilder)
    {
        var id = GetType().GetCustomAttribute<MigrationAttribute>()?.Id
            ?? throw new InvalidOperationException($"{GetType().Name} has no [Migration(\"NNNN_name\")].");
        migrationBuilder.Sql(ReadScript(id + ".sql"));
    }

    /// <summary>There is no way back: events are never thrown away. Restore a backup instead.</summary>
    protected sealed override void Down(MigrationBuilder migrationBuilder)
        => throw new NotSupportedException("Swath's migrations go forward only. Restore a backup to go back.");

    private static string ReadScript(string name)
    {
        using var stream = typeof(ScriptMigration).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The script Migrations/Scripts/{name} is missing.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
