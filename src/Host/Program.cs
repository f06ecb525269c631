using Swath.Host.Commands;

return await SwathCommandLine.RunAsync(args);
