using System.CommandLine;
using Npgsql;
using Swath.Host.Composition;
using Swath.Host.Output;
using Swath.Persistence.Migrations;

namespace Swath.Host.Commands;

/// <summary><c>swath migrate</c>: brings the database's schema up to this version.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var command = new Command("migrate", "Brings the database's schema up to this version of Swath. The private database does so by itself at start.");
        command.SetAction(async (_, cancellationToken) =>
        {
            await using var database = await SwathDatabase.OpenToMigrateAsync(cancellationToken);
            try
            {
                var applied = await SwathMigrator.MigrateAsync(database.Connections.StreamOrLock, cancellationToken);
                Terminal.WriteLine(applied.Count == 0 ? "The schema is up to date." : $"Applied: {string.Join(", ", applied)}");
                return ExitCodes.Done;
            }
            catch (PostgresException refused)
            {
                throw new UsageException($"The database refused a migration: {refused.MessageText}. The role needs the right to create tables in it.");
            }
        });
        return command;
    }
}
