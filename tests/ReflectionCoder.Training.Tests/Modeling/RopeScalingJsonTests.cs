using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;

namespace ReflectionCoder.Tests.Modeling;

public sealed class RopeScalingJsonTests
{
    [Theory]
    [InlineData("""{"type":"linear","factor":2.5}""", nameof(RopeType.Linear), 2.5)]
    [InlineData("""{"rope_type":"linear","type":"linear","factor":8}""", nameof(RopeType.Linear), 8)]
    [InlineData("""{"type":"dynamic","factor":2.0}""", nameof(RopeType.Dynamic), 2)]
    [InlineData(
        """{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":8192}""",
        nameof(RopeType.Llama3),
        8
    )]
    [InlineData("""{"type":"yarn","factor":4.0,"original_max_position_embeddings":32768}""", nameof(RopeType.Yarn), 4)]
    [InlineData("""{"rope_type":"yarn","factor":null,"original_max_position_embeddings":512}""", nameof(RopeType.Yarn), 4)] // 2048 / 512
    [InlineData("""{"rope_type":"default"}""", null, 0)]
    [InlineData("null", null, 0)]
    public void Parse_RopeScaling_IsUnderstood(string value, string? type, double factor)
    {
        RopeScaling? scaling = ModelConfigTests.Edited(("rope_scaling", value)).RopeScaling;
        Assert.Equal((type, factor), (scaling?.Type.ToString(), scaling?.Factor ?? 0));
    }

    [Fact]
    public void Parse_Yarn_ReadsEveryField()
    {
        RopeScaling? scaling = ModelConfigTests
            .Edited(
                (
                    "rope_scaling",
                    """{"rope_type":"yarn","factor":40,"original_max_position_embeddings":4096,"attention_factor":0.9,"mscale":0.7,"mscale_all_dim":0.8,"beta_fast":16,"beta_slow":2,"truncate":false}"""
                )
            )
            .RopeScaling;
        Assert.Equal(
            new RopeScaling
            {
                Type = RopeType.Yarn,
                Factor = 40,
                OriginalMaxPositionEmbeddings = 4096,
                AttentionFactor = 0.9,
                Mscale = 0.7,
                MscaleAllDim = 0.8,
                BetaFast = 16,
                BetaSlow = 2,
                Truncate = false,
            },
            scaling
        );
    }

    [Fact]
    public void Parse_RopeParameters_AreTheNewerForm()
    {
        ModelConfig config = ModelConfigTests.Edited(
            ("rope_parameters", """{"rope_type":"linear","factor":3.0,"rope_theta":1e6}"""),
            ("dtype", "\"float16\"")
        );
        Assert.Equal((3.0, 1e6, TorchSharp.torch.ScalarType.Float16), (config.RopeScaling!.Factor, config.RopeTheta, config.StoredDtype));
        ModelConfig plain = ModelConfigTests.Edited(("rope_parameters", """{"rope_theta":5e5}"""));
        Assert.Equal((5e5, null), (plain.RopeTheta, plain.RopeScaling));
    }

    [Fact]
    public void Parse_BothForms_MustAgree()
    {
        const string Scaling = """{"type":"linear","factor":3.0}""";
        Assert.Equal(
            3,
            ModelConfigTests
                .Edited(("rope_scaling", Scaling), ("rope_parameters", """{"rope_type":"linear","factor":3.0,"rope_theta":10000.0}"""))
                .RopeScaling!.Factor
        );
        Assert.Equal("rope_parameters", Refused(("rope_scaling", Scaling), ("rope_parameters", """{"rope_type":"linear","factor":4.0}""")));
        Assert.Equal("rope_parameters.rope_theta", Refused(("rope_theta", "1e4"), ("rope_parameters", """{"rope_theta":1e6}""")));
    }

    [Fact]
    public void Parse_OriginalLengthOutside_IsTakenForYarnAndLlama3()
    {
        const string Yarn = """{"rope_type":"yarn","factor":4.0}""";
        Assert.Equal(
            512,
            ModelConfigTests
                .Edited(("rope_scaling", Yarn), ("original_max_position_embeddings", "512"))
                .RopeScaling!.OriginalMaxPositionEmbeddings
        );
        Assert.Equal(
            "rope_scaling.original_max_position_embeddings",
            Refused(
                ("rope_scaling", """{"rope_type":"yarn","factor":4.0,"original_max_position_embeddings":256}"""),
                ("original_max_position_embeddings", "512")
            )
        );
    }

