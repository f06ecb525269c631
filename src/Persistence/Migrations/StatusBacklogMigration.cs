using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0009_status_backlog")]
internal sealed class StatusBacklogMigration : ScriptMigration;
