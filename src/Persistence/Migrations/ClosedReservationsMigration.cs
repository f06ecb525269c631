using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0022_closed_reservations")]
internal sealed class ClosedReservationsMigration : ScriptMigration;
