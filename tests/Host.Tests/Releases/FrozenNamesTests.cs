using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Swath.Contracts;
using Swath.Host.Composition.Transports;
using Swath.Persistence.EventSourcing;
using Swath.Scheduler.Jobs;

namespace Swath.Host.Tests.Releases;

/// <summary>
/// Names that stand in databases, in brokers and in the programs of others. None of them may change or go: a type that is renamed keeps the name it had,
/// and a name that gets a successor stays readable as a former one. Lines are only added; SWATH_WRITE_GOLDEN=1 writes the file.
/// </summary>
public sealed class FrozenNamesTests
{
    [Fact]
    public void Names_OfAllThatIsStoredAndSent_AreThoseOfTheGoldenFile()
    {
        using var services = new ServiceCollection().AddSingleton(NpgsqlDataSource.Create("Host=nowhere")).AddEventStream<ImageJob>(ImageJobStream.Configure).BuildServiceProvider();
        List<string> names =
        [
            .. services.GetRequiredService<StreamModel>().MessageNames,
            $"exchange {new RabbitMqMessageNameFormatter().GetMessageName(typeof(ImageRequested))}",
            .. Queues.All.Select(queue => $"queue {queue.AbsolutePath}"),
            $"queue {FaultQueueNames.CommandFaults}",
            $"queue {WorkerQueue.NameOf("ID")}",
            .. FaultQueueNames.All.Select(queue => $"queue {queue}"),
            .. JobStatus.All.Select(state => $"state {state}"),
            .. from type in typeof(ImageRequested).Assembly.GetExportedTypes().OrderBy(type => type.Name, StringComparer.Ordinal)
               where type.IsEnum
               from value in Enum.GetNames(type)
               select $"value {type.Name} {value}",
        ];

        var path = Path.Combine(AppContext.BaseDirectory, "Releases", "names.golden.txt");
        if (Environment.GetEnvironmentVariable("SWATH_WRITE_GOLDEN") == "1")
            File.WriteAllLines(path, names);
        Assert.Equal(File.ReadAllLines(path), names);
    }
}
