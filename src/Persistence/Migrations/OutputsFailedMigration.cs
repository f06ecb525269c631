using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0011_outputs_failed")]
internal sealed class OutputsFailedMigration : ScriptMigration;
