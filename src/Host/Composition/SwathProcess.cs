using Swath.Contracts;
using Swath.Host.Commands;
using Swath.Persistence.ReadSide;

namespace Swath.Host.Composition;

/// <summary>
/// A running Swath: the one of this process, or, where another process runs one on the same database, that one seen from here.
/// </summary>
internal sealed class SwathProcess : IAsyncDisposable
{
    private readonly SwathProcessOptions _options;
    private RolesLock? _roles;
    private IHost? _host;

    private SwathProcess(SwathClient client, SwathProcessOptions options)
    {
        Client = client;
        _options = options;
    }

    public SwathClient Client { get; }

    public JobReader Jobs => Client.Jobs;

    public TimeProvider Clock { get; } = TimeProvider.System;

    public string PsqlArguments => Client.Database.PsqlArguments;

    /// <summary>Where the REST API listens; null while another process runs the roles.</summary>
    public string? ApiUrl => (_host as WebApplication)?.Urls.FirstOrDefault();

    /// <summary>Starts all roles in this process.</summary>
    /// <exception cref="UsageException">Another process runs them on this database already.</exception>
    public static async Task<SwathProcess> StartAsync(SwathProcessOptions options, CancellationToken cancellationToken)
    {
        var process = await StartOrJoinAsync(options, cancellationToken);
        if (process._host is not null)
            return process;
        await process.DisposeAsync();
        throw new UsageException("Swath runs on this database already. 'swath submit' hands it work; to run a second one apart, set SWATH_HOME to another folder.");
    }

    /// <summary>Starts all roles in this process, or joins the process that runs them.</summary>
    public static async Task<SwathProcess> StartOrJoinAsync(SwathProcessOptions options, CancellationToken cancellationToken)
    {
        var process = new SwathProcess(await SwathClient.ConnectAsync(cancellationToken), options);
        try
        {
            await process.TakeOverIfAloneAsync(cancellationToken);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the roles here when no process runs them (any more).</summary>
    public async Task TakeOverIfAloneAsync(CancellationToken cancellationToken)
    {
        if (_host is not null)
        {
            if (_host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested)
                throw new OperationCanceledException("Swath is stopping.");
            return;
        }

        if ((_roles = await RolesLock.TryTakeAsync(Client.Database.ConnectionString, cancellationToken)) is null)
            return;
        _host = SwathHost.Build(Client.Database, _options);
        await _host.StartAsync(cancellationToken);
        _roles.Lost.Register(EndRoles);
    }

    // Two processes with the in-memory transport on one database would take each other's work.
    private void EndRoles()
    {
        Console.Error.WriteLine("The database went away, and another Swath runs on it now: this one stops.");
        _host!.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
    }

    public Task SubmitAsync(ImageRequested request, CancellationToken cancellationToken) => Client.SubmitAsync(request, cancellationToken);

    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _host!.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            await ((IAsyncDisposable)_host).DisposeAsync();
        }

        if (_roles is not null)
            await _roles.DisposeAsync();
        await Client.DisposeAsync();
    }
}
