using Swath.Access;
using Swath.Contracts;
using Swath.Host.Commands;
using Swath.Host.Output;
using Swath.Intake.Submitting;
using Swath.Persistence.Migrations;
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
    private IDisposable? _end;

    private SwathProcess(SwathClient client, SwathProcessOptions options)
    {
        Client = client;
        _options = options;
    }

    public SwathClient Client { get; }

    /// <summary>True when this process stopped because another one runs on its database.</summary>
    public bool WasDisplaced { get; private set; }

    public JobReader Jobs => Client.Jobs;

    public TimeProvider Clock { get; } = TimeProvider.System;

    public string PsqlArguments => Client.Database.PsqlArguments;

    /// <summary>Whether the roles run in this process, and not in others.</summary>
    public bool RunsRoles => _host is not null;

    /// <summary>Where the REST API and /health listen; null where they don't, or while another process runs the roles.</summary>
    public string? ApiUrl => (_host as WebApplication)?.Urls.FirstOrDefault();

    /// <summary>What requests from outside may do, as this process's settings say; null where another process runs the roles.</summary>
    public Grants? Permitted => _host?.Services.GetRequiredService<GrantSettings>().Of(null);

    /// <summary>Starts the roles in this process.</summary>
    /// <exception cref="UsageException">Another process runs them on this database in a way that leaves no room, or the transport needs all of them in one.</exception>
    public static Task<SwathProcess> StartAsync(SwathProcessOptions options, CancellationToken cancellationToken)
    {
        if (options.Transport.LivesInProcess && options.Roles != Roles.All)
        {
            throw new UsageException(
                $"With the in-memory transport one process runs all roles: {RoleList.Format(options.Roles)} alone would talk to nobody. Set SWATH_TRANSPORT=rabbitmq, or leave --roles out.");
        }

        return OpenAsync(options, process => process.RunRolesAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Starts all roles in this process, or joins the processes that run them.</summary>
    public static Task<SwathProcess> StartOrJoinAsync(SwathProcessOptions options, CancellationToken cancellationToken) =>
        OpenAsync(options, process => process.TakeOverIfAloneAsync(cancellationToken), cancellationToken);

    private static async Task<SwathProcess> OpenAsync(SwathProcessOptions options, Func<SwathProcess, Task> start, CancellationToken cancellationToken)
    {
        var client = options.OnExistingDatabase ? await SwathClient.ConnectToExistingAsync(cancellationToken) : await SwathClient.ConnectAsync(options.Paths, cancellationToken);
        var process = new SwathProcess(client, options);
        try
        {
            await start(process);
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

        if (_options.Transport.LivesInProcess || !await Client.IsSwathRunningAsync(cancellationToken))
            await TryRunRolesAsync(cancellationToken);
    }

    private async Task RunRolesAsync(CancellationToken cancellationToken)
    {
        if (await TryRunRolesAsync(cancellationToken))
            return;
        throw new UsageException(_options.Transport.LivesInProcess
            ? "Swath runs on this database already. 'swath submit' hands it work; to run a second one apart, set SWATH_HOME to another folder."
            : "A Swath with the in-memory transport runs on this database: stop it first, its jobs go on here.");
    }

    private async Task<bool> TryRunRolesAsync(CancellationToken cancellationToken)
    {
        await Client.Database.AllowAsync(SchemaUse.Write, cancellationToken);
        if (!await TakeRolesAsync(cancellationToken))
            return false;
        _host = SwathHost.Build(Client.Database, _options);
        _host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(() => _end = LongestEnd.Begin());
        try
        {
            await _host.StartAsync(cancellationToken);
        }
        catch (Exception refused) when (_options.ApiUrl is { } url && ListeningAddress.Problem(url, refused) is { } why)
        {
            throw new UsageException(why);
        }

        _roles?.Lost.Register(EndRoles);
        return true;
    }

    // Behind a pooler a lock is nobody's: a worker only asks whether it may run.
    private async Task<bool> TakeRolesAsync(CancellationToken cancellationToken)
    {
        if (Client.Database.Options.TransactionPooler)
        {
            if (_options.Roles != Roles.Worker)
                throw new UsageException("DATABASE_TRANSACTION_POOLER is for workers: the other roles listen and hold locks. Start this process with --roles worker, or connect it to PostgreSQL itself.");
            return !await RolesLock.IsHeldAsync(Client.Database.DataSource, cancellationToken, alone: true);
        }

        _roles = await RolesLock.TryTakeAsync(Client.Database.LockSettings, shared: !_options.Transport.LivesInProcess, cancellationToken);
        return _roles is not null;
    }

    // A process with the in-memory transport and any other on one database would take each other's work.
    private void EndRoles()
    {
        WasDisplaced = true;
        Terminal.WriteError("The database went away, and another Swath runs on it now: this one stops.");
        _host!.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
    }

    public Task<SubmissionOutcome.Accepted> SubmitAsync(ImageRequested request, CancellationToken cancellationToken) => Client.SubmitAsync(request, cancellationToken);

    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _host!.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        using var end = LongestEnd.Begin();
        if (_host is not null)
        {
            await _host.StopAsync();
            await ((IAsyncDisposable)_host).DisposeAsync();
        }

        if (_roles is not null)
            await _roles.DisposeAsync();
        await Client.DisposeAsync();
        _end?.Dispose();
    }
}
