using Microsoft.EntityFrameworkCore;

namespace Swath.Persistence.Migrations;

/// <summary>The context that EF Core hangs the migrations on. It has no entities: the schema is written in SQL, in Scripts/.</summary>
internal sealed class SwathMigrations(DbContextOptions<SwathMigrations> options) : DbContext(options);
