namespace Swath.Testing;

/// <summary>AWS's own Python library, as an independent client (Debian's python3-boto3).</summary>
public static class Boto3
{
    // boto3 before 1.28 knows SQS by its older query protocol alone, which the emulator does not speak. The names in its model that belong to that
    // protocol are taken out, so that it writes JSON: shapes, signatures and the digests that it checks stay botocore's own.
    private const string Prelude = """
        import json, os, sys, boto3, botocore.session
        session = botocore.session.get_session()
        sqs = session.get_component("data_loader").load_service_model("sqs", "service-2")
        if sqs["metadata"]["protocol"] == "query":
            sqs["metadata"].update(protocol="json", jsonVersion="1.0", targetPrefix="AmazonSQS")
            def plain(node, of_shape=False):
                for key in [key for key in node if not of_shape and key in ("flattened", "locationName", "locationNameList", "resultWrapper")]:
                    del node[key]
                for key, child in node.items():
                    if isinstance(child, dict):
                        plain(child, key in ("members", "shapes"))
            plain(sqs)
        boto3.setup_default_session(botocore_session=session)
        def client(service):
            url = os.environ.get("AWS_ENDPOINT_URL_" + service.upper(), os.environ["AWS_ENDPOINT_URL"])
            return boto3.client(service, endpoint_url=url)

        """;

    private const string HowToGet = "No python3 here has boto3 (Debian: python3-boto3; ./swath test --with-oracles installs it where it can).";

    private static readonly Lazy<Task<string?>> Interpreter = new(FindAsync);

    /// <summary>
    /// Runs a script against the emulators and returns what it printed; skips the calling test, loudly, where there is no boto3. The script has
    /// <c>client(service)</c> for a client of the right emulator, and <c>sys.argv[1:]</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The script failed; the message has its traceback.</exception>
    public static async Task<string> RunAsync(AwsEmulators emulators, string script, params string[] arguments)
    {
        var python = await Interpreter.Value;
        Skip.If(python is null, HowToGet);
        return await ExternalTool.RunAsync(python!, ["-c", Prelude + script, .. arguments], environment: emulators.Environment);
    }

    /// <summary>Writes the same as a program to be started, with <see cref="AwsEmulators.Environment"/>; skips the calling test where there is no boto3.</summary>
    public static async Task WriteProgramAsync(string path, string script)
    {
        var python = await Interpreter.Value;
        Skip.If(python is null, HowToGet);
        await File.WriteAllTextAsync(path, $"#!/usr/bin/env {python}\n{Prelude}{script}");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    // A python3 that comes first in PATH may be another than the one that the distribution's package belongs to.
    private static async Task<string?> FindAsync()
    {
        foreach (var candidate in new[] { "/usr/bin/python3", "python3" })
        {
            if (!File.Exists(candidate) && !ExternalTool.IsInstalled(candidate))
                continue;
            try
            {
                await ExternalTool.RunAsync(candidate, ["-c", "import boto3"]);
                return candidate;
            }
            catch (InvalidOperationException)
            {
                // This one has no boto3.
            }
        }

        return null;
    }
}
