using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0013_dropped_features")]
internal sealed class DroppedFeaturesMigration : ScriptMigration;
