using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Swath.Endpoints.Tests.SageMaker;

namespace Swath.Endpoints.Tests.Aws;

/// <summary>AssumeRole on loopback, refusing what is not signed right. Its keys are numbered, so that a test sees which call they came from.</summary>
internal sealed class StandInSts : IAsyncDisposable
{
    public const string Region = "us-west-2";

    private readonly WebApplication _app;
    private readonly TimeProvider _clock;
    private int _calls;

    private StandInSts(WebApplication app, TimeProvider clock) => (_app, _clock) = (app, clock);

    public string Url { get; private set; } = "";

    public int Calls => Volatile.Read(ref _calls);

    /// <summary>While set, this is answered.</summary>
    public (int Status, string Code)? Failure { get; set; }

    /// <summary>While set, nothing is answered.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public static async Task<StandInSts> StartAsync(TimeProvider clock)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new StandInSts(app, clock);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        server.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return server;
    }

    public Task StopAsync() => _app.StopAsync(new CancellationToken(canceled: true));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var call = Interlocked.Increment(ref _calls);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var form = System.Web.HttpUtility.ParseQueryString(System.Text.Encoding.UTF8.GetString(body.ToArray()));
        await Gate;
        context.Response.ContentType = "text/xml";
        var problem = SigV4.Problem(
            context.Request, body.ToArray(), StandInSageMaker.AccessKey, StandInSageMaker.Secret, Region, "sts", ["host", "x-amz-date"]);
        if (problem is not null || form["Action"] != "AssumeRole" || Failure is not null)
        {
            var (status, code) = Failure ?? (403, "SignatureDoesNotMatch");
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(
                $"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{problem ?? "as the test wants it"}</Message></Error></ErrorResponse>");
            return;
        }

        var name = form["RoleArn"]!.Split('/')[^1];
        var end = _clock.GetUtcNow().AddHours(1).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        await context.Response.WriteAsync(
            "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>"
            + $"<AccessKeyId>ASIA{name}{call}</AccessKeyId><SecretAccessKey>secret{call}</SecretAccessKey><SessionToken>{form["RoleSessionName"]}{call}</SessionToken>"
            + $"<Expiration>{end}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>");
    }
}
