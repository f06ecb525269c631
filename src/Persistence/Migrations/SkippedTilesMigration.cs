using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0014_skipped_tiles")]
internal sealed class SkippedTilesMigration : ScriptMigration;
