using FsCheck;
using FsCheck.Fluent;
using Swath.Contracts;
using Swath.Persistence.Placement;
using Swath.Scheduler.Placement;

namespace Swath.Scheduler.Tests.Placement;

public sealed class AffinityEvaluatorTests
{
    [Fact]
    public void Evaluate_NoRules_IsEligibleWithTheBaseScore() =>
        Assert.Equal(new AffinityVerdict(null, 50), AffinityEvaluator.Evaluate(Rules(), Worker()));

    [Fact]
    public void Evaluate_EveryRuleBroken_RefusesInTheWrittenOrder()
    {
        var rules = Rules(new Affinity
        {
            Hard = new WorkerRule { WorkerId = "other", Tags = ["hardware=gpu"], Capabilities = ["s3"] },
            AntiJobKinds = ["rival"],
        });
        var worker = Worker() with { Busy = 4, Kinds = new Dictionary<string, int> { ["rival"] = 4 } };

        Assert.Equal(AffinityRefusal.Slots, AffinityEvaluator.Evaluate(rules, worker).Refusal);
        worker = worker with { Busy = 1 };
        Assert.Equal((AffinityRefusal.Capability, "capability s3"), Refusal(rules, worker));
        worker = worker with { Capabilities = ["s3"] };
        Assert.Equal((AffinityRefusal.Hard, "worker other"), Refusal(rules, worker));
        worker = worker with { WorkerId = "other" };
        Assert.Equal((AffinityRefusal.Hard, "tag hardware=gpu"), Refusal(rules, worker));
        worker = worker with { Tags = ["hardware=gpu"] };
        Assert.Equal((AffinityRefusal.Anti, "not beside kind rival"), Refusal(rules, worker));
        Assert.True(AffinityEvaluator.Evaluate(rules, worker with { Kinds = new Dictionary<string, int>() }).IsEligible);
    }

    [Theory]
    [InlineData(null, 0, 50)]
    [InlineData("worker", 0, 100)]
    [InlineData(null, 3, 65)]
    [InlineData(null, 12, 100)]
    [InlineData("worker", 5, 100)]
    public void Score_WorkerAndTags_AddUpToAHundred(string? workerId, int tags, int score)
    {
        string[] labels = [.. Enumerable.Range(0, tags).Select(number => $"tag={number}")];

        Assert.Equal(score, AffinityEvaluator.Score(new WorkerRule { WorkerId = workerId, Tags = labels }, Worker() with { Tags = labels }));
    }

    [Fact]
    public void Evaluate_RunningJobRefusesTheKind_KeepsItAway()
    {
        var worker = Worker() with
        {
            Busy = 1,
            Kinds = new Dictionary<string, int> { ["shy"] = 1 },
            Guarded = [new GuardedRegion(Guid.NewGuid(), "shy", ["kind"])],
        };

        Assert.Equal(AffinityRefusal.Anti, AffinityEvaluator.Evaluate(Rules(), worker).Refusal);
    }

    [Fact]
    public void Evaluate_OwnRegionsOfAJobThatRefusesItsOwnKind_AreNoCompany()
    {
        var rules = Rules(new Affinity { AntiJobKinds = ["kind"] });
        var own = Worker() with
        {
            Busy = 1,
            Kinds = new Dictionary<string, int> { ["kind"] = 1 },
            Guarded = [new GuardedRegion(rules.JobId, "kind", ["kind"])],
        };

        Assert.True(AffinityEvaluator.Evaluate(rules, own).IsEligible);
        Assert.Equal(AffinityRefusal.Anti, AffinityEvaluator.Evaluate(rules, own with { Kinds = new Dictionary<string, int> { ["kind"] = 2 } }).Refusal);
    }

    [Fact]
    public void Choose_PreferredWorkerInForbiddenCompany_GoesElsewhere()
    {
        var rules = Rules(new Affinity { Soft = new WorkerRule { WorkerId = "worker" }, AntiJobKinds = ["rival"] });
        var preferred = Worker() with { Busy = 1, Kinds = new Dictionary<string, int> { ["rival"] = 1 } };

        Assert.Equal("second", AffinityEvaluator.Choose(rules, [preferred, Worker() with { WorkerId = "second", Busy = 3 }])?.WorkerId);
    }

    [Fact]
    public void Choose_EqualScores_TakesTheLeastLoaded() =>
        Assert.Equal("second", AffinityEvaluator.Choose(Rules(), [Worker() with { Busy = 2 }, Worker() with { WorkerId = "second", Slots = 8, Busy = 3 }])?.WorkerId);

