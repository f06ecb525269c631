using System.Globalization;
using Microsoft.AspNetCore.Http;
using Swath.Endpoints.Tests.SageMaker;
using Swath.Testing;

namespace Swath.Endpoints.Tests.Aws;

/// <summary>AssumeRole on loopback, refusing what is not signed right. Its keys are numbered, so that a test sees which call they came from.</summary>
internal sealed class StandInSts(TimeProvider clock) : LoopbackServer
{
    public const string Region = "us-west-2";

    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    /// <summary>While set, this is answered.</summary>
    public (int Status, string Code)? Failure { get; set; }

    /// <summary>While set, nothing is answered.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    protected override async Task AnswerAsync(HttpContext context)
    {
        var call = Interlocked.Increment(ref _calls);
        var body = await BodyAsync(context);
        var form = System.Web.HttpUtility.ParseQueryString(System.Text.Encoding.UTF8.GetString(body));
        await Gate;
        context.Response.ContentType = "text/xml";
        var problem = SigV4.Problem(context.Request, body, StandInSageMaker.AccessKey, StandInSageMaker.Secret, Region, "sts", "x-amz-date");
        if (problem is not null || form["Action"] != "AssumeRole" || Failure is not null)
        {
            var (status, code) = Failure ?? (403, "SignatureDoesNotMatch");
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(
                $"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{problem ?? "as the test wants it"}</Message></Error></ErrorResponse>");
            return;
        }

        var name = form["RoleArn"]!.Split('/')[^1];
        var end = clock.GetUtcNow().AddHours(1).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        await context.Response.WriteAsync(
            "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>"
            + $"<AccessKeyId>ASIA{name}{call}</AccessKeyId><SecretAccessKey>secret{call}</SecretAccessKey><SessionToken>{form["RoleSessionName"]}{call}</SessionToken>"
            + $"<Expiration>{end}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>");
    }
}
