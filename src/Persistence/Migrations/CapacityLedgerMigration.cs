using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0017_capacity_ledger")]
internal sealed class CapacityLedgerMigration : ScriptMigration;
