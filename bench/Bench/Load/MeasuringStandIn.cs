using MassTransit;
using Swath.Contracts;
using Swath.Persistence.Losses;

namespace Swath.Bench.Load;

/// <summary>Finds regions without an image.</summary>
internal sealed class MeasuringStandIn(CommandLosses losses) : IConsumer<CalculateRegions>
{
    private const int Pixels = 1_000;

    public async Task Consume(ConsumeContext<CalculateRegions> context)
    {
        var work = context.Message;
        await losses.BeginAsync(work.JobId, CommandLosses.Measuring, context.CancellationToken);
        try
        {
            var regions = StandIns.RegionsOf(work.ImageUrl);
            await context.Send(Queues.ImageJob, new RegionsCalculated
            {
                JobId = work.JobId,
                Image = new ImageHeader { Width = regions * Pixels, Height = Pixels, Bands = 3, SampleType = "Byte", Driver = "GTiff", Georeferencing = Georeferencing.Affine },
                Regions = [.. Enumerable.Range(0, regions).Select(n => new ImageRegion(n, new PixelWindow(n * Pixels, 0, Pixels, Pixels), 4))],
            });
        }
        finally
        {
            await losses.EndAsync(work.JobId, CommandLosses.Measuring);
        }
    }
}
