using Swath.Contracts;
using Swath.Imaging;
using Swath.Imaging.Probe;

// Works on hostile images in a process of its own: what kills it, or makes it hang, kills no test host. One path a line in, one answer a line
// out: what became of it, and the most memory that this process has had, in bytes.
while (Console.ReadLine() is { Length: > 0 } path)
{
    string answer;
    try
    {
        answer = Work.On(path);
    }
    catch (ImageException refused)
    {
        answer = refused.Kind.ToString();
    }

    Console.WriteLine($"{answer}\t{Memory.Peak()}");
}
