using Microsoft.EntityFrameworkCore.Migrations;

namespace Swath.Persistence.Migrations;

[Migration("0021_event_feed")]
internal sealed class EventFeedMigration : ScriptMigration;