    [Fact]
    public void MissingRule_NobodyHasTheTag_NamesIt()
    {
        var rule = new WorkerRule { Tags = ["hardware=gpu"] };

        Assert.Equal("no living worker has the tag hardware=gpu", AffinityEvaluator.MissingRule(rule, [Worker()]));
        Assert.Contains("no worker is alive", AffinityEvaluator.MissingRule(rule, []), StringComparison.Ordinal);
    }

    /// <summary>Any fleet, any batch: the board, which remembers and shortens, decides as the evaluator does, and no rule is ever broken.</summary>
    [Fact]
    public void TryPlace_AnyBatchOnAnyFleet_ChoosesAsTheEvaluatorAndBreaksNoRule() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Cases().ToArbitrary(), PlacesAsTheEvaluator));

    private static bool PlacesAsTheEvaluator((WorkerState[] Fleet, PlacementRules[] Jobs) @case)
    {
        var board = new PlacementBoard(@case.Fleet);
        var mirror = @case.Fleet.ToDictionary(worker => worker.WorkerId);
        foreach (var job in @case.Jobs)
        {
            var expected = AffinityEvaluator.Choose(job, mirror.Values);
            var affinity = System.Text.Json.JsonSerializer.Serialize(job.Affinity, System.Text.Json.JsonSerializerOptions.Web);
            var placement = board.TryPlace(job.JobId, job.Kind, affinity, regions: 1);
            Assert.Equal(expected?.WorkerId, placement.Workers.SingleOrDefault());
            if (expected is null)
                continue;
            var kinds = new Dictionary<string, int>(expected.Kinds);
            kinds[job.Kind] = kinds.GetValueOrDefault(job.Kind) + 1;
            mirror[expected.WorkerId] = expected with
            {
                Busy = expected.Busy + 1,
                Kinds = kinds,
                Guarded = job.Affinity.AntiJobKinds.Count == 0
                    ? expected.Guarded
                    : [.. expected.Guarded, new GuardedRegion(job.JobId, job.Kind, job.Affinity.AntiJobKinds)],
            };
            Assert.True(mirror[expected.WorkerId].Busy <= expected.Slots);
        }

        return true;
    }

    private static Gen<(WorkerState[] Fleet, PlacementRules[] Jobs)> Cases()
    {
        var tags = Gen.SubListOf("hardware=gpu", "region=us-west-2", "compliance=itar");
        var kinds = Gen.Elements("detect", "flood", "centre");
        var rule =
            from id in Gen.Frequency((4, Gen.Constant<string?>(null)), (1, Gen.Elements<string?>("w0", "w1", "w2")))
            from labels in tags
            select new WorkerRule { WorkerId = id, Tags = [.. labels] };
        var affinity =
            from hard in Gen.Frequency((3, Gen.Constant(new WorkerRule())), (1, rule))
            from soft in rule
            from anti in Gen.Frequency((2, Gen.Constant<string[]>([])), (1, kinds.Select(kind => new[] { kind })))
            select new Affinity { Hard = hard, Soft = soft, AntiJobKinds = anti };
        var jobs =
            from kind in kinds
            from rules in affinity
            select new PlacementRules(Guid.NewGuid(), kind, rules);
        return
            from slots in Gen.Choose(1, 4).ListOf().Where(list => list.Count is >= 1 and <= 5)
            from labels in tags.ListOf(slots.Count)
            from batch in jobs.ListOf()
            select (
                slots.Select((count, number) => Worker() with { WorkerId = $"w{number}", Slots = count, Tags = [.. labels[number]] }).ToArray(),
                batch.ToArray());
    }

    private static (AffinityRefusal?, string?) Refusal(PlacementRules rules, WorkerState worker)
    {
        var verdict = AffinityEvaluator.Evaluate(rules, worker);
        return (verdict.Refusal, verdict.Rule);
    }

    private static PlacementRules Rules(Affinity? affinity = null) => new(Guid.NewGuid(), "kind", affinity ?? new Affinity());

    private static WorkerState Worker() => new()
    {
        WorkerId = "worker",
        Slots = 4,
        Busy = 0,
        Tags = [],
        Capabilities = [],
        Version = 0,
        Kinds = new Dictionary<string, int>(),
        Guarded = [],
    };
}
