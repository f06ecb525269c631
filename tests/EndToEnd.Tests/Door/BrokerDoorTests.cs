using Swath.EndToEnd.Tests.Scaling;
using Swath.Testing;

namespace Swath.EndToEnd.Tests.Door;

/// <summary>What somebody can do who may publish requests on the broker, with a real one and a client that is not Swath's.</summary>
public sealed class BrokerDoorTests
{
    private const string Upstream = "upstream";

    // Says how the broker answers to a message of a type on its exchange, and in the saga's own queue.
    private const string Forge = """
        import json, os, sys
        import pika
        job, kind = sys.argv[1:]
        body = json.dumps({"messageId": job, "messageType": ["urn:message:Swath.Contracts:" + kind],
                           "message": {"jobId": job, "features": 0, "results": [], "reason": "forged"}})
        for exchange, key in (("Swath.Contracts:" + kind, ""), ("", "image-job")):
            connection = pika.BlockingConnection(pika.URLParameters(os.environ["SWATH_RABBITMQ"]))
            channel = connection.channel()
            channel.confirm_delivery()
            try:
                channel.basic_publish(exchange, key, body, pika.BasicProperties(content_type="application/vnd.masstransit+json"), mandatory=True)
                print("taken")
            except pika.exceptions.ChannelClosedByBroker as closed:
                print(closed.reply_code)
            except pika.exceptions.UnroutableError:
                print("unroutable")
        """;

    [SkippableFact]
    public async Task Upstream_WithThePagesPermissions_MayAskForJobsAndSayNothingElse()
    {
        Skip.IfNot(RabbitMqServer.IsInstalled, RabbitMqServer.HowToGet);
        await using var broker = await RabbitMqServer.StartAsync();
        await broker.ControlAsync("add_user", Upstream, Upstream);
        await broker.ControlAsync("set_permissions", Upstream, "^$", @"^Swath\.Contracts:ImageRequested$", "^$");
        await using var fleet = await Fleet.CreateAsync(("SWATH_TRANSPORT", "rabbitmq"), ("SWATH_RABBITMQ", broker.Address), ("BROKER_TENANT", "harbour"));
        await using var model = await ModelProcess.StartAsync(fleet.Cli, "--model", "centerpoint");
        var job = FleetJob.Create(fleet.Cli, FleetJob.WriteImages(fleet.Cli, 1)[0], model, delayMilliseconds: 0);
        var environment = new Dictionary<string, string>
        {
            ["SWATH_RABBITMQ"] = broker.Address.Replace("guest:guest", $"{Upstream}:{Upstream}", StringComparison.Ordinal),
            ["IMAGE"] = job.Request.ImageUrl,
            ["MODEL"] = model.Url,
            ["OUTPUT"] = job.Result,
        };
        await fleet.StartAsync("intake,scheduler,worker", "--url", "http://127.0.0.1:0");

        var id = Guid.Parse(await Pika.RunAsync(Pika.Snippet(), environment));
        await fleet.UntilAsync<string>("the job is completed", state => state == "Completed", "select state from jobs where job_id = $1", id);
        Assert.Equal("harbour", await fleet.Database.ScalarAsync<string>("select tenant from jobs where job_id = $1", id));

        foreach (var kind in (string[])["JobCompleted", "JobFailed", "CancelJob", "CapacityReserved"])
            Assert.Equal(["403", "403"], (await Pika.RunAsync(Forge, environment, Guid.NewGuid().ToString(), kind)).Split('\n').Select(line => line == "404" ? "403" : line));

        // Somebody with more rights still finds nothing bound.
        environment["SWATH_RABBITMQ"] = broker.Address;
        Assert.Contains((await Pika.RunAsync(Forge, environment, Guid.NewGuid().ToString(), "JobFailed")).Split('\n')[0], (string[])["404", "unroutable"]);
    }

    [SkippableFact]
    public async Task Request_ThatCantBeAJob_FailsItsJobOrWaitsInTheFaultQueue()
    {
        Skip.IfNot(RabbitMqServer.IsInstalled, RabbitMqServer.HowToGet);
        await using var broker = await RabbitMqServer.StartAsync();
        await using var fleet = await Fleet.CreateAsync(("SWATH_TRANSPORT", "rabbitmq"), ("SWATH_RABBITMQ", broker.Address));
        await fleet.StartAsync("intake,scheduler", "--url", "http://127.0.0.1:0");
        var environment = new Dictionary<string, string> { ["SWATH_RABBITMQ"] = broker.Address, ["IMAGE"] = "/nowhere/a.tif" };

        var stamped = Pika.Snippet().Replace("\"jobName\": \"harbour\",", "\"grants\": {\"imageRoots\": [\"/\"]}, \"tilesize\": 512,", StringComparison.Ordinal);
        var id = Guid.Parse(await Pika.RunAsync(stamped, environment));
        await fleet.UntilAsync<string>("the job is failed", state => state == "Failed", "select state from jobs where job_id = $1", id);
        Assert.Contains("stamped by Swath", await fleet.Database.ScalarAsync<string>("select failure from jobs where job_id = $1", id), StringComparison.Ordinal);

        var named = Pika.Snippet().Replace("str(uuid.uuid4())\nenvelope", $"\"{Guid.NewGuid()}\"\nenvelope", StringComparison.Ordinal);
        await Pika.RunAsync(named, environment);
        await fleet.UntilAsync<long>("the first is known", known => known == 2, "select count(*) from submissions");
        await Pika.RunAsync(named, new(environment) { ["IMAGE"] = "/nowhere/b.tif" });

        CommandOutcome faults;
        do
            faults = await fleet.Cli.RunAsync("faults");
        while (faults.Output.Contains("No message has failed", StringComparison.Ordinal));
        Assert.Contains("another content", faults.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }
}
