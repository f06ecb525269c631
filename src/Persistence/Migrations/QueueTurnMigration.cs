using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0008_queue_turn")]
internal sealed class QueueTurnMigration : ScriptMigration;
