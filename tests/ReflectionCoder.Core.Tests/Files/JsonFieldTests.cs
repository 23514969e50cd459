using System.Text;
using System.Text.Json;
using ReflectionCoder.Files;

namespace ReflectionCoder.Tests.Files;

public sealed class JsonFieldTests
{
    private const string Document = """{"a":{"b":[1,2.5,"x",["y"],{"c":null}],"d":true,"e":"","f":"\ud83d"},"g":0.0,"h":[1,2],"i":7}""";
    private static readonly JsonElement Root = JsonDocument.Parse(Document).RootElement;

    [Fact]
    public void Values_OfTheirKind_AreRead()
    {
        JsonField root = new(Root, "some.json");
        JsonField a = root.Required("a");
        Assert.Equal(2.5, a.Required("b").Items().ElementAt(1).Number());
        Assert.Equal("x", a.Required("b").Items().ElementAt(2).Text());
        Assert.Equal(["y"], a.Required("b").Items().ElementAt(3).Texts());
        Assert.True(a.Bool("d", false));
        Assert.True(root.Bool("absent", true));
        Assert.Equal((7, 3, null), (root.Int("i"), root.Int("absent", 3), root.OptionalInt("absent")));
        Assert.Equal([1, 2], root.Ints("h"));
        Assert.Equal([7], root.Ints("i"));
        Assert.Empty(root.Ints("absent"));
        Assert.Equal(["a", "g", "h", "i"], root.Names);
        Assert.True(root.IsUnset("g") && root.IsUnset("absent") && a.IsUnset("e") && !root.IsUnset("i"));
        JsonField last = a.Required("b").Items().Last();
        Assert.True(last.Has("c"));
        Assert.Null(last.Optional("c"));
        Assert.Null(last.Find("c"));
    }

    [Theory]
    [InlineData("a.b[0]", "some.json: 'a.b[0]' is 1; expected a string.")]
    [InlineData("a.b.x", "some.json: 'a.b' is [1,2.5,\"x\",[\"y\"],{\"c\":null}]; expected an object.")]
    [InlineData("a.x", "some.json: 'a.x' is missing.")]
    [InlineData("x", "some.json: 'x' is missing.")]
    [InlineData("a.b[4].c", "some.json: 'a.b[4].c' is missing.")]
    [InlineData("a.f", "some.json: 'a.f' escapes one half of a surrogate pair; expected whole characters.")]
    public void Text_OfAnotherKind_NamesFileAndField(string place, string message)
    {
        DataFormatException error = Assert.Throws<DataFormatException>(() => Find(new JsonField(Root, "some.json"), place).Text());
        Assert.Equal(message, error.Message);
        Assert.Equal("some.json", error.Path);
        Assert.Equal(message.Split('\'')[1], error.Field);
    }

    [Fact]
    public void Errors_InALine_NameItsNumber()
    {
        JsonField root = new(Root, "some.jsonl", 3);
        DataFormatException wrong = Assert.Throws<DataFormatException>(() => root.Text("i"));
        Assert.Equal("some.jsonl, line 3: field 'i' is 7; expected a string.", wrong.Message);
        Assert.Equal("some.jsonl, line 3: field 'i' must be text, found 7.", root.Required("i").Must("text").Message);
        Assert.Equal("some.jsonl, line 3: 'i': is odd.", root.Error("i", "is odd.").Message);
        Assert.Equal("some.jsonl, line 3: odd", root.LineError("odd").Message);
        Assert.Equal(3, Assert.Throws<DataFormatException>(() => root.Required("x")).Line);
    }

    [Fact]
    public void Errors_OfParsers_SayWhere()
    {
        JsonField root = new(Root, "some.json");
        Assert.Equal("some.json: not supported: sevens (at 'i').", root.Required("i").Refuse("sevens").Message);
        Assert.Equal("some.json: no good (at 'a.d').", root.Required("a").Required("d").Broken("no good").Message);
        Assert.Equal(("some.json: no good.", "$"), (root.Broken("no good").Message, root.Broken("no good").Field));
    }

    [Theory]
    [InlineData("{\"a\":1,\"a\":2}", "valid JSON")]
    [InlineData("{", "valid JSON")]
    [InlineData("", "valid JSON")]
    [InlineData("{\"a\":[\"\\ud83d\"]}", "half of a surrogate pair")]
    [InlineData("{\"\\ud83d\":1}", "half of a surrogate pair")]
    [InlineData("{\"a\":\"\\uDC00\"}", "half of a surrogate pair")]
    [InlineData("[]", "is not a JSON object")]
    public void ParseObject_BrokenText_NamesFile(string json, string problem)
    {
        DataFormatException error = Assert.Throws<DataFormatException>(() => JsonText.ParseObject(json, "some.json"));
        Assert.StartsWith("some.json: '$': ", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ParseObject_HalfAPairInTheTextItself_NamesFile()
    {
        DataFormatException error = Assert.Throws<DataFormatException>(() => JsonText.ParseObject("{\"a\":\"\ud83d\"}", "some.json"));
        Assert.StartsWith("some.json: '$': holds half of a surrogate pair", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_Bytes_MayHaveAMarkButMustBeUtf8()
    {
        Assert.Equal(7, JsonField.Read("some.json", Encoding.UTF8.GetBytes("\ufeff" + "{\"a\":7}"), root => root.Int("a")));
        byte[] broken = [(byte)'"', 0xff, (byte)'"'];
        DataFormatException error = Assert.Throws<DataFormatException>(() => JsonText.Parse(broken, "some.json"));
        Assert.Equal("some.json: '$': is not valid UTF-8.", error.Message);
        using JsonDocument pair = JsonText.ParseObject("{\"a\":\"\\ud83d\\udc0d\"}", "some.json");
        Assert.Equal("🐍", pair.RootElement.GetProperty("a").GetString());
    }

    private static JsonField Find(JsonField root, string place)
    {
        foreach (string step in place.Split('.'))
        {
            string[] parts = step.TrimEnd(']').Split('[');
            root = root.Required(parts[0]);
            root = parts.Length > 1 ? root.Items().ElementAt(int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture)) : root;
        }

        return root;
    }
}
