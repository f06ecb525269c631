using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0015_clock")]
internal sealed class ClockMigration : ScriptMigration;
