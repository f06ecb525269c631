using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0016_message_log")]
internal sealed class MessageLogMigration : ScriptMigration;
