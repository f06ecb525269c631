using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0005_wanted_regions_by_job")]
internal sealed class WantedRegionsByJobMigration : ScriptMigration;
