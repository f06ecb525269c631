using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0010_submissions")]
internal sealed class SubmissionsMigration : ScriptMigration;
