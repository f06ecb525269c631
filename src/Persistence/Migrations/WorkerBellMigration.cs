using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0006_worker_bell")]
internal sealed class WorkerBellMigration : ScriptMigration;
