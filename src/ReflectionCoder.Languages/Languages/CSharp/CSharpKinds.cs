using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ReflectionCoder.Languages.Programs;

namespace ReflectionCoder.Languages.CSharp;

/// <summary>What Roslyn's tokens and statements are in the model of a program.</summary>
internal static class CSharpKinds
{
    public static CodeTokenKind Of(SyntaxToken token) =>
        token.Kind() switch
        {
            SyntaxKind.IdentifierToken => CodeTokenKind.Name,
            SyntaxKind.NumericLiteralToken => CodeTokenKind.Number,
            SyntaxKind.StringLiteralToken or SyntaxKind.CharacterLiteralToken or SyntaxKind.InterpolatedStringTextToken =>
                CodeTokenKind.Text,
            _ when SyntaxFacts.IsKeywordKind(token.Kind()) => CodeTokenKind.Keyword,
            _ => CodeTokenKind.Other,
        };

    public static StatementKind Of(StatementSyntax node) =>
        node switch
        {
            ExpressionStatementSyntax => StatementKind.Expression,
            LocalDeclarationStatementSyntax => StatementKind.Declaration,
            ReturnStatementSyntax => StatementKind.Return,
            IfStatementSyntax => StatementKind.If,
            ForStatementSyntax => StatementKind.For,
            ForEachStatementSyntax or ForEachVariableStatementSyntax => StatementKind.ForEach,
            WhileStatementSyntax or DoStatementSyntax => StatementKind.While,
            BreakStatementSyntax => StatementKind.Break,
            ContinueStatementSyntax => StatementKind.Continue,
            BlockSyntax => StatementKind.Block,
            LocalFunctionStatementSyntax => StatementKind.Function,
            _ => StatementKind.Other,
        };
}
