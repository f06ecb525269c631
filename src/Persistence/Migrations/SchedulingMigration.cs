using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0002_scheduling")]
internal sealed class SchedulingMigration : ScriptMigration;
