using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0007_last_transport")]
internal sealed class LastTransportMigration : ScriptMigration;
