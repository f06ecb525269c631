using System.Text;
using MassTransit;
using MassTransit.Mediator;
using Microsoft.Extensions.DependencyInjection;
using Swath.Contracts;
using Swath.Scheduler.Jobs;
using static Swath.Scheduler.Tests.Jobs.JobEvents;

namespace Swath.Scheduler.Tests.Jobs;

/// <summary>What the state machine does with every event in every state, found out by sending it each one.</summary>
internal static class StateTable
{
    public const string Ignored = "-";
    public const string Alarm = "alarm";

    private const string NoSuchBucket = "The output s3://bucket can't be written: NoSuchBucket.";

    /// <summary>The ways into each state: a job with two regions of four tiles.</summary>
    private static readonly (string State, Func<Guid, object[]> Events)[] States =
    [
        ("Requested", id => [Requested(id)]),
        ("Requested, measured", id => [Requested(id), Measured(id)]),
        ("Queued", id => [Requested(id), Measured(id), Selected(id)]),
        ("Queued, one region left", id =>
            [Requested(id), Measured(id), Selected(id), Reserved(id), new PauseJob { JobId = id }, Completed(id, 1), new ResumeJob { JobId = id }]),
        ("Queued, the other region failed", id =>
            [Requested(id), Measured(id), Selected(id), Reserved(id), new PauseJob { JobId = id }, FailedRegion(id, 1), new ResumeJob { JobId = id }]),
        ("Running", id => [Requested(id), Measured(id), Selected(id), Reserved(id)]),
        ("Running, resumed before", id => [Requested(id), Measured(id), Selected(id), Reserved(id), new ResumeJob { JobId = id, AskedAt = Start.AddSeconds(2) }]),
        ("Running, one region left", id => [Requested(id), Measured(id), Selected(id), Reserved(id), Completed(id, 1)]),
        ("Running, the other region failed", id => [Requested(id), Measured(id), Selected(id), Reserved(id), FailedRegion(id, 1)]),
        ("Paused", id => [Requested(id), Measured(id), Selected(id), Reserved(id), new PauseJob { JobId = id }]),
        ("Paused, for the second time", id =>
            [Requested(id), Measured(id), Selected(id), Reserved(id), new PauseJob { JobId = id }, new PauseJob { JobId = id, AskedAt = Start.AddSeconds(2) }]),
        ("Paused, the other region failed", id =>
            [Requested(id), Measured(id), Selected(id), Reserved(id), new PauseJob { JobId = id }, FailedRegion(id, 1)]),
        ("Paused, all regions ended", id =>
            [Requested(id), Measured(id), Selected(id), Reserved(id), new PauseJob { JobId = id }, Completed(id, 0), Completed(id, 1)]),
        ("Assembling", id => [Requested(id), Measured(id), Selected(id), Reserved(id), Completed(id, 0), Completed(id, 1)]),
        ("Assembling, a tile failed", id =>
            [Requested(id), Measured(id), Selected(id), Reserved(id), Completed(id, 0), Completed(id, 1, done: 3, failed: 1)]),
        ("Assembling, an output was written before", id =>
            [Requested(id), Measured(id), Selected(id), Reserved(id), Completed(id, 0), Completed(id, 1), Assembled(id, NoSuchBucket), new RetryOutputs { JobId = id }]),
        ("Completed", id => [Requested(id), Measured(id), Selected(id), Reserved(id), Completed(id, 0), Completed(id, 1), Assembled(id)]),
        ("PartiallyCompleted", id =>
            [Requested(id), Measured(id), Selected(id), Reserved(id), Completed(id, 0), Completed(id, 1, done: 3, failed: 1), Assembled(id)]),
        ("PartiallyCompleted, an output failed", id =>
            [Requested(id), Measured(id), Selected(id), Reserved(id), Completed(id, 0), Completed(id, 1), Assembled(id, NoSuchBucket)]),
        ("PartiallyCompleted, a tile and an output failed", id =>
            [Requested(id), Measured(id), Selected(id), Reserved(id), Completed(id, 0), Completed(id, 1, done: 3, failed: 1), Assembled(id, NoSuchBucket)]),
        ("Failed", id => [Requested(id), Rejected(id)]),
        ("Failed, measured", id => [Requested(id), Measured(id), NotAssembled(id)]),
        ("Failed, every region failed", id => [Requested(id), Measured(id), Selected(id), Reserved(id), FailedRegion(id, 0), FailedRegion(id, 1)]),
        ("Failed, nothing was assembled", id => [Requested(id), Measured(id), Selected(id), Reserved(id), Completed(id, 0), Completed(id, 1), NotAssembled(id)]),
        ("Cancelled", id => [Requested(id), new CancelJob { JobId = id }]),
    ];

