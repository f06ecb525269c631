using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Swath.Intake.Api;

/// <summary>503 with <c>Retry-After</c>: nothing is wrong with what was asked, but it can't be done now.</summary>
/// <param name="after">When to ask again.</param>
/// <param name="reason">Why, as a sentence.</param>
internal sealed class RetryLater(TimeSpan after, string reason) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.RetryAfter = Math.Ceiling(after.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return TypedResults.Problem(reason, statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(httpContext);
    }
}
