using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0001_event_store")]
internal sealed class EventStoreMigration : ScriptMigration;
