using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0012_commands_begun")]
internal sealed class CommandsBegunMigration : ScriptMigration;