    [Theory]
    [InlineData("\"linear\"", "")]
    [InlineData("""{"rope_type":"longrope","factor":2,"short_factor":[1],"long_factor":[1]}""", ".rope_type")]
    [InlineData("""{"type":"su","factor":2}""", ".type")]
    [InlineData("""{"type":"mrope","mrope_section":[16,24,24]}""", ".type")]
    [InlineData("""{"rope_type":"default","mrope_section":[16,24,24]}""", ".mrope_section")]
    [InlineData("""{"rope_type":"default","factor":2}""", ".factor")]
    [InlineData("""{"factor":2}""", ".rope_type")]
    [InlineData("""{"type":"linear"}""", ".factor")]
    [InlineData("""{"type":"linear","factor":0.5}""", ".factor")]
    [InlineData("""{"type":"linear","factor":1e999}""", ".factor")]
    [InlineData("""{"type":"linear","factor":2,"beta_fast":32}""", ".beta_fast")]
    [InlineData("""{"type":"linear","rope_type":"default","factor":2}""", ".type")]
    [InlineData("""{"type":"linear","factor":2,"partial_rotary_factor":0.5}""", ".partial_rotary_factor")]
    [InlineData("""{"type":"dynamic","factor":2,"alpha":1000}""", ".alpha")]
    [InlineData("""{"rope_type":"yarn"}""", ".factor")]
    [InlineData("""{"rope_type":"yarn","factor":4,"finetuned":true}""", ".finetuned")]
    [InlineData("""{"rope_type":"yarn","factor":4,"attention_factor":0}""", ".attention_factor")]
    [InlineData("""{"rope_type":"yarn","factor":4,"beta_fast":1,"beta_slow":2}""", ".beta_fast")]
    [InlineData("""{"rope_type":"yarn","factor":4,"beta_slow":0}""", ".beta_slow")]
    [InlineData("""{"rope_type":"yarn","factor":4,"mscale":-1}""", ".mscale")]
    [InlineData("""{"rope_type":"yarn","factor":4,"truncate":1}""", ".truncate")]
    [InlineData("""{"rope_type":"yarn","factor":4,"original_max_position_embeddings":0}""", ".original_max_position_embeddings")]
    [InlineData("""{"rope_type":"llama3","factor":8,"high_freq_factor":4}""", ".low_freq_factor")]
    [InlineData("""{"rope_type":"llama3","factor":8,"low_freq_factor":4,"high_freq_factor":4}""", ".high_freq_factor")]
    public void Parse_BadScaling_IsNamed(string value, string field) =>
        Assert.Equal("rope_scaling" + field, Refused(("rope_scaling", value)));

    [Fact]
    public void Parse_ScalingForEachKindOfLayer_IsRefused() =>
        Assert.Equal(
            "rope_parameters.full_attention",
            Refused(("rope_parameters", """{"full_attention":{"rope_type":"default"},"sliding_attention":{"rope_type":"default"}}"""))
        );

    [Theory]
    [InlineData("llama-linear", """{"type":"linear","factor":4.0}""")] // what versions before 4.43 insist on
    [InlineData(
        "llama-llama3",
        """{"rope_type":"llama3","factor":8.0,"original_max_position_embeddings":64,"low_freq_factor":1.0,"high_freq_factor":4.0}"""
    )]
    [InlineData(
        "llama-yarn",
        """{"rope_type":"yarn","factor":4.0,"original_max_position_embeddings":64,"beta_fast":32.0,"beta_slow":1.0}"""
    )]
    [InlineData("llama", "null")]
    public void ToJson_Scaling_IsTheOlderFormThatEveryVersionReads(string family, string expected)
    {
        JsonNode json = JsonNode.Parse(TinyModels.All[family].ToJson())!;
        Assert.Equal(expected, json["rope_scaling"]?.ToJsonString() ?? "null");
        Assert.False(json.AsObject().ContainsKey("rope_parameters"));
    }

    private static string Refused(params (string Field, string? Value)[] edits) =>
        Assert.Throws<DataFormatException>(() => ModelConfigTests.Edited(edits)).Field!;
}
