using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0018_queue")]
internal sealed class QueueMigration : ScriptMigration;
