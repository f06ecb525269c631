using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Swath.Contracts;
using static Swath.Endpoints.Tests.SageMaker.StandInSageMaker;

namespace Swath.Endpoints.Tests.SageMaker;

/// <summary>Each over real calls to the stand-in, with an endpoint of its own per case.</summary>
public sealed class EndpointProperties
{
    [Fact]
    public Task ServerlessCapacity_IsMaxConcurrency() => CheckAsync(
        Gen.Choose(1, 10_000),
        async (rig, name, maxConcurrency) =>
        {
            rig.Server.Serve(name, Serverless("blue", maxConcurrency));
            return await CapacityAsync(rig, name, "blue") == maxConcurrency && await CapacityAsync(rig, name, null) == maxConcurrency;
        });

    [Fact]
    public Task InstanceCapacity_IsInstancesTimesTagElseTimesDefault() => CheckAsync(
        from instances in Gen.Choose(0, 500)
        from tag in Gen.OneOf(Gen.Constant<int?>(null), Gen.Choose(1, 1000).Select(value => (int?)value))
        from standard in Gen.Choose(1, 1000)
        select (instances, tag, standard),
        async (rig, name, endpoint) =>
        {
            rig.Server.Serve(name, Instances("blue", endpoint.instances));
            if (endpoint.tag is { } tag)
                rig.Server.Tags[name] = [("team", "ships"), ("x", ""), ("osml:instance-concurrency", tag.ToString(CultureInfo.InvariantCulture))];
            rig.Options.DefaultInstanceConcurrency = endpoint.standard;
            return await CapacityAsync(rig, name, "blue") == endpoint.instances * (endpoint.tag ?? endpoint.standard);
        });

    [Fact]
    public Task EndpointCapacity_IsTheSumOfItsVariants() => CheckAsync(
        Gen.ListOf(Gen.Zip(Gen.Elements(true, false), Gen.Choose(0, 200))).Where(variants => variants.Count is > 0 and <= 10),
        async (rig, name, variants) =>
        {
            rig.Server.Serve(name, [.. variants.Select((variant, i) => variant.Item1 ? Serverless($"v{i}", variant.Item2) : Instances($"v{i}", variant.Item2))]);
            var each = new List<int>();
            for (var i = 0; i < variants.Count; i++)
                each.Add(await CapacityAsync(rig, name, $"v{i}"));
            return each.SequenceEqual(variants.Select(variant => variant.Item1 ? variant.Item2 : variant.Item2 * 2))
                && await CapacityAsync(rig, name, null) == each.Sum();
        });

    [Fact]
    public Task HttpCapacity_IsTheDefault() => CheckAsync(
        from concurrency in Gen.Choose(1, 100_000)
        from scheme in Gen.Elements("http", "https", "HTTP")
        from type in Gen.Elements(EndpointType.Http, EndpointType.SageMaker)
        select (concurrency, scheme, type),
        async (rig, name, endpoint) =>
        {
            rig.Options.DefaultHttpEndpointConcurrency = endpoint.concurrency;
            var capacity = await rig.Estimator.EstimateAsync($"{endpoint.scheme}://{name}/invocations", endpoint.type, null, null, default);
            return capacity.MaxCapacity == endpoint.concurrency && rig.Described == 0;
        });

    [Fact]
    public Task VariantChoice_HonoursWeights() => CheckAsync(
        from count in Gen.Choose(2, 5)
        from weights in Gen.ListOf(Gen.Choose(0, 10), count)
        select weights.ToList(),
        async (rig, name, weights) =>
        {
            const int draws = 1000;
            rig.Server.Serve(name, [.. weights.Select((weight, i) => Instances($"v{i}", 1, weight / 4.0))]);
            var request = new ModelEndpoint { Name = name, Type = EndpointType.SageMaker };
            var counts = new int[weights.Count];
            for (var draw = 0; draw < draws; draw++)
                counts[(await rig.Selector.SelectAsync(request, default))![1] - '0']++;
            var shares = weights.Sum() > 0 ? weights.ConvertAll(weight => (double)weight / weights.Sum()) : weights.ConvertAll(_ => 1.0 / weights.Count);
            return shares.Zip(counts).All(variant => variant.First > 0 || variant.Second == 0) && ChiSquared(shares, counts, draws) < Improbable;
        });

    /// <summary>
    /// The smallest expected count is 1000 / 41. There chi-squared reaches 60 with a probability below 1e-10 (the Poisson tail of one cell, 63 of 24.4;
    /// the chi-squared tail at 4 degrees of freedom is 3e-12): over 100 cases of up to 5 cells, false alarms are rarer than 1e-6 a run. A uniform
    /// choice between the weights 1 and 3 gives about 330.
    /// </summary>
    private const double Improbable = 60;

    private static double ChiSquared(List<double> shares, int[] counts, int draws) => shares.Zip(counts)
        .Where(variant => variant.First > 0)
        .Sum(variant => Math.Pow(variant.Second - (variant.First * draws), 2) / (variant.First * draws));

    private static async Task<int> CapacityAsync(SageMakerRig rig, string name, string? variant) =>
        (await rig.Estimator.EstimateAsync(name, EndpointType.SageMaker, variant, null, default)).MaxCapacity;

    private static async Task CheckAsync<T>(Gen<T> cases, Func<SageMakerRig, string, T, Task<bool>> property)
    {
        await using var rig = SageMakerRig.Start(random: new Random(20260101));
        var next = 0;
        // FsCheck's properties are synchronous; off the test's thread nothing can wait for itself.
        await Task.Run(() => Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(100).WithReplay(20260101UL, 1UL),
            Prop.ForAll(cases.ToArbitrary(), value => property(rig, $"endpoint-{next++}", value).GetAwaiter().GetResult())));
        Assert.True(next >= 100);
    }
}