    private static readonly (string Name, Func<Guid, object> Message)[] Events =
    [
        ("ImageRequested", Requested),
        ("RegionsCalculated", id => Measured(id)),
        ("ImageRejected", Rejected),
        ("VariantSelected", Selected),
        ("CapacityReserved", id => Reserved(id)),
        ("CapacityReserved, for an earlier turn", id => Reserved(id) with { QueueTurn = 0 }),
        ("RegionCompleted", id => Completed(id, 0)),
        ("RegionCompleted, stale", id => Completed(id, 0, attempt: 0)),
        ("RegionFailed", id => FailedRegion(id, 0)),
        ("RegionReassigned", id => Reassigned(id, 0, attempt: 2)),
        ("JobCompleted", Assembled),
        ("JobFailed", NotAssembled),
        ("CancelJob", id => new CancelJob { JobId = id }),
        ("PauseJob", id => new PauseJob { JobId = id }),
        ("PauseJob, overtaken", id => new PauseJob { JobId = id, AskedAt = Start.AddSeconds(1) }),
        ("ResumeJob", id => new ResumeJob { JobId = id }),
        ("ResumeJob, overtaken", id => new ResumeJob { JobId = id, AskedAt = Start.AddSeconds(1) }),
        ("RetryFailedTiles", id => new RetryFailedTiles { JobId = id }),
        ("RetryOutputs", id => new RetryOutputs { JobId = id }),
        ("JobResubmitted", id => new JobResubmitted { JobId = id }),
    ];

    public static async Task<IReadOnlyList<Cell>> ExploreAsync()
    {
        await using var services = new ServiceCollection()
            .AddMediator(mediator =>
            {
                mediator.AddSagaStateMachine<ImageJobStateMachine, ImageJobSaga>().InMemoryRepository();
                mediator.AddHandler((CalculateRegions _) => Task.CompletedTask);
                mediator.AddHandler((SelectVariant _) => Task.CompletedTask);
                mediator.AddHandler((ProcessRegion _) => Task.CompletedTask);
                mediator.AddHandler((ReleaseCapacity _) => Task.CompletedTask);
                mediator.AddHandler((AssembleResult _) => Task.CompletedTask);
            })
            .BuildServiceProvider();
        var mediator = services.GetRequiredService<IMediator>();
        var sagas = services.GetRequiredService<ILoadSagaRepository<ImageJobSaga>>();

        List<Cell> cells = [];
        foreach (var (state, path) in States)
            foreach (var (name, message) in Events)
                cells.Add(await SendAsync(mediator, sagas, state, path, name, message));
        return cells;
    }

    public static string ToMarkdown(IReadOnlyList<Cell> cells)
    {
        var text = new StringBuilder();
        text.Append("| in state |").AppendJoin(" |", Events.Select(e => " " + e.Name)).Append(" |\n");
        text.Append("| --- |").AppendJoin("", Events.Select(_ => " --- |")).Append('\n');
        foreach (var row in cells.GroupBy(cell => cell.State))
            text.Append("| ").Append(row.Key).Append(" |").AppendJoin(" |", row.Select(cell => " " + cell.Result)).Append(" |\n");
        return text.ToString();
    }

    private static async Task<Cell> SendAsync(
        IMediator mediator, ILoadSagaRepository<ImageJobSaga> sagas, string state, Func<Guid, object[]> path, string name, Func<Guid, object> message)
    {
        var id = Guid.NewGuid();
        foreach (var step in path(id))
            await mediator.Publish(step, step.GetType());
        var saga = await sagas.Load(id);
        var (version, before) = (saga.Version, saga.CurrentState!);
        Assert.Equal(state.Split(',')[0], before);
        try
        {
            await mediator.Publish(message(id), message(id).GetType());
        }
        catch (UnexpectedEventException)
        {
            return new Cell(state, before, name, Alarm);
        }

        saga = await sagas.Load(id);
        Assert.True(saga.CurrentState == saga.State.Status, $"{name} in {state}: the table says {saga.CurrentState}, the fold {saga.State.Status}.");
        return new Cell(state, before, name, saga.Version == version ? Ignored : saga.CurrentState!);
    }
}

/// <summary>One pair of state and event, and what comes of it: a state, <see cref="StateTable.Ignored"/> or <see cref="StateTable.Alarm"/>.</summary>
internal sealed record Cell(string State, string Status, string Event, string Result);
