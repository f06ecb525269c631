using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0003_tile_results")]
internal sealed class TileResultsMigration : ScriptMigration;
