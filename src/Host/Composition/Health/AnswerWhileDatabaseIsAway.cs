using Swath.Persistence.Outages;

namespace Swath.Host.Composition.Health;

/// <summary>What the API answers while the database is away: 503 with <c>Retry-After</c>, on every route, and never 500.</summary>
internal static class AnswerWhileDatabaseIsAway
{
    private const string RetryAfterSeconds = "5";

    public static void UseAnswerWhileDatabaseIsAway(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context);
        }
        catch (Exception away) when (DatabaseAway.IsCauseOf(away) && !context.Response.HasStarted)
        {
            context.Response.Clear();
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
            await Results.Problem(
                "The database does not answer. Nothing is lost: what was accepted goes on when it is back. Send this request again then.",
                statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(context);
        }
    });
}
