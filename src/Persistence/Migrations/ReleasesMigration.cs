using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0019_releases")]
internal sealed class ReleasesMigration : ScriptMigration;
