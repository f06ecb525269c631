using FsCheck;
using FsCheck.Fluent;
using Swath.Host.Output;

namespace Swath.Host.Tests.Output;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("harbour.tif", "harbour.tif")]
    [InlineData("Zürich 港 🚢", "Zürich 港 🚢")]
    [InlineData("a\u001b[2Jb", @"a\u001b[2Jb")]
    [InlineData("a\r\nb\tc", @"a\r\nb\tc")]
    [InlineData("\u0000\u0007\u007f\u009b31m", @"\u0000\u0007\u007f\u009b31m")]
    [InlineData("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", @"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")]
    [InlineData("a\u200b\u200d\ufeffb\u2028\u2029", @"a\u200b\u200d\ufeffb\u2028\u2029")]
    [InlineData("tag \U000E0041", @"tag \U000e0041")]
    public void Of_TextOfOthers_EscapesWhatATerminalObeys(string text, string shown) => Assert.Equal(shown, Printable.Of(text));

    [Fact]
    public void Of_HalfASurrogatePair_IsEscaped() => Assert.Equal(@"half \ud83d of", Printable.Of("half " + '\ud83d' + " of"));

    [Fact]
    public void Of_AnyText_IsOneLineWithoutControls() => Check.QuickThrowOnFailure(Prop.ForAll<string>(text =>
        text is null || !Printable.Of(text).Any(char.IsControl)));

    [Theory]
    [InlineData("abc", 5, "abc  ")]
    [InlineData("abcdef", 5, "abcd…")]
    [InlineData("港港港", 5, "港港…")]
    [InlineData("港港港", 4, "港… ")]
    [InlineData("abc", 0, "")]
    public void Fit_Columns_CountsWideCharactersTwice(string text, int columns, string fitted) => Assert.Equal(fitted, Printable.Fit(text, columns));
}
