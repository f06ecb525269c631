using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0020_archive")]
internal sealed class ArchiveMigration : ScriptMigration;
