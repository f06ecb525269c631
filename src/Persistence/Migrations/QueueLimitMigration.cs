using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0004_queue_limit")]
internal sealed class QueueLimitMigration : ScriptMigration;
