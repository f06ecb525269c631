using System.Threading.Channels;
using MassTransit;

namespace Swath.Worker.Tests;

/// <summary>Tells when messages of a type have been consumed, well or badly.</summary>
internal sealed class ConsumeWatch<T> : IConsumeMessageObserver<T>
    where T : class
{
    private readonly Channel<T> _consumed = Channel.CreateUnbounded<T>();

    public async Task<T> NextAsync() => await _consumed.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);

    public Task PreConsume(ConsumeContext<T> context) => Task.CompletedTask;

    public async Task PostConsume(ConsumeContext<T> context) => await _consumed.Writer.WriteAsync(context.Message);

    public async Task ConsumeFault(ConsumeContext<T> context, Exception exception) => await _consumed.Writer.WriteAsync(context.Message);
}
